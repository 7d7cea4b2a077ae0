import type { Mismatch, Verdict } from '../grading/verdict.ts';
import type { Progress } from '../system/progress.ts';

/** How a check stands for the learner. */
export interface CheckState {
  id: string;
  step: string;
  title: string;
  guard: boolean;
  points: number;
  /** `undefined` until it was looked at once. */
  verdict: Verdict | undefined;
  /** The last real mismatch, kept while waiting or blind. */
  lastMismatch: Mismatch | undefined;
  latched: boolean;
  /** Milliseconds that the last look took. */
  ms: number;
}

export interface HintState {
  tier: number;
  of: number;
  text: string;
  cost: number;
}

export interface StepState {
  id: string;
  title: string;
  /** `solved`: by its solution, for no points. */
  state: 'todo' | 'current' | 'passed' | 'solved';
  hintsOpened: number;
  earned: number;
  of: number;
}

export interface Score {
  score: number;
  of: number;
  /** Checks that could not be graded; they are neither won nor lost. */
  ungraded: string[];
}

export interface FaultInForce {
  journalId: string;
  fault: string;
  what: string;
  since: number;
  lab: string | undefined;
}

export type Connection = 'live' | 'reconnecting' | 'connecting';

/** Everything a front end needs to know of a running drill, in the order in which it happens. */
export type DrillEvent =
  | { type: 'phase'; phase: 'setting-up' | 'running' | 'solving' | 'resetting' | 'finished' | 'closed'; lab: string }
  | { type: 'progress'; progress: Progress }
  | { type: 'connection'; state: Connection; seen: string }
  | { type: 'step'; step: StepState; index: number; of: number }
  | { type: 'check'; check: CheckState }
  | { type: 'step-passed'; step: string; earned: number; of: number }
  | { type: 'hint'; step: string; hint: HintState }
  | { type: 'predicted'; step: string; question: number; given: string; right: boolean; answer: string; why: string }
  | { type: 'command-started'; argv: string[] }
  | { type: 'command'; argv: string[]; exitCode: number; stdout: string; stderr: string; ms: number }
  | { type: 'fault-announced'; fault: string; what: string; why: string; seconds: number }
  | { type: 'fault'; fault: string; phase: 'injecting' | 'in-force' | 'undoing' | 'undone'; seen: string }
  | { type: 'score'; score: Score }
  | { type: 'finished'; passed: boolean; score: Score; attempts: number; debrief: string; next: string | undefined }
  | { type: 'trouble'; message: string; hint: string | undefined };

export type OnDrillEvent = (event: DrillEvent) => void;
