import { fileNameOf, type ReportFormat, type ReportInput } from './format.ts';
import type { CheckGrade, LearnerGrade } from './gradebook.ts';
import { findings, standing } from './words.ts';

function test(check: CheckGrade, number: number) {
  const text = findings(check).join('\n');
  const base = {
    name: `${check.id}: ${check.title}`,
    name_format: 'text',
    number: String(number),
    output_format: 'text',
    visibility: 'visible',
  };
  // without a score the test informs only: what could not be graded is neither won nor lost
  if (check.verdict === 'error') return { ...base, output: `Not graded. ${text}` };
  return { ...base, score: check.points, max_score: check.of, status: check.verdict === 'pass' ? 'passed' : 'failed', output: text };
}

/** @see https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format */
export function resultsOf(learner: LearnerGrade) {
  return {
    output: [standing(learner), ...learner.notes].join('\n'),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    score: learner.score,
    tests: learner.checks.map((check, index) => test(check, index + 1)),
  };
}

/**
 * Gradescope's `results.json`, one for each learner with a score. A row that could not be graded gets none:
 * Gradescope then says that the autograder failed, where a file without points would be a zero.
 */
export const gradescope: ReportFormat = {
  id: 'gradescope',
  says: "results.json for Gradescope's autograders, one for each learner",
  files({ book }: ReportInput) {
    const graded = book.learners.filter((learner) => learner.status === 'graded');
    return graded.map((learner) => ({
      path: book.learners.length === 1 ? 'results.json' : `gradescope/${fileNameOf(learner.id)}/results.json`,
      text: `${JSON.stringify(resultsOf(learner), null, 2)}\n`,
    }));
  },
};
