import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { LabError } from '../lab-error.ts';
import type { LearnerGrade } from '../report/gradebook.ts';
import { readJsonLines, unwritable, writeWhole } from '../system/files.ts';

/** A line of a results file: what is graded, each row as it comes, and that all of them were there. */
export type ResultLine =
  | { type: 'run'; lab: string; fingerprint: string; source: string; started: string }
  | { type: 'learner'; key: string; grade: LearnerGrade }
  | { type: 'done' };

export interface ResultsOptions {
  path: string;
  lab: string;
  /** Of the lab's files: another lab is another grading. */
  fingerprint: string;
  /** `roster`, `manifests` or `snapshots`, and of which folder or file. */
  source: string;
  /** `go-on`: a run that was interrupted is taken up; `fresh`: everything anew; `only-errors`: what has a score keeps it. */
  mode: 'go-on' | 'fresh' | 'only-errors';
  /** ISO 8601. */
  now: string;
}

/** The durable results of one lab: a file of JSON lines, each on the disk before the next learner's place is given on. */
export class Results {
  readonly path: string;
  readonly #kept = new Map<string, { key: string; grade: LearnerGrade }>();
  #descriptor: number | undefined;

  constructor(path: string, kept: readonly { key: string; grade: LearnerGrade }[], head: ResultLine) {
    this.path = path;
    for (const one of kept) this.#kept.set(one.grade.id, one);
    // written whole: a torn last line of an interrupted run is gone, what follows begins a line of its own
    const lines = [head, ...kept.map((one): ResultLine => ({ type: 'learner', ...one }))];
    writeWhole(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** The row that was kept from an earlier run, if the work is still the same. */
  kept(id: string, key: string): LearnerGrade | undefined {
    const known = this.#kept.get(id);
    return known?.key === key ? known.grade : undefined;
  }

  add(key: string, grade: LearnerGrade): void {
    this.#append({ type: 'learner', key, grade });
  }

  /** All rows are there: the next run begins anew. */
  done(): void {
    this.#append({ type: 'done' });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #append(line: ResultLine): void {
    try {
      this.#descriptor ??= openSync(this.path, 'a', 0o600);
      writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
      fsyncSync(this.#descriptor);
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
  }
}

/** Opens the results of a lab, with what is kept of earlier ones. A score is only ever kept for the same lab and the same work. */
export function openResults(options: ResultsOptions): Results {
  const { path, lab, fingerprint, source, mode, now } = options;
  const lines = readJsonLines<ResultLine>(path);
  const head = lines.find((line) => line.type === 'run');
  const rows = latest(lines);
  const fresh: ResultLine = { type: 'run', lab, fingerprint, source, started: now };
  if (mode === 'only-errors') {
    if (!head) {
      throw new LabError('usage', `there are no earlier results in ${path}`, { hint: 'Grade everybody first, without --only-errors.' });
    }
    if (head.fingerprint !== fingerprint || head.lab !== lab) {
      throw new LabError('usage', `the results in ${path} are of ${head.lab === lab ? 'an earlier version of the lab' : head.lab}`, {
        hint: 'Grade everybody again, without --only-errors.',
      });
    }
    return new Results(path, scored(rows), { ...head, source });
  }
  const goesOn =
    mode === 'go-on' &&
    head?.lab === lab &&
    head.fingerprint === fingerprint &&
    head.source === source &&
    !lines.some((line) => line.type === 'done');
  return goesOn ? new Results(path, scored(rows), head) : new Results(path, [], fresh);
}

/** The last row of each learner. */
function latest(lines: readonly ResultLine[]): { key: string; grade: LearnerGrade }[] {
  const rows = new Map<string, { key: string; grade: LearnerGrade }>();
  for (const line of lines) if (line.type === 'learner') rows.set(line.grade.id, { key: line.key, grade: line.grade });
  return [...rows.values()];
}

/** What could not be graded, or was not there, may be now. */
const scored = (rows: { key: string; grade: LearnerGrade }[]) => rows.filter(({ grade }) => grade.status === 'graded');

/** Rows of several results, as of shards: the last one with a score wins, else the last one. */
export function mergeRows(parts: readonly (readonly ResultLine[])[]): Map<string, LearnerGrade> {
  const rows = new Map<string, LearnerGrade>();
  for (const line of parts.flat()) {
    if (line.type !== 'learner') continue;
    const known = rows.get(line.grade.id);
    if (known?.status === 'graded' && line.grade.status !== 'graded') continue;
    rows.set(line.grade.id, line.grade);
  }
  return rows;
}
