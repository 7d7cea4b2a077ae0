import { type KindName, kinds } from '../grading/kinds.ts';
import { hasLabels, matchesSelector } from '../grading/labels.ts';
import { CannotSee, type MirrorView, type Read } from '../grading/mirror-view.ts';
import type { KubeObject } from '../grading/object.ts';

/** A kind in a namespace; cluster-scoped kinds have none. */
export interface Scope {
  kind: KindName;
  namespace: string | undefined;
}

export const scopeOf = (read: Read, drillNamespace: string): Scope => {
  const { kind, namespace } = typeof read === 'string' ? { kind: read, namespace: drillNamespace } : read;
  return { kind, namespace: kinds[kind].namespaced ? namespace : undefined };
};

export const scopeKey = ({ kind, namespace }: Scope): string => `${kind} ${namespace ?? ''}`;

/** As a person would say it: `pods in namespace shop`. */
export const scopeWords = ({ kind, namespace }: Scope): string => `${kinds[kind].plural}${namespace ? ` in namespace ${namespace}` : ''}`;

/** What one scope was at the moment of the look: its objects, or why they cannot be seen. */
export type Looked = { objects: ReadonlyMap<string, KubeObject> } | { unseen: string };

/** The mirror at one moment; what happens later does not change it. */
export class SnapshotView implements MirrorView {
  readonly namespace: string;
  readonly #scopes: ReadonlyMap<string, Looked>;

  constructor(namespace: string, scopes: ReadonlyMap<string, Looked>) {
    this.namespace = namespace;
    this.#scopes = scopes;
  }

  get(kind: KindName, name: string, namespace = this.namespace): KubeObject | undefined {
    const home = kinds[kind].namespaced ? namespace : undefined;
    return this.#objectsOf({ kind, namespace: home }).get(`${home ?? ''}/${name}`);
  }

  list(kind: KindName, options: Parameters<MirrorView['list']>[1] = {}): KubeObject[] {
    const { namespace = this.namespace, labels = {}, selector = {} } = options;
    const all = [...this.#objectsOf({ kind, namespace: kinds[kind].namespaced ? namespace : undefined }).values()];
    return all.filter((object) => hasLabels(object, labels) && matchesSelector(object, selector));
  }

  #objectsOf(scope: Scope): ReadonlyMap<string, KubeObject> {
    const looked = this.#scopes.get(scopeKey(scope));
    if (!looked) throw new CannotSee(`cannot see ${scopeWords(scope)}: they are not mirrored`);
    if ('unseen' in looked) throw new CannotSee(`cannot see ${scopeWords(scope)}: ${looked.unseen}`);
    return looked.objects;
  }
}
