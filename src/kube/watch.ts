import type { KindInfo } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { Clock } from '../system/clock.ts';
import type { ApiFailure, KubeApi } from './api.ts';
import { BackOff } from './back-off.ts';
import { bounded } from './bounded.ts';
import { ApiFailureError, away, isExpired, refusedBy } from './failure.ts';
import { listAll, slim } from './list.ts';
import { pathOf } from './path.ts';

/** What a followed kind tells, in order. */
export type Feed =
  /** Everything there is; replaces what was known. */
  | { type: 'synced'; objects: KubeObject[] }
  | { type: 'put'; object: KubeObject }
  | { type: 'gone'; object: KubeObject }
  /** The watch is open: from here on every change arrives. */
  | { type: 'live' }
  /** The server ended the watch in its time; the next one follows at once. */
  | { type: 'ended' }
  /** The connection broke, or cannot be made. */
  | { type: 'lost'; seen: string }
  /** The API server refuses; asked again, ever more rarely. */
  | { type: 'blind'; reason: string };

export interface FollowOptions {
  api: KubeApi;
  kind: KindInfo;
  /** `undefined`: cluster-scoped, or all namespaces. */
  namespace: string | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** From 0 to 1, for the jitter. */
  random: () => number;
  onFeed(feed: Feed): void;
}

export interface Following {
  /** Resolves when the signal has aborted and nothing is under way any more. */
  done: Promise<void>;
  /** Breaks the connection, which is known to be dead although it is silent about it. */
  interrupt(seen: string): void;
}

/** The server ends a watch after this; it then begins again from where it was. */
const watchSeconds = 240;
/** A server that is there sends a bookmark every minute, and ends the watch in its time: this much silence is a dead connection. */
const silenceMs = (watchSeconds + 30) * 1000;
/** After this long without a connection everything is listed again, so that what is shown as live is known to be. */
export const toleratedGapMs = 5000;

/** A watch that was open for so long was a good one, also when nothing happened in it. */
const steadyMs = 10_000;

type WatchEnd = { how: 'ended' | 'expired' } | { how: 'failed'; failure: ApiFailure };

/**
 * Follows one kind: list, then watch from the list's version, for ever. Survives ends, broken and half-open connections,
 * refusals, and forgotten versions (410 as a status and inside the stream).
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function follow(options: FollowOptions): Following {
  const { api, kind, namespace, clock, signal, onFeed } = options;
  const path = pathOf(kind, namespace);
  const failing = new BackOff(200, 4000, options.random);
  const refusing = new BackOff(1000, 30_000, options.random);
  let interruption = new AbortController();
  let interrupted = '';
  /** Version to watch from; `undefined` asks for a list. */
  let version: string | undefined;
  let lostAt: number | undefined;

  async function list(): Promise<ApiFailure | undefined> {
    using bound = bounded([signal, interruption.signal]);
    const listed = await listAll(api, kind, namespace, { signal: bound.signal });
    if (!listed.ok) return listed;
    version = listed.version;
    onFeed({ type: 'synced', objects: listed.items });
    return undefined;
  }

  function onEvent({ type, object }: { type: string; object: KubeObject }): WatchEnd | undefined {
    if (type === 'ERROR') {
      const failure = refusedBy(Number(object.code ?? 500), JSON.stringify(object));
      return isExpired(failure) ? { how: 'expired' } : { how: 'failed', failure };
    }
    version = object.metadata.resourceVersion;
    failing.reset();
    if (type === 'ADDED' || type === 'MODIFIED') onFeed({ type: 'put', object: slim(object, kind) });
    if (type === 'DELETED') onFeed({ type: 'gone', object: slim(object, kind) });
    return undefined;
  }

  async function watch(): Promise<WatchEnd> {
    const silence = new AbortController();
    const over = new AbortController();
    using connection = bounded([signal, interruption.signal, silence.signal]);
    let heardAt = clock.now();
    let openedAt = Number.POSITIVE_INFINITY;
    const listen = async () => {
      for (let left = silenceMs; left > 0 && !over.signal.aborted; left = heardAt + silenceMs - clock.now())
        await clock.sleep(left, over.signal);
      if (!over.signal.aborted) silence.abort();
    };
    void listen();
    const onOpen = () => {
      heardAt = openedAt = clock.now();
      lostAt = undefined;
      refusing.reset();
      onFeed({ type: 'live' });
    };
    const silent = (): WatchEnd => ({ how: 'failed', failure: away(api.server, 'Silence', `nothing for ${silenceMs / 1000} s`) });
    try {
      for await (const event of api.watch(path, { resourceVersion: version, timeoutSeconds: watchSeconds }, connection.signal, onOpen)) {
        if (connection.signal.aborted) break;
        heardAt = clock.now();
        const end = onEvent(event);
        if (end) return end;
      }
      return silence.signal.aborted ? silent() : { how: 'ended' };
    } catch (error) {
      const failure = error instanceof ApiFailureError ? error.failure : away(api.server, 'Network', String(error));
      return isExpired(failure) ? { how: 'expired' } : { how: 'failed', failure };
    } finally {
      over.abort();
      if (clock.now() - openedAt > steadyMs) failing.reset();
    }
  }

  async function afterFailure(failure: ApiFailure): Promise<void> {
    const isRefused = [401, 403, 404, 405].includes(failure.status);
    if (isRefused) version = undefined;
    lostAt ??= clock.now();
    onFeed(isRefused ? { type: 'blind', reason: failure.message } : { type: 'lost', seen: interrupted || failure.message });
    await clock.sleep((isRefused ? refusing : failing).nextMs(), signal);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      interruption = new AbortController();
      interrupted = '';
      if (lostAt !== undefined && clock.now() - lostAt > toleratedGapMs) version = undefined;
      const unlisted = version === undefined ? await list() : undefined;
      if (signal.aborted) return;
      if (unlisted) {
        await afterFailure(unlisted);
        continue;
      }
      const versionBefore = version;
      const end = await watch();
      if (signal.aborted) return;
      if (interrupted) {
        version = undefined;
        await afterFailure(away(api.server, 'Interrupted', interrupted));
      } else if (end.how === 'failed') await afterFailure(end.failure);
      else {
        lostAt ??= clock.now();
        onFeed({ type: 'ended' });
        if (end.how === 'expired') version = undefined;
        // a watch that ended well moved on; one that did not may end again and again
        if (end.how === 'expired' || version === versionBefore) await clock.sleep(failing.nextMs(), signal);
      }
    }
  }

  return {
    done: run(),
    interrupt(seen) {
      interrupted = seen;
      interruption.abort();
    },
  };
}
