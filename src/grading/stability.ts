import { pass, type Verdict, waiting } from './verdict.ts';
import { seconds } from './words.ts';

/** What is kept of a check between looks. Plain data, so that a drill may be resumed. */
export interface Standing {
  /** When the present run of passes began, milliseconds since 1970. */
  passingSince?: number;
  /** Evidence of a recorded check that has passed once: it stays passed for this drill. */
  latched?: string;
}

export interface StabilityRules {
  /** Milliseconds for which a pass must hold before it counts. */
  stableMs: number;
  latch: boolean;
  /** Checks that must have passed before this one is looked at, and have not yet. */
  notYetPassed: readonly string[];
}

export interface Settled {
  standing: Standing;
  verdict: Verdict;
  /** When to look again although nothing changed: a pass is on its way to being stable. */
  lookAgainAt?: number;
}

/** Whether a check needs no look at all now: it is latched, or checks before it are still missing. */
export function withoutLook(standing: Standing, rules: StabilityRules): Verdict | undefined {
  if (rules.latch && standing.latched !== undefined) return pass(standing.latched);
  if (rules.notYetPassed.length > 0) {
    return waiting({ observed: `${rules.notYetPassed.join(', ')} not passed yet`, expected: `${rules.notYetPassed.join(', ')} first` });
  }
  return undefined;
}

/**
 * Turns one look into what counts: a pass only after it has held for its time, a latched pass for ever.
 * Anything but a pass, blindness included, starts the time anew. Pure.
 */
export function settleLook(standing: Standing, look: Verdict, rules: StabilityRules, now: number): Settled {
  const early = withoutLook(standing, rules);
  if (early) return { standing: { latched: standing.latched }, verdict: early };
  if (look.verdict !== 'pass') return { standing: {}, verdict: look };
  const since = standing.passingSince ?? now;
  const held = Math.max(0, now - since);
  if (held >= rules.stableMs) {
    const latched = rules.latch ? { latched: look.evidence } : {};
    return { standing: { passingSince: since, ...latched }, verdict: look };
  }
  return {
    standing: { passingSince: since },
    verdict: waiting({
      observed: `holds since ${seconds(held)} of ${seconds(rules.stableMs)}`,
      expected: `it holds for ${seconds(rules.stableMs)}`,
    }),
    lookAgainAt: since + rules.stableMs,
  };
}
