import { LabError, reasonOf } from '../lab-error.ts';
import { isClosed, type JournalEntry } from '../store/journal-entry.ts';
import { type Processes, processes as realProcesses } from '../store/processes.ts';
import type { OnProgress } from '../system/progress.ts';
import type { Fault } from './fault.ts';
import type { FaultLife } from './life.ts';
import { prove, undoBoundMs, undoOne } from './undo.ts';

/**
 * How one fault's undoing went.
 * `already-fine`: nothing had to be done, e.g. somebody undid it by hand. `void`: its cluster is gone, and it with it.
 * `busy`: another living process is at it. `failed`: `seen` is the state it is in, `mend` the command that mends it by hand.
 */
export interface Recovery {
  id: string;
  fault: string;
  what: string;
  lab: string | undefined;
  outcome: 'undone' | 'already-fine' | 'void' | 'busy' | 'failed';
  seen: string;
  mend?: string;
  seconds: number;
}

export interface RecoverOptions extends FaultLife {
  onProgress?: OnProgress;
  processes?: Processes;
}

const pauseMs = 2000;
/** What goes wrong, though all that it needs answers, is tried so often. */
const tries = 3;

/**
 * Undoes what is left, newest first, then proves that each is well again. One that cannot be undone now (its node or the API server
 * does not answer, or it went wrong) is tried again after the others, and never overtaken by an older one that changed the same thing.
 */
export async function recoverEntries(entries: readonly JournalEntry[], options: RecoverOptions): Promise<Recovery[]> {
  const { context, journal, crashPoint, processes = realProcesses } = options;
  const { clock } = context;
  const started = clock.now();
  const reports = new Map<string, Recovery>();
  const report = (entry: JournalEntry, outcome: Recovery['outcome'], seen: string) =>
    reports.set(entry.id, {
      id: entry.id,
      fault: entry.fault,
      what: entry.what,
      lab: entry.lab,
      outcome,
      seen,
      ...(outcome === 'failed' ? { mend: entry.mend } : {}),
      seconds: Math.round((clock.now() - started) / 100) / 10,
    });

  const newestFirst = [...entries].filter((entry) => !isClosed(entry.state)).reverse();
  const isNewer = (one: JournalEntry, other: JournalEntry) => newestFirst.indexOf(one) < newestFirst.indexOf(other);
  const undone: { entry: JournalEntry; fault: Fault; wasFine: boolean; seen: string | undefined }[] = [];
  const stuck: JournalEntry[] = [];
  let pending: JournalEntry[] = [];
  for (const entry of newestFirst) {
    if (entry.clusterId !== options.cluster.id) {
      await journal.mark(entry.id, 'void');
      report(entry, 'void', `the cluster ${entry.cluster} that it struck is gone`);
    } else if (isAtIt(entry, processes)) {
      stuck.push(entry);
      report(entry, 'busy', `process ${entry.by.pid} is at it`);
    } else pending.push(entry);
  }

  const troubles = new Map<string, { seen: string; failures: number }>();
  const giveUp = (entry: JournalEntry, reason: string) => {
    options.onProgress?.({ type: 'step-failed', step: `undo: ${entry.what}`, seconds: (clock.now() - started) / 1000, reason });
    stuck.push(entry);
    report(entry, 'failed', reason);
  };
  while (pending.length > 0) {
    const later: JournalEntry[] = [];
    for (const entry of pending) {
      const blocker = [...stuck, ...later].find((one) => isNewer(one, entry) && one.touches.some((touch) => entry.touches.includes(touch)));
      if (blocker) {
        if (later.includes(blocker)) later.push(entry);
        else giveUp(entry, `"${blocker.what}" has to be undone first`);
        continue;
      }
      const trouble = troubles.get(entry.id);
      const result = await undoOne(entry, options, trouble?.seen);
      const failures = (trouble?.failures ?? 0) + (result.outcome === 'failed' ? 1 : 0);
      if (result.outcome === 'undone') undone.push({ entry, fault: result.fault, wasFine: result.wasFine, seen: result.seen });
      else if (result.outcome === 'unknown' || failures >= tries) giveUp(entry, result.seen);
      else {
        later.push(entry);
        troubles.set(entry.id, { seen: result.seen, failures });
      }
    }
    pending = later;
    if (pending.length === 0) break;
    if (context.signal.aborted || clock.now() - started > undoBoundMs) {
      for (const entry of pending)
        giveUp(entry, troubles.get(entry.id)?.seen ?? 'what changed the same thing after it has to be undone first');
      break;
    }
    await clock.sleep(pauseMs, context.signal);
  }

  for (const { entry, fault, wasFine, seen } of undone) {
    const proof = seen === undefined ? await prove(entry, fault, started, options) : { well: true, again: false, seen };
    if (!proof.well) {
      report(entry, 'failed', proof.seen);
      continue;
    }
    crashPoint?.('recovered');
    try {
      await journal.mark(entry.id, 'undone');
      report(entry, wasFine && !proof.again ? 'already-fine' : 'undone', proof.seen);
    } catch (error) {
      report(entry, 'failed', `${proof.seen}, but the journal does not know: ${reasonOf(error)}`);
    }
    crashPoint?.('undone');
  }
  for (const [id, { outcome }] of reports) if (outcome === 'failed') await journal.mark(id, 'undo-failed').catch(() => undefined);
  return newestFirst.flatMap((entry) => reports.get(entry.id) ?? []);
}

/** Another living process that strikes or mends right now; an entry at rest belongs to nobody. */
function isAtIt({ state, by }: JournalEntry, processes: Processes): boolean {
  if (state === 'effect-proved' || state === 'undo-failed') return false;
  const self = processes.self();
  return (by.pid !== self.pid || by.startTime !== self.startTime) && processes.isAlive(by);
}

/** What went wrong, as one error; `undefined` when all is well. */
export function recoveryError(recoveries: readonly Recovery[]): LabError | undefined {
  const failed = recoveries.filter((one) => one.outcome === 'failed' || one.outcome === 'busy');
  if (failed.length === 0) return undefined;
  const mends = failed.flatMap((one) => one.mend ?? []);
  return new LabError('recovery-failed', failed.map((one) => `not undone: ${one.what}: ${one.seen}`).join('; '), {
    hint: mends.length > 0 ? `Try again: kubedrill recover; or by hand: ${mends.join('; ')}` : 'Try again: kubedrill recover',
  });
}
