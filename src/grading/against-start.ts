import { z } from 'zod';
import type { Baseline } from './baseline.ts';
import { type KindName, kindNames, kinds } from './kinds.ts';
import { CannotSee, type Read } from './mirror-view.ts';
import type { KubeObject } from './object.ts';
import { namespaceParam } from './target.ts';

/** Objects of one kind that are compared with the start state. */
export const namedShape = {
  kind: z.enum(kindNames as [KindName, ...KindName[]]),
  name: z.string().min(1).optional(),
  names: z.array(z.string().min(1)).min(1).optional(),
  namespace: namespaceParam,
};
export interface Named {
  kind: KindName;
  name?: string;
  names?: string[];
  namespace?: string;
}
export const oneName = (params: Named): boolean => (params.name === undefined) !== (params.names === undefined);
export const oneNameMessage = '`name` or `names` says which objects are meant';
export const namesOf = (params: Named): string[] => params.names ?? (params.name === undefined ? [] : [params.name]);

export const readsOfNamed = ({ kind, namespace }: Named): Read[] => [namespace && kinds[kind].namespaced ? { kind, namespace } : kind];

/** The object as it was right after set-up. Throws `CannotSee` when it was not there: then nothing can be compared. */
export function atStart(baseline: Baseline, kind: KindName, name: string, namespace?: string): KubeObject {
  const object = baseline.get(kind, name, namespace);
  if (!object) throw new CannotSee(`${kind} ${name} was not there right after set-up`);
  return object;
}
