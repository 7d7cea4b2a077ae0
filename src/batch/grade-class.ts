import type { GradersById } from '../grading/evaluate.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError, reasonOf } from '../lab-error.ts';
import { type Gradebook, gradebookOf, type LearnerGrade } from '../report/gradebook.ts';
import type { Clock } from '../system/clock.ts';
import { gradeWork } from './grade-work.ts';
import { columnsOf, type Graded } from './mark.ts';
import { type Outcome, runPool } from './pool.ts';
import { renderForWork } from './render-for-work.ts';
import type { Results } from './results.ts';
import type { Opened, OpenWork, Work } from './work.ts';

export interface GradeClassOptions {
  lab: Lab;
  works: readonly Work[];
  graders: GradersById;
  results: Results;
  parallel: number;
  /** Milliseconds for each learner. */
  limitMs: number;
  /** Work handed in after it is late; milliseconds since 1970. */
  due: number | undefined;
  /** Called as each row comes; `kept`: from an earlier run. */
  onRow?: (grade: LearnerGrade, kept: boolean) => void;
  clock: Clock;
  signal: AbortSignal;
}

type Attempt = { opened: Exclude<Opened, { outcome: 'open' }> } | { graded: Graded; notes: string[]; measured: boolean };

/**
 * Grades a class: side by side, each learner for themselves. Rows are durable as they come; the gradebook is in the order of the works.
 * An interruption is a `LabError`; the same call then goes on where it stopped.
 */
export async function gradeClass(options: GradeClassOptions): Promise<Gradebook> {
  const { lab, works, results, clock, signal } = options;
  const columns = columnsOf(lab);
  const rows = new Map<string, LearnerGrade>();
  const todo = works.filter((work) => {
    const kept = results.kept(work.id, work.key);
    if (!kept) return true;
    rows.set(work.id, kept);
    options.onRow?.(kept, true);
    return false;
  });
  await runPool(todo, {
    parallel: options.parallel,
    limitMs: options.limitMs,
    clock,
    signal,
    run: (work, own) => attempt(work, options, own),
    onOutcome(work, outcome, ms) {
      if (outcome.outcome === 'cancelled') return;
      const grade = rowOf(work, outcome, ms, options);
      results.add(work.key, grade);
      rows.set(work.id, grade);
      options.onRow?.(grade, false);
    },
  });
  if (signal.aborted) {
    results.close();
    throw new LabError('interrupted', `${rows.size} of ${works.length} learners are graded`, { hint: 'Go on with the same command.' });
  }
  results.done();
  results.close();
  return gradebookOf(
    lab.id,
    columns,
    works.flatMap((work) => rows.get(work.id) ?? []),
  );
}

async function attempt(work: Work, options: GradeClassOptions, signal: AbortSignal): Promise<Attempt> {
  const { lab, graders, clock } = options;
  const opened = await work.open(lab, signal);
  if (opened.outcome !== 'open') return { opened };
  const open: OpenWork = opened.work;
  try {
    const graded = await gradeWork(renderForWork(lab, open), open, { graders, clock, signal });
    const failed = graded.outcome === 'graded' && graded.checks.some((check) => check.verdict === 'fail');
    const doubt = failed ? await open.doubt?.(signal) : undefined;
    const judged: Graded = doubt === undefined ? graded : { outcome: 'blind', reason: doubt, checks: graded.checks };
    return { graded: judged, notes: open.notes, measured: open.how !== 'stored' };
  } finally {
    await open.close();
  }
}

/** A row of somebody who could not be graded. */
export const errorRow = (lab: Lab, who: { id: string; name: string | undefined }, reason: string): LearnerGrade => ({
  id: who.id,
  name: who.name ?? null,
  status: 'error',
  score: null,
  of: columnsOf(lab).reduce((sum, column) => sum + column.of, 0),
  checks: [],
  ungraded: [],
  reason,
  submitted: null,
  late: null,
  notes: [],
  seconds: null,
});

function rowOf(
  work: Work,
  outcome: Exclude<Outcome<Attempt>, { outcome: 'cancelled' }>,
  ms: number,
  options: GradeClassOptions,
): LearnerGrade {
  const { lab, due, limitMs } = options;
  const late = due !== undefined && work.submitted !== undefined && work.submitted > due ? Math.round((work.submitted - due) / 1000) : null;
  const row: LearnerGrade = {
    ...errorRow(lab, work, ''),
    reason: null,
    submitted: work.submitted === undefined ? null : new Date(work.submitted).toISOString(),
    late,
    seconds: Math.round(ms / 100) / 10,
  };
  if (outcome.outcome === 'time-limit') return { ...row, reason: `it took longer than its time limit of ${limitMs / 1000} s` };
  if (outcome.outcome === 'failed') return { ...row, reason: reasonOf(outcome.error) };
  const { result } = outcome;
  if ('opened' in result) {
    return { ...row, status: result.opened.outcome === 'missing' ? 'missing' : 'error', reason: result.opened.reason, seconds: null };
  }
  const { graded, measured } = result;
  const seconds = measured ? row.seconds : null;
  if (graded.outcome === 'blind') return { ...row, checks: graded.checks, reason: graded.reason, notes: result.notes, seconds };
  const { score, checks, ungraded } = graded;
  return { ...row, status: 'graded', score, of: graded.of, checks, ungraded, notes: [...result.notes, ...graded.notes], seconds };
}
