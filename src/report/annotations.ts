import type { Position, Problem } from '../lab/diagnostics.ts';

/** What a CI system shows beside a line of a file. */
export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  file: string;
  at?: Position;
  title?: string;
  message: string;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/**
 * One line of GitHub's workflow commands: `::error file=labs/a/lab.yaml,line=12,col=7,title=...::message`. What the message contains
 * can neither end the line nor begin another command.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function githubAnnotation(annotation: Annotation): string {
  const properties: [string, string][] = [['file', annotation.file]];
  if (annotation.at) properties.push(['line', String(annotation.at.line)], ['col', String(annotation.at.column)]);
  if (annotation.title) properties.push(['title', annotation.title]);
  return `::${annotation.level} ${properties.map(([name, value]) => `${name}=${property(value)}`).join(',')}::${data(annotation.message)}`;
}

export const annotationOf = (problem: Problem): Annotation => ({
  level: problem.severity,
  file: problem.file,
  at: { line: problem.line, column: problem.column },
  ...(problem.at ? { title: problem.at } : {}),
  message: problem.message,
});
