import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readIfThere, unwritable, writeWhole } from '../system/files.ts';
import { isClosed, type JournalEntry, type JournalPlan, type JournalState } from './journal-entry.ts';
import type { ProcessIdentity } from './processes.ts';

export type JournalLine =
  | ({ type: 'planned'; id: string; at: number; by: ProcessIdentity } & JournalPlan)
  | { type: 'state'; id: string; state: JournalState; at: number; by: ProcessIdentity };

/** Bytes over which closed entries are dropped even while others are open. */
const compactOverBytes = 256 * 1024;

/** Puts the lines together. A torn last line was never acted upon, and counts for nothing. */
export function readJournal(path: string): { entries: JournalEntry[]; unreadable: string[] } {
  const text = readIfThere(path) ?? '';
  const entries = new Map<string, JournalEntry>();
  const unreadable: string[] = [];
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  whole.split('\n').forEach((raw, index) => {
    if (!raw) return;
    const line = parse(raw);
    if (!line) unreadable.push(`${path}:${index + 1}: ${raw.slice(0, 60)}`);
    else if (line.type === 'planned') {
      const { type: _, at, ...plan } = line;
      entries.set(line.id, { ...plan, state: 'planned', plannedAt: at, stateAt: at });
    } else {
      const entry = entries.get(line.id);
      if (entry) Object.assign(entry, { state: line.state, stateAt: line.at, by: line.by });
    }
  });
  return { entries: [...entries.values()], unreadable };
}

function parse(raw: string): JournalLine | undefined {
  try {
    const line = JSON.parse(raw) as JournalLine;
    return line.type === 'planned' || line.type === 'state' ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Appends a line durably; a torn one before it is cut off first, and a half-written one again. */
export function appendToJournal(path: string, text: string, onNote: ((note: string) => void) | undefined): void {
  let file: number | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    file = openSync(path, 'a+', 0o600);
    const before = readFileSync(file, 'utf8');
    const whole = before.slice(0, before.lastIndexOf('\n') + 1);
    if (whole !== before) {
      ftruncateSync(file, Buffer.byteLength(whole));
      onNote?.(
        `the last line of ${path} was torn (a crash while it was written) and was dropped: ${before.slice(whole.length, whole.length + 60)}`,
      );
    }
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } catch (cause) {
      ftruncateSync(file, Buffer.byteLength(whole));
      throw cause;
    }
    if (before === '') syncFolder(dirname(path));
  } catch (cause) {
    throw unwritable(path, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Drops what is closed: at once when nothing is open, else when the file has grown. What cannot be read is kept. */
export function compactJournal(path: string): void {
  const text = readFileSync(path, 'utf8');
  const open = new Set(readJournal(path).entries.flatMap((entry) => (isClosed(entry.state) ? [] : [entry.id])));
  if (open.size > 0 && text.length < compactOverBytes) return;
  const kept = text.split('\n').filter((raw) => {
    const line = raw && parse(raw);
    return raw && (!line || open.has(line.id));
  });
  try {
    writeWhole(path, kept.map((raw) => `${raw}\n`).join(''));
  } catch {
    // a full disk: the longer file says the same
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
