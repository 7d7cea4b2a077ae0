import type { ProcessIdentity } from './processes.ts';

/**
 * Life of a fault. `planned` is written before the act, so whatever is not closed may have happened.
 * At rest: `effect-proved`, and `undo-failed` (given up for now). In the others a process is at work, or died.
 * Closed: `undone`, and `void` (its cluster is gone, there is nothing left to undo).
 */
export type JournalState = 'planned' | 'injected' | 'effect-proved' | 'undoing' | 'undo-failed' | 'undone' | 'void';

/** What is known before a fault strikes, and enough to undo it in another process, on another day. */
export interface JournalPlan {
  fault: string;
  /** In a sentence, for banners and reports. */
  what: string;
  /** Empty when it was injected by hand. */
  lab: string | undefined;
  namespace: string;
  cluster: string;
  /** The ownership id of the cluster: a new cluster of the same name is another one. */
  clusterId: string;
  /** Which provider to ask whether the cluster is still there, when there is no other record of it. */
  provider: string;
  params: Record<string, unknown>;
  record: Record<string, unknown>;
  /** What it changes, e.g. `Node kd-worker`; faults that share one are undone newest first, strictly. */
  touches: string[];
  /** The command that mends it by hand. */
  mend: string;
}

export interface JournalEntry extends JournalPlan {
  id: string;
  state: JournalState;
  /** Milliseconds since 1970. */
  plannedAt: number;
  stateAt: number;
  /** The process that wrote the last line about it. */
  by: ProcessIdentity;
}

export const isClosed = (state: JournalState): boolean => state === 'undone' || state === 'void';
