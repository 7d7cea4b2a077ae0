import type { MirrorView } from '../grading/mirror-view.ts';
import type { Lab } from '../lab/schema.ts';
import type { CheckState, Connection, FaultInForce, HintState, OnDrillEvent, Score, StepState } from './events.ts';

/** A snapshot of a drill, for front ends that draw the whole. */
export interface DrillState {
  lab: Lab;
  namespace: string;
  phase: 'setting-up' | 'running' | 'solving' | 'resetting' | 'finished' | 'closed';
  connection: Connection;
  steps: StepState[];
  /** Index of the step that the learner is at. */
  current: number;
  checks: CheckState[];
  hints: Record<string, HintState[]>;
  /** Right or wrong answers given, by step and question. */
  predicted: Record<string, { given: string; right: boolean }[]>;
  score: Score;
  attempts: number;
  startedAt: number;
  faults: FaultInForce[];
}

/**
 * One learner's run of one lab. It emits events; every front end is a consumer of the same events.
 * All methods are safe to call in any order; what cannot be done now is a `LabError`.
 */
export interface Drill {
  readonly state: DrillState;
  /** The live picture of the objects, for screens. `undefined` until connected. */
  readonly mirror: MirrorView | undefined;
  /** Called when the mirror changed; returns how to stop. */
  onMirrorChange(listener: () => void): () => void;
  on(listener: OnDrillEvent): () => void;
  /** Grades every check now, waits for those that converge (each within its bound); counts as an attempt. */
  check(options?: { signal?: AbortSignal }): Promise<CheckState[]>;
  /** Opens the next hint of the current step: the state-driven ones that hold come first. */
  hint(): Promise<HintState | undefined>;
  /** Records an answer to a predict question and says whether it is right. */
  predict(question: number, given: string): Promise<{ right: boolean; answer: string; why: string }>;
  /** Types the solution of the current step (or of all steps left). */
  solve(options?: { all?: boolean; signal?: AbortSignal }): Promise<void>;
  /** Goes to the next step; only a passed or solved one may be left forwards. */
  next(): Promise<void>;
  /** Back to the start state, verified. */
  reset(options?: { signal?: AbortSignal }): Promise<void>;
  /** Grades a last time, writes the result, undoes what is in force, removes the namespace. */
  finish(options?: { signal?: AbortSignal }): Promise<{ passed: boolean; score: Score; debrief: string; next: string | undefined }>;
  /** Leaves: stops watching, undoes cluster-wide faults, keeps the drill for the next start. */
  close(): Promise<void>;
  /** Environment (KUBECONFIG, PATH, namespace, prompt) and folder for the learner's shell. */
  shell(): { env: Record<string, string>; cwd: string };
}
