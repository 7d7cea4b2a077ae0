import { rmSync } from 'node:fs';
import { journalPath, openJournal } from '../store/journal.ts';
import type { Clock } from '../system/clock.ts';
import { unwritable } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import type { Recovery } from './recover.ts';

/**
 * Forgets the faults of a cluster that is proved to be gone (never one that merely does not answer): they went with it.
 * Returns what there was.
 */
export function forgetFaults(paths: Paths, clock: Clock, cluster: string): Recovery[] {
  const path = journalPath(paths, cluster);
  const entries = openJournal(path, { clock }).open().reverse();
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return entries.map(({ id, fault, what, lab }) => ({
    id,
    fault,
    what,
    lab,
    outcome: 'void',
    seen: `the cluster ${cluster} is gone`,
    seconds: 0,
  }));
}
