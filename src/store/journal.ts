import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { readIfThere, unwritable, writeWhole } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import { tryLock } from './lock.ts';
import { type Processes, type ProcessIdentity, processes as realProcesses } from './processes.ts';

/**
 * Life of a fault. `planned` is written before the act, so whatever is not closed may have happened.
 * At rest: `effect-proved`, and `undo-failed` (given up for now). In the others a process is at work, or died.
 * Closed: `undone`, and `void` (its cluster is gone, there is nothing left to undo).
 */
export type JournalState = 'planned' | 'injected' | 'effect-proved' | 'undoing' | 'undo-failed' | 'undone' | 'void';

/** What is known before a fault strikes, and enough to undo it in another process, on another day. */
export interface JournalPlan {
  fault: string;
  /** In a sentence, for banners and reports. */
  what: string;
  /** Empty when it was injected by hand. */
  lab: string | undefined;
  namespace: string;
  cluster: string;
  /** The ownership id of the cluster: a new cluster of the same name is another one. */
  clusterId: string;
  /** Which provider to ask whether the cluster is still there, when there is no other record of it. */
  provider: string;
  params: Record<string, unknown>;
  record: Record<string, unknown>;
  /** What it changes, e.g. `Node kd-worker`; faults that share one are undone newest first, strictly. */
  touches: string[];
  /** The command that mends it by hand. */
  mend: string;
}

export interface JournalEntry extends JournalPlan {
  id: string;
  state: JournalState;
  /** Milliseconds since 1970. */
  plannedAt: number;
  stateAt: number;
  /** The process that wrote the last line about it. */
  by: ProcessIdentity;
}

type Line =
  | ({ type: 'planned'; id: string; at: number; by: ProcessIdentity } & JournalPlan)
  | { type: 'state'; id: string; state: JournalState; at: number; by: ProcessIdentity };

/** The durable list of what is not yet undone: JSON lines, appended and synced before each act. Every look reads the file, which other processes write too. */
export interface Journal {
  readonly path: string;
  /** Writes the undo record durably; nothing may be done before it resolves. Throws `state-unwritable`. */
  plan(plan: JournalPlan): Promise<string>;
  mark(id: string, state: JournalState): Promise<void>;
  /** Not closed, oldest first. */
  open(): JournalEntry[];
  /** Lines that cannot be read, as `path:line: text`. What they were about cannot be undone from here. */
  unreadable(): string[];
}

export interface JournalOptions {
  clock: Clock;
  processes?: Processes;
  /** Told in a sentence when the file had to be mended. */
  onNote?: (note: string) => void;
}

export const journalPath = (paths: Paths, cluster: string): string => join(paths.state, 'journal', `${cluster}.jsonl`);

/** Bytes over which closed entries are dropped even while others are open. */
const compactOverBytes = 256 * 1024;
const lockBoundMs = 5000;

export const isClosed = (state: JournalState): boolean => state === 'undone' || state === 'void';

export function openJournal(path: string, options: JournalOptions): Journal {
  const { clock, processes = realProcesses } = options;
  const by = processes.self();

  /** Appends and compactions of all processes, one at a time; nothing is awaited while the lock is held. */
  const alone = async <T>(act: () => T): Promise<T> => {
    const started = clock.now();
    for (;;) {
      const attempt = tryLock(`${path}.lock`, { ...by, command: 'journal' }, processes);
      if (attempt.outcome === 'acquired') {
        try {
          return act();
        } finally {
          attempt.lock.release();
        }
      }
      if (clock.now() - started > lockBoundMs)
        throw new LabError('cluster-busy', `${path} is being written by process ${attempt.by.pid} for over ${lockBoundMs / 1000} s`, {
          hint: `Look whether it hangs: ps ${attempt.by.pid}`,
        });
      await clock.sleep(20);
    }
  };

  const add = (line: Line) =>
    alone(() => {
      append(path, `${JSON.stringify(line)}\n`, options.onNote);
      if (line.type === 'state' && isClosed(line.state)) compact(path);
    });

  return {
    path,
    plan: async (plan) => {
      const id = randomUUID().slice(0, 8);
      await add({ type: 'planned', id, at: clock.now(), by, ...plan });
      return id;
    },
    mark: (id, state) => add({ type: 'state', id, state, at: clock.now(), by }),
    open: () => read(path).entries.filter((entry) => !isClosed(entry.state)),
    unreadable: () => read(path).unreadable,
  };
}

/** Puts the lines together. A torn last line was never acted upon, and counts for nothing. */
function read(path: string): { entries: JournalEntry[]; unreadable: string[] } {
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

function parse(raw: string): Line | undefined {
  try {
    const line = JSON.parse(raw) as Line;
    return line.type === 'planned' || line.type === 'state' ? line : undefined;
  } catch {
    return undefined;
  }
}

function append(path: string, text: string, onNote: JournalOptions['onNote']): void {
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
function compact(path: string): void {
  const text = readFileSync(path, 'utf8');
  const open = new Set(read(path).entries.flatMap((entry) => (isClosed(entry.state) ? [] : [entry.id])));
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
