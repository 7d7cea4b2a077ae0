import { type KindName, kinds } from '../grading/kinds.ts';
import type { Read } from '../grading/mirror-view.ts';
import type { KubeObject } from '../grading/object.ts';
import type { KubeApi } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import type { Clock } from '../system/clock.ts';
import { type BoundedList, boundedList, type ListBounds, listBounds } from './bounded-list.ts';
import { ScopedView } from './scoped-view.ts';
import type { Sight } from './work.ts';

export interface ListedClusterOptions {
  api: KubeApi;
  /** How many learners have their work in this cluster: from three on, one list of all namespaces serves them all. */
  learners: number;
  clock: Clock;
  bounds?: ListBounds;
  /** Shows an object otherwise than it is, or not at all. */
  adapt?: (object: KubeObject) => KubeObject | undefined;
}

interface Shared {
  at: number;
  answer: Promise<BoundedList | Map<string, KubeObject[]>>;
}

/** How old a list that learners share may be, in milliseconds. */
const freshMs = 2000;
/** How long a cluster may take to answer at all; one that is only slow gets a second, longer try. */
const reachMs = 10_000;
const slowReachMs = 25_000;
const shareFrom = 3;

/**
 * A cluster that is listed rather than watched: a look is one list per kind and namespace, all at once; many learners in one cluster
 * share one list per kind of all namespaces, as long as that is allowed and not too long.
 */
export class ListedCluster {
  readonly api: KubeApi;
  readonly #options: ListedClusterOptions;
  readonly #shared = new Map<KindName, Shared>();
  readonly #unshared = new Set<KindName>();

  constructor(options: ListedClusterOptions) {
    this.api = options.api;
    this.#options = options;
  }

  /** One look at what `reads` names, for a learner in `namespace`. */
  async look(namespace: string, reads: readonly Read[], signal: AbortSignal): Promise<Sight> {
    const at = this.#options.clock.now();
    const wanted = [
      ...new Map(reads.map((read) => scopeOf(read, namespace)).map((scope) => [`${scope.kind} ${scope.namespace}`, scope])).values(),
    ];
    const listed = await Promise.all(
      wanted.map(async (scope) => ({ ...scope, list: await this.#list(scope.kind, scope.namespace, signal) })),
    );
    const away = listed.find(({ list }) => !list.ok && (list.kind === 'away' || list.kind === 'cancelled'));
    if (away && !away.list.ok) return { seen: false, at, reason: away.list.message };
    const { adapt } = this.#options;
    const view = new ScopedView(namespace);
    for (const { kind, namespace: from, list } of listed) {
      if (list.ok) view.read(kind, from, adapt ? list.items.flatMap((item) => adapt(item) ?? []) : list.items);
      else view.unread(kind, from, `cannot list ${kinds[kind].plural}: ${list.message}`);
    }
    return { seen: true, at, view };
  }

  /** The first question to a cluster, so that one that is dead is known at once. `unknown`: it is not allowed to ask. */
  async namespaceState(namespace: string, signal: AbortSignal): Promise<'there' | 'absent' | 'unknown' | { away: string }> {
    if (this.#options.learners >= shareFrom && !this.#unshared.has('Namespace')) {
      const all = await this.#listShared('Namespace', signal);
      if (all instanceof Map) return (all.get('') ?? []).some(({ metadata }) => metadata.name === namespace) ? 'there' : 'absent';
    }
    const ask = (timeoutMs: number) =>
      this.api.request('GET', pathOf('Namespace', undefined, namespace), { signal, timeoutMs, maxBytes: 1024 * 1024 });
    let answer = await ask(reachMs);
    if (!answer.ok && answer.kind === 'away') {
      // a connection that broke may have been an accident
      if (answer.reason !== 'Timeout') await this.#options.clock.sleep(500, signal);
      answer = await ask(slowReachMs);
    }
    if (answer.ok) return 'there';
    if (answer.kind !== 'refused') return { away: answer.message };
    return answer.reason === 'NotFound' ? 'absent' : 'unknown';
  }

  async #list(kind: KindName, namespace: string | undefined, signal: AbortSignal): Promise<BoundedList> {
    const shares = this.#options.learners >= (namespace === undefined ? 2 : shareFrom);
    if (shares && !this.#unshared.has(kind)) {
      const all = await this.#listShared(kind, signal);
      if (all instanceof Map) return { ok: true, items: all.get(namespace ?? '') ?? [] };
      // forbidden, or another's ten thousand objects: each learner gets a list of their own; a cluster that is away is away for that too
      if (all.ok || all.kind === 'away' || all.kind === 'cancelled') return all;
      this.#unshared.add(kind);
    }
    return boundedList(this.api, kind, namespace, this.#options.bounds ?? listBounds, signal);
  }

  #listShared(kind: KindName, signal: AbortSignal): Promise<BoundedList | Map<string, KubeObject[]>> {
    const now = this.#options.clock.now();
    const known = this.#shared.get(kind);
    if (known && now - known.at < freshMs) return orCancelled(known.answer, signal);
    // not this learner's signal: others wait for the same list
    const answer = boundedList(this.api, kind, undefined, this.#options.bounds ?? listBounds, neverAborted).then((list) => {
      if (list.ok) return byNamespace(list.items);
      this.#shared.delete(kind);
      return list;
    });
    this.#shared.set(kind, { at: now, answer });
    return orCancelled(answer, signal);
  }
}

const neverAborted = new AbortController().signal;

/** Stops waiting for what others also wait for. */
function orCancelled<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | BoundedList> {
  const cancelled: BoundedList = { ok: false, kind: 'cancelled', status: 0, reason: 'Cancelled', message: 'cancelled', causes: [] };
  if (signal.aborted) return Promise.resolve(cancelled);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(cancelled);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function byNamespace(items: readonly KubeObject[]): Map<string, KubeObject[]> {
  const parts = new Map<string, KubeObject[]>();
  for (const item of items) {
    const namespace = item.metadata.namespace ?? '';
    const part = parts.get(namespace);
    if (part) part.push(item);
    else parts.set(namespace, [item]);
  }
  return parts;
}

function scopeOf(read: Read, namespace: string): { kind: KindName; namespace: string | undefined } {
  if (typeof read === 'string') return { kind: read, namespace: kinds[read].namespaced ? namespace : undefined };
  return { kind: read.kind, namespace: kinds[read.kind].namespaced ? read.namespace : undefined };
}
