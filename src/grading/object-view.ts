import type { KindName } from './kinds.ts';
import { kinds } from './kinds.ts';
import { hasLabels, matchesSelector } from './labels.ts';
import { CannotSee, type MirrorView } from './mirror-view.ts';
import type { KubeObject } from './object.ts';

/** Objects in memory, by kind and name: a recording played back, a snapshot, a set of manifests. */
export class ObjectView implements MirrorView {
  readonly namespace: string;
  readonly #objects = new Map<KindName, Map<string, KubeObject>>();
  readonly #unseen: (kind: KindName) => string | undefined;

  /** `unseen` says why a kind cannot be seen; without it every kind that holds nothing is empty. */
  constructor(namespace: string, unseen: (kind: KindName) => string | undefined = () => undefined) {
    this.namespace = namespace;
    this.#unseen = unseen;
  }

  set(kind: KindName, object: KubeObject): void {
    const known = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    known.set(this.#key(kind, object.metadata.name, object.metadata.namespace), object);
    this.#objects.set(kind, known);
  }

  clear(): void {
    this.#objects.clear();
  }

  delete(kind: KindName, object: KubeObject): void {
    this.#objects.get(kind)?.delete(this.#key(kind, object.metadata.name, object.metadata.namespace));
  }

  get(kind: KindName, name: string, namespace?: string): KubeObject | undefined {
    this.#mustSee(kind);
    return this.#objects.get(kind)?.get(this.#key(kind, name, namespace));
  }

  list(kind: KindName, options: Parameters<MirrorView['list']>[1] = {}): KubeObject[] {
    this.#mustSee(kind);
    const namespace = options.namespace ?? this.namespace;
    return [...(this.#objects.get(kind)?.values() ?? [])].filter(
      (object) =>
        (!kinds[kind].namespaced || (object.metadata.namespace ?? this.namespace) === namespace) &&
        hasLabels(object, options.labels ?? {}) &&
        matchesSelector(object, options.selector ?? {}),
    );
  }

  #key = (kind: KindName, name: string, namespace = this.namespace): string => (kinds[kind].namespaced ? `${namespace}/${name}` : name);

  #mustSee(kind: KindName): void {
    const reason = this.#unseen(kind);
    if (reason !== undefined) throw new CannotSee(reason);
  }
}
