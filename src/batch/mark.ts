import type { CheckState } from '../drill/events.ts';
import { earnedBy, labPoints } from '../drill/score.ts';
import type { Verdict } from '../grading/verdict.ts';
import type { Lab, LabCheck } from '../lab/schema.ts';
import { type CheckGrade, type Column, verdictColumns } from '../report/gradebook.ts';
import type { DrillCosts } from './work.ts';

/** A check with its last word. */
export interface JudgedCheck {
  check: LabCheck;
  step: string;
  verdict: Verdict;
  /** The error is of the kind of work, not of the moment: a recording that nobody made, behaviour in a snapshot. */
  neverSeen: boolean;
  ms: number;
}

export type Graded =
  | { outcome: 'graded'; score: number; of: number; checks: CheckGrade[]; ungraded: string[]; notes: string[] }
  /** Something that should have been seen was not: no score. */
  | { outcome: 'blind'; reason: string; checks: CheckGrade[] };

/** The columns of a lab's gradebook. */
export const columnsOf = (lab: Lab): Column[] =>
  lab.steps.flatMap((step) =>
    step.checks.map(({ id, title, guard, points }) => ({ id, step: step.id, title, guard, of: guard ? 0 : points })),
  );

/** Adds up the verdicts by the rules of a drill: see `drill/score.ts`. */
export function markOf(lab: Lab, judged: readonly JudgedCheck[], options: { costs: DrillCosts | undefined; measured: boolean }): Graded {
  const { costs, measured } = options;
  const notes: string[] = [];
  let score = 0;
  const checks: CheckGrade[] = [];
  for (const step of lab.steps) {
    const own = judged.filter((one) => one.step === step.id);
    const states = own.map(
      (one): CheckState => ({
        id: one.check.id,
        step: step.id,
        title: one.check.title,
        guard: one.check.guard,
        points: one.check.guard ? 0 : one.check.points,
        verdict: one.verdict,
        lastMismatch: undefined,
        latched: false,
        ms: one.ms,
      }),
    );
    const solved = costs?.solved.includes(step.id) ?? false;
    const hintCost = costs?.hints[step.id] ?? 0;
    score += earnedBy(step, states, hintCost, solved);
    const broken = own.find((one) => one.check.guard && one.verdict.verdict === 'fail');
    if (solved) notes.push(`step ${step.id}: its solution was shown, it earns nothing`);
    else if (hintCost > 0) notes.push(`step ${step.id}: hints cost ${hintCost}`);
    const nothing = solved || broken !== undefined;
    for (const state of states) {
      const { verdict } = state;
      checks.push({
        id: state.id,
        step: step.id,
        title: state.title,
        guard: state.guard,
        points: verdict?.verdict === 'pass' && !nothing ? state.points : 0,
        of: state.points,
        ms: measured ? Math.round(state.ms) : null,
        ...verdictColumns(verdict!),
      });
    }
  }
  const unseen = judged.filter((one) => one.verdict.verdict === 'error');
  const first = unseen.find((one) => !one.neverSeen);
  if (first) return { outcome: 'blind', reason: reasonOf(first), checks };
  const scored = judged.filter((one) => !one.check.guard);
  if (unseen.length > 0 && scored.every((one) => one.verdict.verdict === 'error'))
    return { outcome: 'blind', reason: `nothing of it could be graded: ${reasonOf(unseen[0]!)}`, checks };
  return { outcome: 'graded', score, of: labPoints(lab), checks, ungraded: unseen.map((one) => one.check.id), notes };
}

const reasonOf = (one: JudgedCheck): string => `${one.check.id}: ${one.verdict.verdict === 'error' ? one.verdict.reason : ''}`;
