import type { Mismatch, Verdict } from '../../grading/verdict.ts';

/** A check of a learner as it stands now. */
export interface ClassCheck {
  id: string;
  step: string;
  title: string;
  guard: boolean;
  points: number;
  /** `undefined` until it was looked at. */
  verdict: Verdict | undefined;
}

/** Whether a learner's cluster can be seen: `missing` has no namespace yet, `refused` a kubeconfig that is not used. */
export type Sight = 'connecting' | 'live' | 'away' | 'missing' | 'refused';

export interface ClassLearner {
  id: string;
  name: string | undefined;
  sight: Sight;
  /** Why it cannot be seen. */
  why: string;
  checks: ClassCheck[];
  /** When the learner last got something right, or was first seen; milliseconds since 1970. */
  since: number;
  /** The last real mismatch, kept while nothing can be seen. */
  last: { check: string; title: string; mismatch: Mismatch; at: number } | undefined;
}

/** Everything that the class view shows. Replaced as a whole, never changed in place. */
export interface ClassState {
  lab: string;
  title: string;
  steps: { id: string; title: string }[];
  learners: ClassLearner[];
}

export type ClassEvent =
  | { type: 'sight'; learner: string; sight: Sight; why: string; at: number }
  | { type: 'check'; learner: string; check: string; verdict: Verdict; at: number };

export function updateClass(state: ClassState, event: ClassEvent): ClassState {
  return { ...state, learners: state.learners.map((learner) => (learner.id === event.learner ? updateLearner(learner, event) : learner)) };
}

function updateLearner(learner: ClassLearner, event: ClassEvent): ClassLearner {
  if (event.type === 'sight') {
    const first = event.sight === 'live' && learner.checks.every(({ verdict }) => verdict === undefined);
    return { ...learner, sight: event.sight, why: event.why, since: first ? event.at : learner.since };
  }
  const { verdict, at } = event;
  const before = learner.checks.find(({ id }) => id === event.check);
  if (!before) return learner;
  const checks = learner.checks.map((check) => (check === before ? { ...check, verdict } : check));
  // what passes at the first look is where somebody stood already, not what they just did
  const progress = verdict.verdict === 'pass' && before.verdict !== undefined && before.verdict.verdict !== 'pass';
  const mismatch = verdict.verdict === 'fail' || verdict.verdict === 'waiting' ? verdict : undefined;
  const solved = verdict.verdict === 'pass' && learner.last?.check === event.check;
  const last = mismatch ? { check: event.check, title: before.title, mismatch, at } : solved ? lastOf(checks, at) : learner.last;
  return { ...learner, checks, since: progress ? at : learner.since, last };
}

/** The first mismatch that is left, when the last one is solved. */
function lastOf(checks: readonly ClassCheck[], at: number): ClassLearner['last'] {
  for (const { id, title, verdict } of checks) {
    if (verdict?.verdict === 'fail' || verdict?.verdict === 'waiting') return { check: id, title, mismatch: verdict, at };
  }
  return undefined;
}

export type StepStanding = 'passed' | 'failing' | 'waiting' | 'blind' | 'unseen';

/** How a step stands: its worst check, by what a person must know first. */
export function stepStanding(learner: ClassLearner, step: string): StepStanding {
  const verdicts = learner.checks.filter((check) => check.step === step).map(({ verdict }) => verdict?.verdict);
  if (verdicts.length === 0 || verdicts.every((verdict) => verdict === 'pass')) return 'passed';
  if (verdicts.every((verdict) => verdict === undefined)) return 'unseen';
  if (verdicts.includes('fail')) return 'failing';
  if (verdicts.includes('waiting')) return 'waiting';
  return verdicts.includes('error') ? 'blind' : 'unseen';
}

/** Index of the first step that is not passed; the number of steps when all are. */
export function presentStep(state: ClassState, learner: ClassLearner): number {
  const at = state.steps.findIndex((step) => stepStanding(learner, step.id) !== 'passed');
  return at < 0 ? state.steps.length : at;
}

/**
 * What a person should read of a learner: the mismatch of the step that they are at, else (nothing can be seen there) the last one seen.
 */
export function tellingMismatch(state: ClassState, learner: ClassLearner): ClassLearner['last'] {
  const step = state.steps[presentStep(state, learner)];
  for (const { id, title, verdict, step: own } of learner.checks) {
    if (own !== step?.id || (verdict?.verdict !== 'fail' && verdict?.verdict !== 'waiting')) continue;
    return learner.last?.check === id ? learner.last : { check: id, title, mismatch: verdict, at: learner.since };
  }
  return learner.last;
}

/** Points of the passed checks; a broken guard takes those of its step. */
export function pointsNow(state: ClassState, learner: ClassLearner): { won: number; of: number } {
  let won = 0;
  for (const { id } of state.steps) {
    const own = learner.checks.filter((check) => check.step === id);
    if (own.some((check) => check.guard && check.verdict?.verdict === 'fail')) continue;
    won += own.reduce((sum, check) => sum + (check.verdict?.verdict === 'pass' ? check.points : 0), 0);
  }
  return { won, of: learner.checks.reduce((sum, check) => sum + check.points, 0) };
}
