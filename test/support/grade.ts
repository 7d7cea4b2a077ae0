import type { Baseline } from '../../src/grading/baseline.ts';
import type { ClusterFacts } from '../../src/grading/cluster-facts.ts';
import { type EvaluationContext, evaluateCondition } from '../../src/grading/evaluate.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { CannotSee, type MirrorView } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import type { Probes } from '../../src/grading/probes.ts';
import type { Timeline, TimelineEntry } from '../../src/grading/timeline.ts';
import type { Verdict } from '../../src/grading/verdict.ts';
import { mirrorOf } from './fake-mirror.ts';
import { fakeProbes } from './fake-probes.ts';

export interface GivenContext {
  mirror?: MirrorView | readonly KubeObject[];
  probes?: Partial<Probes>;
  baseline?: Baseline;
  timeline?: Timeline | readonly TimelineEntry[];
  cluster?: ClusterFacts;
  now?: number;
  signal?: AbortSignal;
}

const cannot = (reason: string) => (): never => {
  throw new CannotSee(reason);
};

/** A context that sees only what the test gives. */
export function contextOf(given: GivenContext = {}): EvaluationContext {
  const { mirror = [], baseline, timeline, cluster } = given;
  const recorded: Timeline | undefined =
    timeline &&
    ('entries' in timeline && typeof timeline.entries === 'function' && !Array.isArray(timeline)
      ? (timeline as Timeline)
      : timelineOf(timeline as readonly TimelineEntry[]));
  return {
    mirror: 'get' in mirror ? mirror : mirrorOf(mirror),
    probes: fakeProbes(given.probes),
    baseline: baseline ? () => baseline : cannot('no set-up was recorded'),
    timeline: recorded ? () => recorded : cannot('this drill was not recorded'),
    cluster: cluster ? () => cluster : cannot("the cluster's nodes are not known"),
    now: given.now ?? Date.parse('2026-01-01T01:00:00Z'),
    signal: given.signal ?? new AbortController().signal,
  };
}

export const timelineOf = (entries: readonly TimelineEntry[]): Timeline => ({ since: entries[0]?.at ?? 0, entries: () => entries });

/** Grades as a drill does: parameters are parsed, nothing is thrown. */
export function gradeWith(grader: Grader, params: Record<string, unknown>, given: GivenContext = {}): Promise<Verdict> {
  return evaluateCondition({ grader: grader.id, with: params }, contextOf(given), new Map([[grader.id, grader]]));
}
