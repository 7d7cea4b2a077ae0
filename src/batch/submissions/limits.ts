/** What is read of one submission. Far more than a lab needs, far less than what would hurt. */
export interface SubmissionLimits {
  /** Entries of a folder or an archive, also those that are not read. */
  entries: number;
  /** Files that are read. */
  files: number;
  bytesOfFile: number;
  bytesInAll: number;
  /** Size of an archive itself. */
  bytesOfArchive: number;
  depth: number;
}

export const manifestLimits: SubmissionLimits = {
  entries: 2000,
  files: 100,
  bytesOfFile: 1024 * 1024,
  bytesInAll: 4 * 1024 * 1024,
  bytesOfArchive: 32 * 1024 * 1024,
  depth: 8,
};

/** The texts of a submission by their path, or why it is not read at all. */
export type ReadSubmission = { ok: true; files: Map<string, string> } | { ok: false; reason: string };

/** Thrown while a submission is read; it never leaves this folder. */
export class Refused extends Error {}

/** Collects texts within the limits. */
export class Texts {
  readonly files = new Map<string, string>();
  readonly #limits: SubmissionLimits;
  #entries = 0;
  #bytes = 0;

  constructor(limits: SubmissionLimits) {
    this.#limits = limits;
  }

  /** Counts an entry, read or not. */
  entry(): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries) throw new Refused(`it has more than ${this.#limits.entries} files and folders`);
  }

  /** Before a file is read: what it says of its own size. */
  mayRead(path: string, size: number): void {
    if (this.files.has(path)) throw new Refused(`${shownPath(path)} is there twice`);
    if (this.files.size >= this.#limits.files) throw new Refused(`it has more than ${this.#limits.files} files to read`);
    if (size > this.#limits.bytesOfFile)
      throw new Refused(`${shownPath(path)} has ${size} bytes, at most ${this.#limits.bytesOfFile} are read`);
  }

  /** As bytes come: sizes that were said before are not believed. Returns how many may still come of this file. */
  read(path: string, bytesOfFile: number, more: number): void {
    this.#bytes += more;
    if (bytesOfFile > this.#limits.bytesOfFile) throw new Refused(`${shownPath(path)} has more than ${this.#limits.bytesOfFile} bytes`);
    if (this.#bytes > this.#limits.bytesInAll) throw new Refused(`its files have more than ${this.#limits.bytesInAll} bytes in all`);
  }

  add(path: string, bytes: Uint8Array): void {
    try {
      this.files.set(path, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      throw new Refused(`${shownPath(path)} is not UTF-8 text`);
    }
  }
}

/** A path in a message: on one line, without what would move a cursor, and not endless. */
export function shownPath(path: string): string {
  const clean = path.toWellFormed().replaceAll(/\p{C}/gu, '\uFFFD');
  return clean.length > 120 ? `${clean.slice(0, 119)}…` : clean;
}

/** Tools leave these; they are nobody's work. */
export const isClutter = (name: string): boolean => name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db';

export const isManifest = (path: string): boolean => /\.(ya?ml|json)$/i.test(path);
