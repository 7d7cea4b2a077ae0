import type { Baseline } from '../grading/baseline.ts';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { MirrorView } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import type { Timeline } from '../grading/timeline.ts';
import type { Lab, LabCheck } from '../lab/schema.ts';

/** One look at all that a lab reads; `blind`: the cluster did not answer at all. */
export type Sight = { seen: true; at: number; view: MirrorView } | { seen: false; at: number; reason: string };

/** How the drill itself went, where its record is known: it costs points as it does in the TUI. */
export interface DrillCosts {
  /** Steps whose solution was typed for the learner. */
  solved: string[];
  /** Step -> points that its opened hints cost. */
  hints: Record<string, number>;
}

/** A learner's work, ready to be looked at. */
export interface OpenWork {
  namespace: string;
  /**
   * `final`: a live cluster that nobody is working on, a mismatch in its state is the answer. `converging`: things were just made, a
   * mismatch gets its time. `stored`: looks that were taken elsewhere, in their order; `look` gives `undefined` after the last.
   */
  how: 'final' | 'converging' | 'stored';
  look(signal: AbortSignal): Promise<Sight | undefined>;
  /** These four throw `CannotSee` where there is nothing to see, now or later. */
  probes(signal: AbortSignal): Probes;
  timeline(): Timeline;
  baseline(): Baseline;
  cluster(): ClusterFacts;
  costs?: DrillCosts;
  /** What a person should know of it. */
  notes: string[];
  /** Values that the work holds only as hashes: a verdict that may depend on one cannot be given. */
  hidden?: {
    /** The same work with what is hidden in other guises: the verdict must be the same in all of them. */
    twins: OpenWork[];
    /** The check looks into such values (a pattern, a length): guises cannot tell. */
    looksInto(check: LabCheck): boolean;
  };
  /** Asked when a check failed: why that may not be the learner's mistake. Such a row has no score; a person looks at it. */
  doubt?(signal: AbortSignal): Promise<string | undefined>;
  /** Removes what was made for grading; it must be called, and never throws. */
  close(): Promise<void>;
}

/** `refused`: it is there and cannot be graded; `missing`: there is nothing to grade. */
export type Opened = { outcome: 'open'; work: OpenWork } | { outcome: 'refused' | 'missing'; reason: string };

/** One learner's work, wherever it is. */
export interface Work {
  id: string;
  name: string | undefined;
  /** Of what is graded: a result is only kept for a resumed run while this is the same. */
  key: string;
  /** Milliseconds since 1970, where it is known. */
  submitted: number | undefined;
  open(lab: Lab, signal: AbortSignal): Promise<Opened>;
}
