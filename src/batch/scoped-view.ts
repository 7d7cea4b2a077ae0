import { type KindName, kinds } from '../grading/kinds.ts';
import { CannotSee, type MirrorView } from '../grading/mirror-view.ts';
import type { KubeObject } from '../grading/object.ts';
import { ObjectView } from '../grading/object-view.ts';

/**
 * Objects of the kinds and namespaces that were read, and of no others: whatever was not read, or could not be, throws `CannotSee`,
 * so that "absent" always means that somebody looked.
 */
export class ScopedView implements MirrorView {
  readonly namespace: string;
  readonly #objects: ObjectView;
  readonly #scopes = new Map<string, string | undefined>();

  constructor(namespace: string) {
    this.namespace = namespace;
    this.#objects = new ObjectView(namespace);
  }

  /** These are all objects of the kind in the namespace (`undefined`: cluster-scoped). */
  read(kind: KindName, namespace: string | undefined, objects: Iterable<KubeObject>): void {
    this.#scopes.set(key(kind, namespace), undefined);
    for (const object of objects) this.#objects.set(kind, object);
  }

  /** The kind could not be read there. */
  unread(kind: KindName, namespace: string | undefined, reason: string): void {
    this.#scopes.set(key(kind, namespace), reason);
  }

  get(kind: KindName, name: string, namespace?: string): KubeObject | undefined {
    this.#mustSee(kind, namespace);
    return this.#objects.get(kind, name, namespace);
  }

  list(kind: KindName, options: Parameters<MirrorView['list']>[1] = {}): KubeObject[] {
    this.#mustSee(kind, options.namespace);
    return this.#objects.list(kind, options);
  }

  #mustSee(kind: KindName, namespace = this.namespace): void {
    const scope = key(kind, kinds[kind].namespaced ? namespace : undefined);
    const reason = this.#scopes.get(scope);
    if (reason !== undefined) throw new CannotSee(reason);
    if (!this.#scopes.has(scope))
      throw new CannotSee(`${kinds[kind].plural}${kinds[kind].namespaced ? ` of ${namespace}` : ''} were not read`);
  }
}

const key = (kind: KindName, namespace: string | undefined): string => `${kind} ${namespace ?? ''}`;
