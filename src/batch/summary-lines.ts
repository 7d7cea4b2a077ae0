import stringWidth from 'string-width';
import type { Gradebook, LearnerGrade } from '../report/gradebook.ts';
import { scoreText, standing } from '../report/words.ts';

/** Text for a terminal: nothing in it that moves a cursor or turns the line around. */
export const plain = (text: string): string =>
  text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\u200D' ? character : '\uFFFD'));

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

/** One learner's row as a line of progress. */
export function rowLine(row: LearnerGrade): string {
  const why = row.reason === null ? '' : `: ${plain(row.reason)}`;
  return `  ${plain(row.id)}  ${scoreText(row)}  ${standing(row)}${why}`;
}

/** The gradebook as a table for a terminal: a row for each learner, and what it comes to. */
export function summaryLines(book: Gradebook): string[] {
  const { summary } = book;
  const names = book.learners.map((row) => plain(row.name ? `${row.id}  ${row.name}` : row.id));
  const width = Math.min(40, Math.max(7, ...names.map((name) => stringWidth(name))));
  const rows = book.learners.map((row, index) => {
    const why = row.reason === null ? '' : `: ${plain(row.reason)}`;
    return `  ${pad(names[index]!, width)}  ${scoreText(row).padStart(9)}  ${standing(row)}${why}`;
  });
  const facts = [
    `${summary.graded} of ${summary.learners} graded`,
    `${summary.passed} passed`,
    ...(summary.errors > 0 ? [`${summary.errors} could not be graded`] : []),
    ...(summary.missing > 0 ? [`${summary.missing} missing`] : []),
    ...(summary.late > 0 ? [`${summary.late} late`] : []),
    ...(summary.partial > 0 ? [`${summary.partial} partly graded`] : []),
    ...(summary.mean === null ? [] : [`mean ${summary.mean} of ${summary.of}`]),
  ];
  return [book.lab, ...rows, '', `  ${facts.join(', ')}`];
}
