import type { KubeObject } from '../grading/object.ts';

export type Change = 'added' | 'modified' | 'deleted';
export type OnChange = (change: Change, object: KubeObject) => void;

/** By name; for a collection of all namespaces by namespace and name. */
const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/**
 * The known objects of one collection. A look at them costs nothing and never changes afterwards:
 * the first change after a look is made to a copy of the index (the objects themselves are shared, and never written to).
 */
export class KeptObjects {
  #objects = new Map<string, KubeObject>();
  #looked = false;

  look(): ReadonlyMap<string, KubeObject> {
    this.#looked = true;
    return this.#objects;
  }

  put(object: KubeObject, onChange: OnChange): void {
    const before = this.#objects.get(keyOf(object));
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion && before) return;
    const isAnother = before !== undefined && before.metadata.uid !== object.metadata.uid;
    if (isAnother) onChange('deleted', before);
    this.#writable().set(keyOf(object), object);
    onChange(before === undefined || isAnother ? 'added' : 'modified', object);
  }

  /** `last` is the state in which it went. */
  remove(last: KubeObject, onChange: OnChange): void {
    const before = this.#objects.get(keyOf(last));
    if (!before || before.metadata.uid !== last.metadata.uid) return;
    this.#writable().delete(keyOf(last));
    onChange('deleted', last);
  }

  /** What is not among `objects` is gone: it went while nobody looked. */
  replace(objects: readonly KubeObject[], onChange: OnChange): void {
    const fresh = new Set(objects.map(keyOf));
    for (const [key, object] of [...this.#objects]) if (!fresh.has(key)) this.remove(object, onChange);
    for (const object of objects) this.put(object, onChange);
  }

  #writable(): Map<string, KubeObject> {
    if (this.#looked) {
      this.#objects = new Map(this.#objects);
      this.#looked = false;
    }
    return this.#objects;
  }
}
