/** Loops that outlive the call that started them, owned by this process: when it ends, they end. */
export interface Background {
  start(id: string, loop: (signal: AbortSignal) => Promise<void>): void;
  /** Ends one loop and waits until it has; resolves at once when this process runs none by that name. */
  stop(id: string): Promise<void>;
  runs(id: string): boolean;
  /** Whether a loop shall go on: not once another process has undone it. */
  wanted(id: string): boolean;
  /** Resolves when this one has ended, by itself or not. */
  ended(id: string): Promise<void>;
}

/** `signal` ends them all; `wanted` looks into the journal, where another process may have written. */
export function backgroundLoops(signal: AbortSignal, wanted: (id: string) => boolean): Background {
  const loops = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  return {
    start: (id, loop) => {
      const stop = new AbortController();
      const ended = loop(AbortSignal.any([signal, stop.signal]))
        .catch(() => undefined)
        .finally(() => loops.delete(id));
      loops.set(id, { stop, ended });
    },
    stop: async (id) => {
      const loop = loops.get(id);
      loop?.stop.abort();
      await loop?.ended;
    },
    runs: (id) => loops.has(id),
    wanted,
    ended: async (id) => loops.get(id)?.ended,
  };
}
