import type { Gradebook } from './gradebook.ts';

/** A file of a report; `path` is relative to the output folder. */
export interface ReportFile {
  path: string;
  text: string;
}

/** A lab's gradebook and the words that only people need. */
export interface ReportInput {
  book: Gradebook;
  /** Title of the lab. */
  title: string;
  /** Step id -> title. */
  steps: Record<string, string>;
}

/** One way to write a gradebook; one file in `src/report/`. Pure: the same gradebook gives the same bytes. */
export interface ReportFormat {
  id: string;
  /** One line for `--help`. */
  says: string;
  files(input: ReportInput): ReportFile[];
}

/** FNV-1a, in hexadecimal: tells texts apart, and is no secret. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(16);
}

/** A part of a file name made from somebody's id: letters, digits, dot, dash and underscore, never empty, never hidden, never `..`. */
export function fileNameOf(id: string): string {
  const escaped = (character: string) => `%${character.codePointAt(0)!.toString(16).toUpperCase()}`;
  const safe = id.replaceAll(/[^A-Za-z0-9._-]/gu, escaped).replace(/^\./, escaped) || '_';
  return safe.length <= 100 ? safe : `${safe.slice(0, 90)}~${hash(id)}`;
}
