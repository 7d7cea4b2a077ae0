import type { Clock } from '../../src/system/clock.ts';

/** A clock that jumps: whoever sleeps wakes at once, that much later. Nothing sleeps in a test. */
export class FakeClock implements Clock {
  private time: number;
  private readonly onSleep: (now: number) => void;

  constructor(time = 1_000_000, onSleep: (now: number) => void = () => undefined) {
    this.time = time;
    this.onSleep = onSleep;
  }

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    this.time += ms;
    this.onSleep(this.time);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves on without anybody sleeping. */
  pass(ms: number): void {
    this.time += ms;
  }
}
