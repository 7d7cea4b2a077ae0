import { couldNotSee, fail, pass } from '../../src/grading/verdict.ts';
import type { ReportInput } from '../../src/report/format.ts';
import { type CheckGrade, type Column, gradebookOf, type LearnerGrade, verdictColumns } from '../../src/report/gradebook.ts';

export const columns: Column[] = [
  { id: 'C1', step: 'backends', title: 'the Service has backends', guard: false, of: 2 },
  { id: 'C2', step: 'answers', title: 'the page answers', guard: false, of: 3 },
  { id: 'G1', step: 'answers', title: 'the image is unchanged', guard: true, of: 0 },
];

const won = (column: Column): CheckGrade => ({ ...column, points: column.of, ms: 4, ...verdictColumns(pass('seen')) });
const lost = (column: Column): CheckGrade => ({
  ...column,
  points: 0,
  ms: 4,
  ...verdictColumns(
    fail({ observed: 'no endpoints', expected: '2 endpoints', field: 'EndpointSlice web', look: 'kubectl get endpointslices' }),
  ),
});
const blind = (column: Column): CheckGrade => ({ ...column, points: 0, ms: 4, ...verdictColumns(couldNotSee('needs a live cluster')) });

export function learner(id: string, given: Partial<LearnerGrade> = {}): LearnerGrade {
  const checks = given.checks ?? columns.map(won);
  return {
    id,
    name: null,
    status: 'graded',
    score: checks.reduce((sum, check) => sum + check.points, 0),
    of: 5,
    checks,
    ungraded: [],
    reason: null,
    submitted: null,
    late: null,
    notes: [],
    seconds: 0.5,
    ...given,
  };
}

export const passed = learner('ada', { name: 'Ada Lovelace' });
export const stuck = learner('ben', {
  name: 'Ben',
  checks: [won(columns[0]!), lost(columns[1]!), won(columns[2]!)],
  late: 7380,
  submitted: '2026-03-01T12:03:00Z',
});
export const partly = learner('cyd', { checks: [won(columns[0]!), blind(columns[1]!), won(columns[2]!)], ungraded: ['C2'] });
export const dead = learner('dee', {
  status: 'error',
  score: null,
  checks: [],
  reason: 'the cluster does not answer: connection refused',
  seconds: 5,
});
export const absent = learner('eve', { status: 'missing', score: null, checks: [], reason: 'nothing was handed in', seconds: null });

export const input = (...learners: LearnerGrade[]): ReportInput => ({
  book: gradebookOf('service-endpoints', columns, learners.length > 0 ? learners : [passed, stuck, partly, dead, absent]),
  title: 'A Service finds its Pods',
  steps: { backends: 'Find the backends', answers: 'Make it answer' },
});
