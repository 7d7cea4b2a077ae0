import type { ReportFormat } from './format.ts';
import type { CheckGrade, LearnerGrade } from './gradebook.ts';
import { findings, scoreText, standing } from './words.ts';

/**
 * Text that stays text in Markdown: every punctuation mark that could begin markup is escaped, HTML becomes entities, line breaks
 * become spaces, and names are no mentions or links. @see https://spec.commonmark.org/0.31.2/#backslash-escapes
 */
export function markdownText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~$^=]/g, '\\$&')
    .replaceAll('://', ':\u200B//')
    .replaceAll(/\bwww\./gi, (word) => `${word.slice(0, 3)}\u200B.`)
    .replaceAll('@', '@\u200B')
    .replace(/^(\d+)([.])/, '$1\\$2')
    .replace(/^-/, '\\-');
}

const cells = (...columns: string[]): string => `| ${columns.join(' | ')} |`;

const marks: Record<CheckGrade['verdict'], string> = { pass: 'passed', fail: 'failed', waiting: 'failed', error: 'not graded' };

function details(learner: LearnerGrade): string[] {
  const open = learner.checks.filter((check) => check.verdict !== 'pass');
  const lines = [
    ...(learner.reason ? [`- ${markdownText(learner.reason)}`] : []),
    ...learner.notes.map((note) => `- ${markdownText(note)}`),
    ...open.map((check) => {
      const seen = findings(check).map((line) => `  - ${markdownText(line)}`);
      return [`- ${marks[check.verdict]}: **${markdownText(check.id)}** ${markdownText(check.title)}`, ...seen].join('\n');
    }),
  ];
  return lines.length === 0 ? [] : ['', `### ${markdownText(learner.name ?? learner.id)}`, '', ...lines];
}

/** A table of the class, a table of the checks, and what is open for each learner. */
export const markdown: ReportFormat = {
  id: 'markdown',
  says: 'tables and open points, for a wiki or a job summary',
  files({ book, title }) {
    const { summary } = book;
    const facts = [
      `${summary.graded} of ${summary.learners} graded`,
      `${summary.passed} passed`,
      ...(summary.errors > 0 ? [`**${summary.errors} could not be graded**`] : []),
      ...(summary.missing > 0 ? [`${summary.missing} missing`] : []),
      ...(summary.late > 0 ? [`${summary.late} late`] : []),
      ...(summary.partial > 0 ? [`${summary.partial} partly graded`] : []),
      ...(summary.mean === null ? [] : [`mean ${summary.mean} of ${summary.of}, median ${summary.median}`]),
    ];
    const lines = [
      `# ${markdownText(title)}`,
      '',
      `${facts.join(', ')}.`,
      '',
      cells('learner', 'score', 'standing'),
      cells('---', '---:', '---'),
      ...book.learners.map((learner) => {
        const who = learner.name ? `${markdownText(learner.name)} (${markdownText(learner.id)})` : markdownText(learner.id);
        return cells(who, scoreText(learner), markdownText(standing(learner)));
      }),
      '',
      cells('check', 'what', 'passed', 'failed', 'not graded'),
      cells('---', '---', '---:', '---:', '---:'),
      ...summary.checks.map((check) =>
        cells(markdownText(check.id), markdownText(check.title), String(check.passed), String(check.failed), String(check.ungraded)),
      ),
      '',
      '## Open points',
      ...book.learners.flatMap(details),
    ];
    return [{ path: 'gradebook.md', text: `${lines.join('\n')}\n` }];
  },
};
