import type { Lab, LabStep } from '../lab/schema.ts';
import type { CheckState, Score, StepState } from './events.ts';

/** Points that a step can earn. */
export const pointsOf = (step: LabStep): number => step.checks.reduce((sum, check) => sum + (check.guard ? 0 : check.points), 0);

export const labPoints = (lab: Pick<Lab, 'steps'>): number => lab.steps.reduce((sum, step) => sum + pointsOf(step), 0);

/** How a step stands by its checks: a failed guard fails it, a blind check leaves it undecided. */
export function stepVerdict(checks: readonly CheckState[]): 'passed' | 'failed' | 'undecided' {
  const graded = checks.map((check) => check.verdict?.verdict);
  if (graded.some((verdict) => verdict === 'fail' || verdict === 'waiting')) return 'failed';
  if (graded.some((verdict) => verdict === 'error' || verdict === undefined)) return 'undecided';
  return 'passed';
}

/**
 * What a step has earned: the points of its passed checks, nothing while a guard of it is broken,
 * less what its opened hints cost, never below 0; nothing when its solution was typed for the learner.
 */
export function earnedBy(step: LabStep, checks: readonly CheckState[], hintCost: number, solved: boolean): number {
  if (solved || checks.some((check) => check.guard && check.verdict?.verdict === 'fail')) return 0;
  const won = checks.reduce((sum, check) => sum + (!check.guard && check.verdict?.verdict === 'pass' ? check.points : 0), 0);
  return Math.min(pointsOf(step), Math.max(0, won - hintCost));
}

/** The score of a drill. A check that could not be graded is listed, neither won nor lost. */
export function scoreOf(steps: readonly StepState[], checks: readonly CheckState[]): Score {
  return {
    score: steps.reduce((sum, step) => sum + step.earned, 0),
    of: steps.reduce((sum, step) => sum + step.of, 0),
    ungraded: checks.filter((check) => !check.guard && check.verdict?.verdict === 'error').map((check) => check.id),
  };
}
