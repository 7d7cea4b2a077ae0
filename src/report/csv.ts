import type { ReportFormat, ReportInput } from './format.ts';
import type { CheckGrade, LearnerGrade } from './gradebook.ts';
import { standing } from './words.ts';

/** Characters with which a spreadsheet begins a formula, their full-width forms, and what it skips before one. */
const formula = /^[\s\0'"\u200B-\u200F\u2060\uFEFF]*[=+\-@|%＝＋－＠\t\r]/u;

/**
 * A cell of text: always quoted, so that no separator of any locale splits it, and with an apostrophe before what a
 * spreadsheet would run as a formula. @see https://owasp.org/www-community/attacks/CSV_Injection, RFC 4180
 */
export function textCell(text: string | null): string {
  if (text === null) return '';
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

const numberCell = (value: number | null): string => (value === null ? '' : String(value));

function checkCell(check: CheckGrade | undefined): string {
  if (!check) return '';
  if (check.verdict === 'error') return textCell('not graded');
  if (check.guard) return textCell(check.verdict === 'pass' ? 'kept' : 'broken');
  return numberCell(check.points);
}

function row(learner: LearnerGrade, input: ReportInput): string {
  const known = learner.status === 'graded';
  return [
    textCell(input.book.lab),
    textCell(learner.id),
    textCell(learner.name),
    textCell(learner.status),
    numberCell(learner.score),
    numberCell(learner.of),
    textCell(standing(learner)),
    textCell(learner.submitted),
    numberCell(learner.late),
    textCell([learner.reason, ...learner.notes].filter((text) => text !== null).join('; ') || null),
    ...input.book.summary.checks.map((column) => (known ? checkCell(learner.checks.find((check) => check.id === column.id)) : '')),
  ].join(',');
}

/** One row for each learner, one column for each check. A row without a score has an empty cell there, never a 0. */
export const csv: ReportFormat = {
  id: 'csv',
  says: 'one row for each learner, for spreadsheets',
  files(input) {
    const header = ['lab', 'id', 'name', 'status', 'score', 'of', 'standing', 'submitted', 'late_seconds', 'reason'];
    const checks = input.book.summary.checks.map((column) => (column.guard ? `${column.id} (guard)` : `${column.id} (of ${column.of})`));
    const lines = [[...header, ...checks].map(textCell).join(','), ...input.book.learners.map((learner) => row(learner, input))];
    return [{ path: 'gradebook.csv', text: `${lines.join('\r\n')}\r\n` }];
  },
};
