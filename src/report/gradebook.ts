import type { Mismatch, Verdict } from '../grading/verdict.ts';

/** One check of one learner, with the keys of `kubedrill check --json` and where it belongs. */
export interface CheckGrade {
  id: string;
  step: string;
  title: string;
  guard: boolean;
  verdict: Verdict['verdict'];
  /** Points won; a broken guard takes those of its whole step. */
  points: number;
  of: number;
  observed: string | null;
  expected: string | null;
  field: string | null;
  look: string | null;
  /** What was seen of a pass; why it could not be seen of an error. */
  evidence: string | null;
  /** Milliseconds of the look; `null` where nothing was measured, as in a snapshot, and in reports that are written. */
  ms: number | null;
}

/**
 * One learner's row. `error`: could not be graded, which is never a zero. `missing`: nothing was handed in.
 * `score` is `null` unless the status is `graded`.
 */
export interface LearnerGrade {
  id: string;
  name: string | null;
  status: 'graded' | 'error' | 'missing';
  score: number | null;
  of: number;
  checks: CheckGrade[];
  /** Checks and guards that could not be graded: neither won nor lost. */
  ungraded: string[];
  /** Why there is no score. */
  reason: string | null;
  /** When the work was handed in or taken, ISO 8601 in UTC. */
  submitted: string | null;
  /** Seconds after the due time; `null` when in time or when there is none. */
  late: number | null;
  /** What a person should know of this row, e.g. an object that the API server refused. */
  notes: string[];
  /** How long grading took; `null` where nothing was waited for, and in reports that are written. */
  seconds: number | null;
}

export interface CheckSummary {
  id: string;
  step: string;
  title: string;
  guard: boolean;
  of: number;
  passed: number;
  failed: number;
  ungraded: number;
}

export interface Summary {
  learners: number;
  /** Rows with a score. */
  graded: number;
  /** Graded, and every check and guard passed. */
  passed: number;
  errors: number;
  missing: number;
  late: number;
  /** Graded, but some checks could not be. */
  partial: number;
  of: number;
  /** Of the rows that were graded in full, to one hundredth; `null` without any. */
  mean: number | null;
  median: number | null;
  checks: CheckSummary[];
}

/** What `kubedrill grade --json` prints for one lab. */
export interface Gradebook {
  lab: string;
  learners: LearnerGrade[];
  summary: Summary;
}

/** A check of the lab that was graded: a column of the gradebook, also when nobody could be graded. */
export type Column = Pick<CheckGrade, 'id' | 'step' | 'title' | 'guard' | 'of'>;

export const isPartial = (learner: LearnerGrade): boolean => learner.status === 'graded' && learner.ungraded.length > 0;

export const hasPassed = (learner: LearnerGrade): boolean =>
  learner.status === 'graded' && learner.checks.length > 0 && learner.checks.every((check) => check.verdict === 'pass');

const hundredth = (value: number): number => Math.round(value * 100) / 100;

function median(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const middle = Math.floor(sorted.length / 2);
  return hundredth(sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2);
}

/** Adds up rows to a gradebook. The order of the rows is kept: it is the roster's. */
export function gradebookOf(lab: string, columns: readonly Column[], learners: readonly LearnerGrade[]): Gradebook {
  const graded = learners.filter((learner) => learner.status === 'graded');
  const scores = graded
    .filter((learner) => !isPartial(learner))
    .map((learner) => learner.score ?? 0)
    .sort((a, b) => a - b);
  const tally = (column: Column): CheckSummary => {
    const verdicts = graded.map((learner) => learner.checks.find((check) => check.id === column.id)?.verdict ?? 'error');
    return {
      ...column,
      passed: verdicts.filter((verdict) => verdict === 'pass').length,
      failed: verdicts.filter((verdict) => verdict === 'fail' || verdict === 'waiting').length,
      ungraded: verdicts.filter((verdict) => verdict === 'error').length,
    };
  };
  return {
    lab,
    learners: [...learners],
    summary: {
      learners: learners.length,
      graded: graded.length,
      passed: learners.filter(hasPassed).length,
      errors: learners.filter((learner) => learner.status === 'error').length,
      missing: learners.filter((learner) => learner.status === 'missing').length,
      late: learners.filter((learner) => learner.late !== null).length,
      partial: learners.filter(isPartial).length,
      of: columns.reduce((sum, column) => sum + column.of, 0),
      mean: scores.length === 0 ? null : hundredth(scores.reduce((sum, score) => sum + score, 0) / scores.length),
      median: median(scores),
      checks: columns.map(tally),
    },
  };
}

/** The gradebook without how long grading took: work that is the same, graded again, then gives the same bytes. */
export const withoutTimes = (book: Gradebook): Gradebook => ({
  ...book,
  learners: book.learners.map((learner) => ({
    ...learner,
    seconds: null,
    checks: learner.checks.map((check) => ({ ...check, ms: null })),
  })),
});

/** The columns of a verdict in a check's row. */
export function verdictColumns(verdict: Verdict): Pick<CheckGrade, 'verdict' | 'observed' | 'expected' | 'field' | 'look' | 'evidence'> {
  const mismatch: Mismatch | undefined = verdict.verdict === 'fail' || verdict.verdict === 'waiting' ? verdict : undefined;
  return {
    verdict: verdict.verdict,
    observed: mismatch?.observed ?? null,
    expected: mismatch?.expected ?? null,
    field: mismatch?.field ?? null,
    look: mismatch?.look ?? (verdict.verdict === 'error' ? (verdict.look ?? null) : null),
    evidence: verdict.verdict === 'pass' ? verdict.evidence : verdict.verdict === 'error' ? verdict.reason : null,
  };
}

/** 0: everybody passed. 1: everybody has a grade, not everybody passed. 3: some rows could not be graded. */
export function exitCodeOf(summary: Summary): 0 | 1 | 3 {
  if (summary.errors > 0 || summary.learners === 0) return 3;
  return summary.passed === summary.learners ? 0 : 1;
}
