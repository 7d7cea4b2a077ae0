import type { Clock } from '../system/clock.ts';
import { tickEvery } from './state/tick.ts';
import type { Store } from './store.ts';

/** Draws the screen again while something on it counts: a stopwatch, a mark that fades, a notice that goes. Idle screens cost nothing. */
export class Ticker {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #unsubscribe: () => void;
  #ticking: { every: number; stop: AbortController } | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#unsubscribe = store.subscribe(() => this.#adapt());
    this.#adapt();
  }

  stop(): void {
    this.#unsubscribe();
    this.#ticking?.stop.abort();
    this.#ticking = undefined;
  }

  #adapt(): void {
    const every = tickEvery(this.#store.state());
    if (every === this.#ticking?.every) return;
    this.#ticking?.stop.abort();
    this.#ticking = undefined;
    if (every === undefined) return;
    const stop = new AbortController();
    this.#ticking = { every, stop };
    void this.#run(every, stop.signal);
  }

  async #run(every: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(every, signal);
      if (!signal.aborted) this.#store.dispatch({ type: 'tick' });
    }
  }
}
