import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import type { Paths } from '../system/paths.ts';
import { isClosed, type JournalEntry, type JournalPlan, type JournalState } from './journal-entry.ts';
import { appendToJournal, compactJournal, type JournalLine, readJournal } from './journal-file.ts';
import { tryLock } from './lock.ts';
import { type Processes, processes as realProcesses } from './processes.ts';

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

const lockBoundMs = 5000;

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

  const add = (line: JournalLine) =>
    alone(() => {
      appendToJournal(path, `${JSON.stringify(line)}\n`, options.onNote);
      if (line.type === 'state' && isClosed(line.state)) compactJournal(path);
    });

  return {
    path,
    plan: async (plan) => {
      const id = randomUUID().slice(0, 8);
      await add({ type: 'planned', id, at: clock.now(), by, ...plan });
      return id;
    },
    mark: (id, state) => add({ type: 'state', id, state, at: clock.now(), by }),
    open: () => readJournal(path).entries.filter((entry) => !isClosed(entry.state)),
    unreadable: () => readJournal(path).unreadable,
  };
}
