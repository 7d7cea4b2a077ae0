import type { z } from 'zod';
import type { Baseline } from './baseline.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { MirrorView, Read } from './mirror-view.ts';
import type { Probes } from './probes.ts';
import type { Timeline } from './timeline.ts';
import type { Verdict } from './verdict.ts';

/** Everything a grader may look at. */
export interface GradeContext<P> {
  params: P;
  mirror: MirrorView;
  /** Throws `CannotSee` where behaviour cannot be probed (snapshots). */
  probes: Probes;
  /** Throws `CannotSee` when the drill was not recorded. */
  timeline(): Timeline;
  /** Throws `CannotSee` when no set-up was recorded. */
  baseline(): Baseline;
  /** Throws `CannotSee` when the cluster's nodes are not known. */
  cluster(): ClusterFacts;
  /** Milliseconds since 1970, by the clock that stamped the timeline. */
  now: number;
  signal: AbortSignal;
}

/**
 * Code that turns a live view and parameters into a verdict; one file in `graders/`.
 * - `reads`: what the mirror must hold, also from the parameters.
 * - `looks`: `state` is re-evaluated when the mirror changes; `behaviour` also asks probes, so it is polled too; `recorded` reads the timeline.
 */
export interface Grader<S extends z.ZodType = z.ZodType> {
  id: string;
  /** One sentence for `docs/graders.md`. */
  says: string;
  params: S;
  reads: readonly Read[] | ((params: z.output<S>) => readonly Read[]);
  looks: 'state' | 'behaviour' | 'recorded';
  /** Seconds for which a pass must hold before it counts; a check may ask for more. Default 0. */
  stable?: number;
  /** Least seconds between two looks that nothing but time asks for: a look that is dear. Default: as often as the loop polls. */
  every?: number;
  /** A YAML example of a check, for the reference page. */
  example: string;
  grade(context: GradeContext<z.output<S>>): Verdict | Promise<Verdict>;
}

/** Defines a grader with its parameters typed by their schema. */
export const defineGrader = <S extends z.ZodType>(grader: Grader<S>): Grader<S> => grader;
