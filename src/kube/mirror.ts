import type { Connection } from '../drill/events.ts';
import type { KindName } from '../grading/kinds.ts';
import type { MirrorView, Read } from '../grading/mirror-view.ts';
import type { KubeObject } from '../grading/object.ts';
import type { Clock } from '../system/clock.ts';
import type { KubeApi } from './api.ts';
import { heartbeat } from './heartbeat.ts';
import type { Change } from './kept-objects.ts';
import { MirroredScope } from './mirrored-scope.ts';
import { SnapshotView, scopeKey, scopeOf } from './snapshot-view.ts';

export type { Change };

/** Called for each object as it is listed, changes and goes; `at` is milliseconds since 1970. */
export type OnObject = (change: Change, kind: KindName, object: KubeObject, at: number) => void;

export type MirrorReady =
  /** Every kind is synced, save those that the API server refuses (reading one throws `CannotSee`). */
  | { ready: true; refused: string[] }
  /** `seen`: what is missing, and why. */
  | { ready: false; outcome: 'bound' | 'cancelled'; seen: string };

/** An in-memory copy of a part of the cluster, kept by one list+watch per kind and namespace. */
export interface Mirror {
  /** The mirror as it is now; cheap, and unchanged by what happens later. */
  view(): MirrorView;
  ready(boundMs: number): Promise<MirrorReady>;
  readonly connection: Connection;
  /** Why it is not `live`, in words; empty when it is. */
  readonly seen: string;
  onConnection(listener: (state: Connection, seen: string) => void): () => void;
  /** Called once after each burst of changes, also when what was seen can no longer be relied on. */
  onChange(listener: () => void): () => void;
  onObject(listener: OnObject): () => void;
  /** Mirrors more; what is mirrored already stays as it is. */
  addReads(reads: readonly Read[]): void;
  /** Resolves when every connection is closed. */
  close(): Promise<void>;
}

export interface MirrorOptions {
  api: KubeApi;
  reads: readonly Read[];
  /** The drill's namespace. */
  namespace: string;
  clock: Clock;
  onObject?: OnObject;
  /** Closes the mirror. */
  signal?: AbortSignal;
  /** From 0 to 1; for the jitter between attempts. */
  random?: () => number;
}

export function openMirror(options: MirrorOptions): Mirror {
  const { api, namespace, clock, random = Math.random } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const scopes = new Map<string, MirroredScope>();
  const listeners = {
    connection: new Set<(state: Connection, seen: string) => void>(),
    change: new Set<() => void>(),
    object: new Set<OnObject>(options.onObject ? [options.onObject] : []),
    standing: new Set<() => void>(),
  };
  let connection: Connection = 'connecting';
  let changeAnnounced = false;

  const announceChange = () => {
    if (changeAnnounced || signal.aborted) return;
    changeAnnounced = true;
    setImmediate(() => {
      changeAnnounced = false;
      if (!signal.aborted) for (const listener of [...listeners.change]) listener();
    });
  };

  const worst = (): MirroredScope | undefined => {
    const all = [...scopes.values()];
    return all.find((one) => one.standing === 'reconnecting') ?? all.find((one) => one.standing === 'connecting');
  };

  const onLink = () => {
    for (const listener of [...listeners.standing]) listener();
    announceChange();
    const found = worst();
    const now: Connection = found ? (found.standing as Connection) : 'live';
    if (now === connection) return;
    connection = now;
    for (const listener of [...listeners.connection]) listener(now, found?.seen ?? '');
  };

  const addReads = (reads: readonly Read[]) => {
    for (const read of reads) {
      const scope = scopeOf(read, namespace);
      if (scopes.has(scopeKey(scope)) || signal.aborted) continue;
      const onObject = (change: Change, object: KubeObject) => {
        const at = clock.now();
        for (const listener of [...listeners.object]) listener(change, scope.kind, object, at);
        announceChange();
      };
      scopes.set(scopeKey(scope), new MirroredScope(scope, { api, clock, signal, random, onObject, onLink }));
    }
  };

  const ready = (boundMs: number): Promise<MirrorReady> =>
    new Promise((resolve) => {
      const over = new AbortController();
      const settle = (answer: MirrorReady) => {
        over.abort();
        listeners.standing.delete(look);
        resolve(answer);
      };
      const look = () => {
        const all = [...scopes.values()];
        if (all.some((one) => one.standing === 'connecting' || one.standing === 'reconnecting')) return;
        settle({ ready: true, refused: all.filter((one) => one.standing === 'blind').map((one) => one.seen) });
      };
      const giveUp = (outcome: 'bound' | 'cancelled') => settle({ ready: false, outcome, seen: worst()?.seen ?? '' });
      listeners.standing.add(look);
      look();
      if (over.signal.aborted) return;
      if (signal.aborted) return giveUp('cancelled');
      signal.addEventListener('abort', () => giveUp('cancelled'), { once: true, signal: over.signal });
      void clock.sleep(boundMs, over.signal).then(() => over.signal.aborted || giveUp('bound'));
    });

  const subscribe =
    <L>(set: Set<L>) =>
    (listener: L) => {
      set.add(listener);
      return () => void set.delete(listener);
    };

  const beating = heartbeat({
    api,
    clock,
    signal,
    onSilence: (seen, lastAnswer) => {
      for (const scope of scopes.values()) scope.interrupt(seen, lastAnswer);
    },
  });

  const close = async () => {
    options.signal?.removeEventListener('abort', close);
    closing.abort();
    await Promise.all([beating, ...[...scopes.values()].map((one) => one.done)]);
  };
  if (options.signal?.aborted) closing.abort();
  options.signal?.addEventListener('abort', close, { once: true });
  addReads(options.reads);

  return {
    view: () => new SnapshotView(namespace, new Map([...scopes].map(([key, scope]) => [key, scope.look()]))),
    ready,
    get connection() {
      return connection;
    },
    get seen() {
      return worst()?.seen ?? '';
    },
    onConnection: subscribe(listeners.connection),
    onChange: subscribe(listeners.change),
    onObject: subscribe(listeners.object),
    addReads,
    close,
  };
}
