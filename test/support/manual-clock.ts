import type { Clock } from '../../src/system/clock.ts';

interface Sleeper {
  until: number;
  wake: () => void;
}

/** A clock that stands still until the test moves it; for what waits on several things at once (`FakeClock` jumps). */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  readonly #waiters = new Set<() => void>();

  /** Default 2026-01-01T10:00:00Z. */
  constructor(now = Date.UTC(2026, 0, 1, 10)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { until: this.#now + Math.max(0, ms), wake: () => {} };
      sleeper.wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', sleeper.wake);
        resolve();
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
      for (const waiter of [...this.#waiters]) waiter();
    });
  }

  /** Milliseconds that each sleeper has left, the next to wake first. */
  get sleepers(): number[] {
    return [...this.#sleepers].map((sleeper) => sleeper.until - this.#now).sort((a, b) => a - b);
  }

  /** Moves time; sleepers wake in the order of their time, and what they do at once is done before the next wakes. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.until - b.until)[0];
      if (!next || next.until > until) break;
      this.#now = next.until;
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = until;
  }

  /** Resolves when somebody sleeps for a time that matches, with that time. */
  async slept(match: (ms: number) => boolean): Promise<number> {
    for (;;) {
      const found = this.sleepers.find(match);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const waiter = () => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
  }
}
