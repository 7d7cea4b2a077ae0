import { CannotSee } from './mirror-view.ts';
import type { Probed } from './probes.ts';

/** The value of a probe, or `CannotSee` with its reason: a probe that saw nothing is never the learner's mistake. */
export function mustSee<T>(probed: Probed<T>): T {
  if (probed.ok) return probed.value;
  throw new CannotSee(probed.reason);
}
