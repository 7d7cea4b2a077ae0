import { distance } from 'fastest-levenshtein';

/** A place in a text file; lines and columns count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** What is wrong with a lab file or a manifest. A `warning` never keeps a lab from being loaded. */
export interface Problem extends Position {
  severity: 'error' | 'warning';
  /** Path of the file, as a person would type it. */
  file: string;
  /** Where in the data: `steps[0].checks[1].grader`; `''` for the file itself. */
  at: string;
  message: string;
}

export type DataPath = readonly (string | number)[];

/** `['steps', 0, 'checks', 1, 'grader']` -> `steps[0].checks[1].grader`. A key that is no word is quoted: `labels["a/b"]`. */
export function dotted(path: DataPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** `labs/x/lab.yaml:12:7  steps[0].checks[1].grader  unknown grader "..."`: one line, found by editors and terminals. */
export function formatProblem(problem: Problem): string {
  const message = problem.severity === 'warning' ? `warning: ${problem.message}` : problem.message;
  return [`${problem.file}:${problem.line}:${problem.column}`, problem.at, message].filter(Boolean).join('  ');
}

/** In the order in which a person reads: by file, then by place. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The known name that is nearest to a misspelt one; at most a third of it may be wrong. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.ceil(name.length / 3)) + 1;
  for (const candidate of known) {
    const away = distance(name.toLowerCase(), candidate.toLowerCase());
    if (away < least) {
      best = candidate;
      least = away;
    }
  }
  return best;
}

/** `, did you mean "deployment-available"?`, or `''` where nothing is near. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = nearest(name, known);
  return best === undefined ? '' : `, did you mean "${best}"?`;
}
