import type { Clock } from '../system/clock.ts';
import { type Settled, type StabilityRules, type Standing, settleLook } from './stability.ts';
import { couldNotSee, fail, type Verdict } from './verdict.ts';
import { seconds } from './words.ts';

export interface SettleOptions {
  /** One look; it must not throw (see `evaluateCheck`). */
  evaluate(signal: AbortSignal): Promise<Verdict>;
  /** Calls the listener when something that the check reads has changed; returns how to stop. */
  onChange(listener: () => void): () => void;
  /** Bound of the grading in milliseconds; a pass on its way to being stable may take its time on top. */
  withinMs: number;
  /** Looks again after this time although nothing changed: probes and recordings. Undefined for state alone. */
  everyMs?: number;
  stableMs?: number;
  /** The first real mismatch is the answer: for a final state, where nothing is on its way. */
  failFast?: boolean;
  clock: Clock;
  signal: AbortSignal;
}

/** Least time between two looks, so that a busy namespace does not make a busy loop. */
const restMs = 50;

/**
 * Grades once: looks again on every change until the check passes or its bound is reached, and gives the last verdict.
 * What was still waiting then is a fail with the same mismatch. What could not be seen stays an error: it never becomes a fail.
 */
export async function settle(options: SettleOptions): Promise<Verdict> {
  const { clock, signal, withinMs, stableMs = 0 } = options;
  const rules: StabilityRules = { stableMs, latch: false, notYetPassed: [] };
  const started = clock.now();
  const bound = started + withinMs;
  let standing: Standing = {};
  const bell = new Bell();
  const stop = options.onChange(() => bell.ring());
  try {
    for (;;) {
      if (signal.aborted) return couldNotSee('the look was cancelled');
      bell.reset();
      const look = await options.evaluate(signal);
      if (signal.aborted && look.verdict !== 'pass') return couldNotSee('the look was cancelled');
      const settled: Settled = settleLook(standing, look, rules, clock.now());
      standing = settled.standing;
      const { verdict } = settled;
      if (verdict.verdict === 'pass' || (verdict.verdict === 'fail' && options.failFast)) return verdict;
      const holding = settled.lookAgainAt !== undefined;
      const end = holding ? bound + stableMs : bound;
      const now = clock.now();
      if (now >= end) return atTheBound(verdict, now - started);
      const next = Math.min(
        end,
        settled.lookAgainAt ?? Number.POSITIVE_INFINITY,
        options.everyMs ? now + options.everyMs : Number.POSITIVE_INFINITY,
      );
      await bell.orSleep(clock, next - now, signal);
      if (now + restMs > clock.now()) await clock.sleep(Math.min(restMs, Math.max(0, end - clock.now())), signal);
    }
  } finally {
    stop();
  }
}

/** A look that is still waiting at its bound is a fail with what it waited for. */
function atTheBound(verdict: Verdict, ms: number): Verdict {
  if (verdict.verdict !== 'waiting') return verdict;
  const { verdict: _, ...mismatch } = verdict;
  return fail({ ...mismatch, observed: `${mismatch.observed} (still so after ${seconds(ms)})` });
}

/** Rings when something changed, also while nobody listens. */
class Bell {
  #rung = false;
  #wake: AbortController | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.abort();
  }

  reset(): void {
    this.#rung = false;
  }

  async orSleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return;
    this.#wake = new AbortController();
    const ring = (): void => this.ring();
    signal.addEventListener('abort', ring, { once: true });
    try {
      await clock.sleep(Math.max(0, ms), this.#wake.signal);
    } finally {
      signal.removeEventListener('abort', ring);
      this.#wake = undefined;
    }
  }
}
