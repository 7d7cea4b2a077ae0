import type { OpenFaultDesk } from '../faults/desk.ts';
import { exclusiveLab } from '../faults/guard.ts';
import { recoveryError } from '../faults/recover.ts';
import { LabError } from '../lab-error.ts';
import { loadDrill } from '../store/drills.ts';
import { journalPath, openJournal } from '../store/journal.ts';
import type { JournalEntry } from '../store/journal-entry.ts';
import type { Clock } from '../system/clock.ts';
import type { Paths } from '../system/paths.ts';

interface Ports {
  paths: Paths;
  clock: Clock;
}

/**
 * What a drill that goes on from command to command left in force between two of them, on purpose.
 * A drill of one process (the terminal UI, a proof) is over when that process is.
 */
export function isUnderWay(paths: Paths, entry: Pick<JournalEntry, 'lab' | 'cluster' | 'namespace'>): boolean {
  const drill = entry.lab === undefined ? undefined : loadDrill(paths, entry.lab);
  return drill?.phase === 'running' && drill.by === 'commands' && drill.cluster === entry.cluster && drill.namespace === entry.namespace;
}

/** Throws `cluster-busy` when a lab other than this one is under way and has the cluster alone. */
export function expectNotTaken({ paths, clock }: Ports, cluster: { name: string; id: string }, lab: string | undefined): void {
  const taken = openJournal(journalPath(paths, cluster.name), { clock })
    .open()
    .find((entry) => entry.fault === exclusiveLab.id && entry.clusterId === cluster.id && entry.lab !== lab && isUnderWay(paths, entry));
  if (taken)
    throw new LabError('cluster-busy', `${taken.lab} is under way and has the cluster alone`, {
      hint: `Finish it: kubedrill finish ${taken.lab}; or give it up: kubedrill recover`,
    });
}

/**
 * Undoes what drills that are gone left in force, and what a command on this lab was killed in.
 * `byHand`: also what was injected by hand; who starts a lab wants the cluster well.
 */
export async function replayLeft(faults: OpenFaultDesk, paths: Paths, lab: string, byHand: boolean): Promise<void> {
  const atRest = ({ state }: JournalEntry) => state === 'effect-proved';
  const failed = recoveryError(
    await faults.recoverAll((entry) => {
      if (entry.lab === undefined) return byHand;
      return !isUnderWay(paths, entry) || (entry.lab === lab && !atRest(entry));
    }),
  );
  if (failed) throw failed;
}
