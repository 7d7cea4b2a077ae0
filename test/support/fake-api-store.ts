import { randomUUID } from 'node:crypto';
import { type KindInfo, kinds } from '../../src/grading/kinds.ts';
import { matchesSelector } from '../../src/grading/labels.ts';
import type { LabelSelector } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

const customResourceDefinition: KindInfo = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

const copy = <T>(value: T): T => structuredClone(value);

/** Objects in memory with what the API server adds to them: uid, resourceVersion, generation, finalizers, owners, watch history. */
export class FakeApiStore {
  readonly kinds: KindInfo[] = [...Object.values(kinds), customResourceDefinition];
  /** Versions up to this one are forgotten: a watch from an older one is answered with 410. */
  compacted = 0;
  #version = 1000;
  readonly #objects = new Map<string, KubeObject>();
  readonly #history: { version: number; kind: KindInfo; event: WatchEvent }[] = [];
  readonly #listeners = new Set<(kind: KindInfo, event: WatchEvent) => void>();

  get version(): number {
    return this.#version;
  }

  onEvent(listener: (kind: KindInfo, event: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  kindOf(object: { apiVersion?: string; kind?: string }): KindInfo {
    const found = this.kinds.find((one) => one.kind === object.kind && (!object.apiVersion || one.apiVersion === object.apiVersion));
    if (!found) throw new Error(`the fake API server has no kind ${object.apiVersion ?? ''} ${object.kind}`);
    return found;
  }

  get(kind: KindInfo, name: string, namespace?: string): KubeObject | undefined {
    return copy(this.#objects.get(this.#key(kind, name, namespace)));
  }

  list(kind: KindInfo, namespace?: string): KubeObject[] {
    const prefix = this.#key(kind, '', namespace);
    return [...this.#objects.entries()]
      .filter(([key]) => (kind.namespaced && !namespace ? key.startsWith(`${kind.apiVersion} ${kind.plural} `) : key.startsWith(prefix)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => copy(object));
  }

  /** Creates or replaces. */
  put(given: KubeObject): KubeObject {
    const kind = this.kindOf(given);
    const { name, namespace } = given.metadata;
    const before = this.get(kind, name, namespace);
    const specChanged = before !== undefined && JSON.stringify(before.spec) !== JSON.stringify(given.spec);
    const object: KubeObject = {
      ...copy(given),
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        uid: before?.metadata.uid ?? randomUUID(),
        creationTimestamp: before?.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z',
        generation: before ? (before.metadata.generation ?? 1) + (specChanged ? 1 : 0) : 1,
        ...copy(given.metadata),
      },
    };
    if (kind === customResourceDefinition) this.#define(object);
    const { deletionTimestamp, finalizers } = object.metadata;
    const isHeld = finalizers?.length || (kind.kind === 'Namespace' && this.#contentOf(name).length > 0);
    if (deletionTimestamp && !isHeld) return this.#drop(kind, object);
    this.#write(kind, object, before ? 'MODIFIED' : 'ADDED');
    return copy(object);
  }

  /** Removes, or marks as being deleted while finalizers hold it; what it owns goes with it unless orphaned. */
  remove(kind: KindInfo, name: string, namespace?: string, orphan = false): KubeObject | undefined {
    const object = this.get(kind, name, namespace);
    if (!object) return undefined;
    if (kind.kind === 'Namespace') return this.#removeNamespace(kind, object);
    if (object.metadata.finalizers?.length) {
      object.metadata.deletionTimestamp ??= '2026-01-01T00:00:01Z';
      this.#write(kind, object, 'MODIFIED');
      return copy(object);
    }
    const gone = this.#drop(kind, object);
    if (!orphan) this.#removeOwnedBy(object);
    return gone;
  }

  /** What happened to a kind after a version. */
  since(kind: KindInfo, version: number): WatchEvent[] {
    return this.#history.filter((one) => one.kind === kind && one.version > version).map((one) => copy(one.event));
  }

  #key = (kind: KindInfo, name: string, namespace?: string): string =>
    `${kind.apiVersion} ${kind.plural} ${kind.namespaced ? namespace : ''}/${name}`;

  #write(kind: KindInfo, object: KubeObject, type: WatchEvent['type']): void {
    object.metadata.resourceVersion = String(++this.#version);
    const key = this.#key(kind, object.metadata.name, object.metadata.namespace);
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, copy(object));
    const event = { type, object: copy(object) };
    this.#history.push({ version: this.#version, kind, event });
    for (const listener of [...this.#listeners]) listener(kind, copy(event));
  }

  #drop(kind: KindInfo, object: KubeObject): KubeObject {
    this.#write(kind, object, 'DELETED');
    const { namespace } = object.metadata;
    const home = namespace ? this.get(this.kindOf({ kind: 'Namespace' }), namespace) : undefined;
    if (home?.metadata.deletionTimestamp && this.#contentOf(home.metadata.name).length === 0)
      this.#drop(this.kindOf({ kind: 'Namespace' }), home);
    return copy(object);
  }

  #contentOf(namespace: string): { kind: KindInfo; object: KubeObject }[] {
    return this.kinds.filter((kind) => kind.namespaced).flatMap((kind) => this.list(kind, namespace).map((object) => ({ kind, object })));
  }

  #removeNamespace(kind: KindInfo, namespace: KubeObject): KubeObject {
    namespace.metadata.deletionTimestamp ??= '2026-01-01T00:00:01Z';
    namespace.status = { ...namespace.status, phase: 'Terminating' };
    this.#write(kind, namespace, 'MODIFIED');
    const content = this.#contentOf(namespace.metadata.name);
    if (content.length === 0 && !namespace.metadata.finalizers?.length) return this.#drop(kind, namespace);
    for (const one of content) this.remove(one.kind, one.object.metadata.name, namespace.metadata.name);
    return this.get(kind, namespace.metadata.name) ?? namespace;
  }

  #removeOwnedBy(owner: KubeObject): void {
    for (const object of [...this.#objects.values()]) {
      if (object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid))
        this.remove(this.kindOf(object), object.metadata.name, object.metadata.namespace);
    }
  }

  #define(definition: KubeObject): void {
    const { group, scope, names, versions } = definition.spec;
    for (const { name } of versions)
      this.kinds.push({ apiVersion: `${group}/${name}`, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' });
    definition.status ??= { conditions: [{ type: 'Established', status: 'True' }] };
  }
}

/** `app=web,tier!=db,env in (a,b),gone` as kubectl's `-l` takes it. */
export function parseSelector(text: string): LabelSelector {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelector['matchExpressions']> = [];
  for (const part of text.split(/,(?![^(]*\))/).filter(Boolean)) {
    const set = /^(\S+) (in|notin) \((.*)\)$/.exec(part);
    const equal = /^([^!=]+)(==?|!=)(.*)$/.exec(part);
    if (set) matchExpressions.push({ key: set[1]!, operator: set[2] === 'in' ? 'In' : 'NotIn', values: set[3]!.split(',') });
    else if (equal?.[2] === '!=') matchExpressions.push({ key: equal[1]!, operator: 'NotIn', values: [equal[3]!] });
    else if (equal) matchLabels[equal[1]!] = equal[3]!;
    else matchExpressions.push({ key: part.replace(/^!/, ''), operator: part.startsWith('!') ? 'DoesNotExist' : 'Exists' });
  }
  return { matchLabels, matchExpressions };
}

/** Whether an object is in a list or watch with this query (`labelSelector`, `fieldSelector` on any path with `=`). */
export function isSelected(object: KubeObject, query: URLSearchParams): boolean {
  const fields = (query.get('fieldSelector') ?? '').split(',').filter(Boolean);
  const selector = parseSelector(query.get('labelSelector') ?? '');
  return (
    matchesSelector(object, selector) &&
    fields.every((field) => {
      const [path = '', value = ''] = field.split('=');
      const found = path.split('.').reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], object);
      return String(found ?? '') === value;
    })
  );
}

/** JSON merge patch (RFC 7386); also what this server does for strategic and apply patches, whose lists it replaces as a whole. */
export function merged(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return copy(patch);
  const result: Record<string, unknown> = target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
