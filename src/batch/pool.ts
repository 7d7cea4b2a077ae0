import type { Clock } from '../system/clock.ts';

export type Outcome<R> =
  | { outcome: 'done'; result: R }
  | { outcome: 'failed'; error: unknown }
  | { outcome: 'time-limit' }
  | { outcome: 'cancelled' };

export interface PoolOptions<T, R> {
  /** How many run at once. */
  parallel: number;
  /** Milliseconds for each; counted from its own start, so that waiting for a turn costs nobody anything. */
  limitMs: number;
  run(item: T, signal: AbortSignal): Promise<R>;
  /** Called as each one ends, in the order of ending; awaited before its place is given on. */
  onOutcome(item: T, outcome: Outcome<R>, ms: number): void | Promise<void>;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Runs items side by side. Each has its own time limit and its own signal; one that neither ends nor heeds its signal is left
 * behind at its limit and harms nobody. When `signal` aborts nothing new is begun, and what runs is told to stop.
 */
export async function runPool<T, R>(items: readonly T[], options: PoolOptions<T, R>): Promise<void> {
  const { parallel, clock } = options;
  const stop = new AbortController();
  const cancel = () => stop.abort(options.signal.reason);
  if (options.signal.aborted) cancel();
  options.signal.addEventListener('abort', cancel, { once: true });
  const leftBehind = new Set<Promise<unknown>>();
  let next = 0;
  const lane = async () => {
    while (next < items.length && !stop.signal.aborted) {
      const item = items[next++]!;
      const { work } = await runOne(item, { ...options, signal: stop.signal });
      leftBehind.add(work);
      void work.finally(() => leftBehind.delete(work));
    }
  };
  // an outcome that could not be told (a full disk) ends all of it: what is not durable is not graded
  const lanes = Array.from({ length: Math.max(1, Math.min(parallel, items.length)) }, () =>
    lane().catch((error: unknown) => stop.abort(error)),
  );
  await Promise.all(lanes);
  const over = new AbortController();
  await Promise.race([Promise.all(leftBehind), clock.sleep(graceMs, over.signal)]);
  over.abort();
  options.signal.removeEventListener('abort', cancel);
  if (stop.signal.aborted && !options.signal.aborted) throw stop.signal.reason;
}

/** Resolves when the outcome was told; `work` ends when the work itself does, which may be later, or never. */
async function runOne<T, R>(item: T, { run, onOutcome, clock, signal, limitMs }: PoolOptions<T, R>): Promise<{ work: Promise<unknown> }> {
  const started = clock.now();
  const own = new AbortController();
  const over = new AbortController();
  const cancel = () => own.abort(signal.reason);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  // what ended after the cancellation may have seen less than there is: no result, whatever it says
  const work = run(item, own.signal).then(
    (result): Outcome<R> => (signal.aborted ? { outcome: 'cancelled' } : { outcome: 'done', result }),
    (error: unknown): Outcome<R> => (signal.aborted ? { outcome: 'cancelled' } : { outcome: 'failed', error }),
  );
  try {
    const limit = clock.sleep(limitMs, over.signal).then((): Outcome<R> => ({ outcome: 'time-limit' }));
    const cancelled = new Promise<Outcome<R>>((resolve) => {
      // what heeds its signal has a moment to end well
      const give = () => void clock.sleep(graceMs, over.signal).then(() => resolve({ outcome: 'cancelled' }));
      if (signal.aborted) give();
      else signal.addEventListener('abort', give, { once: true, signal: over.signal });
    });
    const outcome = await Promise.race([work, limit, cancelled]);
    if (outcome.outcome !== 'done') own.abort(new Error(outcome.outcome === 'time-limit' ? 'its time is over' : 'cancelled'));
    await onOutcome(item, outcome, clock.now() - started);
  } finally {
    signal.removeEventListener('abort', cancel);
    over.abort();
  }
  return { work };
}

/** Time that cancelled work has to clean up. */
const graceMs = 15_000;
