import type { KindName } from '../../src/grading/kinds.ts';
import { kinds } from '../../src/grading/kinds.ts';
import type { MirrorView } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { ObjectView } from '../../src/grading/object-view.ts';

export interface FakeMirrorOptions {
  /** The drill's namespace; objects of a namespaced kind that name none are put there. Default `drill-lab`. */
  namespace?: string;
  /** Kinds that cannot be seen: reading one throws `CannotSee`. `all` is a mirror that sees nothing. */
  unseen?: readonly KindName[] | 'all';
}

const isKind = (kind: string | undefined): kind is KindName => kind !== undefined && Object.hasOwn(kinds, kind);

/** A mirror that holds exactly these objects (each says its `kind`): every other object is known to be absent. */
export function mirrorOf(objects: readonly KubeObject[], options: FakeMirrorOptions = {}): MirrorView {
  const { namespace = 'drill-lab', unseen = [] } = options;
  const cannotSee = (kind: KindName) => unseen === 'all' || unseen.includes(kind);
  const view = new ObjectView(namespace, (kind) => (cannotSee(kind) ? `cannot list ${kinds[kind].plural}: not in this mirror` : undefined));
  for (const object of objects) {
    const { kind } = object;
    if (!isKind(kind)) throw new Error(`mirrorOf: ${object.metadata?.name} is of kind ${kind}, which grading/kinds.ts does not know`);
    const home = kinds[kind].namespaced ? { namespace: object.metadata.namespace ?? namespace } : {};
    view.set(kind, { apiVersion: kinds[kind].apiVersion, ...object, metadata: { ...object.metadata, ...home } });
  }
  return view;
}

/** A mirror that was synced and found nothing: no grader may pass on it. */
export const emptyMirror = (namespace?: string): MirrorView => mirrorOf([], { namespace });

/** A mirror that can see nothing: every grader must say `error`. */
export const blindMirror = (namespace?: string): MirrorView => mirrorOf([], { namespace, unseen: 'all' });
