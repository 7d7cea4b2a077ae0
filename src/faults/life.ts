import { LabError, reasonOf } from '../lab-error.ts';
import type { Journal } from '../store/journal.ts';
import type { Look } from '../system/wait.ts';
import type { FaultContext } from './fault.ts';

/** Moments in a fault's life; a test dies at each of them. */
export const crashPoints = ['planned', 'acted', 'injected', 'effect-proved', 'undoing', 'undo-acted', 'recovered', 'undone'] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** What striking and mending have in common. */
export interface FaultLife {
  context: FaultContext;
  journal: Journal;
  /** Name and ownership id of the cluster, and who made it. */
  cluster: { name: string; id: string; provider: string };
  crashPoint?: (point: CrashPoint) => void;
}

/** Worth another try: what was needed did not answer. */
export const answersLater = (error: unknown): boolean => error instanceof LabError && error.code === 'no-cluster';

/** A look that could not be taken is one that did not see what it wanted to see. */
export async function lookAgain(look: () => Promise<Look>): Promise<Look> {
  try {
    return await look();
  } catch (error) {
    return { done: false, seen: reasonOf(error) };
  }
}
