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
  readonly #scopes = new Map<string, { kind: KindName; namespace: string | undefined; unread: string | undefined }>();

  constructor(namespace: string) {
    this.namespace = namespace;
    this.#objects = new ObjectView(namespace);
  }

  /** These are all objects of the kind in the namespace (`undefined`: cluster-scoped). */
  read(kind: KindName, namespace: string | undefined, objects: Iterable<KubeObject>): void {
    this.#scopes.set(key(kind, namespace), { kind, namespace, unread: undefined });
    for (const object of objects) this.#objects.set(kind, object);
  }

  /** The kind could not be read there. */
  unread(kind: KindName, namespace: string | undefined, reason: string): void {
    this.#scopes.set(key(kind, namespace), { kind, namespace, unread: reason });
  }

  /** Everything that was read, or could not be. */
  *scopes(): Iterable<
    | { kind: KindName; namespace: string | undefined; objects: KubeObject[] }
    | { kind: KindName; namespace: string | undefined; unread: string }
  > {
    for (const { kind, namespace, unread } of this.#scopes.values()) {
      if (unread !== undefined) yield { kind, namespace, unread };
      else yield { kind, namespace, objects: this.#objects.list(kind, { namespace }) };
    }
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
    const scope = this.#scopes.get(key(kind, kinds[kind].namespaced ? namespace : undefined));
    if (scope?.unread !== undefined) throw new CannotSee(scope.unread);
    if (!scope) throw new CannotSee(`${kinds[kind].plural}${kinds[kind].namespaced ? ` of ${namespace}` : ''} were not read`);
  }
}

const key = (kind: KindName, namespace: string | undefined): string => `${kind} ${namespace ?? ''}`;
