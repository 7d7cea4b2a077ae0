import type { Clock } from '../../src/system/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A limit that is never reached. */
export const unlimitedMs = 1e9;

/** Jumps like `FakeClock`, but never to the end of `unlimitedMs`. */
export class UnlimitedClock extends FakeClock implements Clock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < unlimitedMs) return super.sleep(ms, signal);
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  }
}
