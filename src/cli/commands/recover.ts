import { openOwnedCluster } from '../../cluster/open.ts';
import { verifyMaker } from '../../cluster/ownership.ts';
import type { Provider } from '../../cluster/provider.ts';
import { providerNamed } from '../../cluster/providers.ts';
import { readRecord } from '../../cluster/records.ts';
import { openFaultDesk } from '../../faults/desk.ts';
import { forgetFaults } from '../../faults/gone.ts';
import type { Recovery } from '../../faults/recover.ts';
import { type Journal, journalPath, openJournal } from '../../store/journal.ts';
import { acquireLock, clusterLockPath } from '../../store/lock.ts';
import { processes } from '../../store/processes.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import type { RecoverDocument } from '../documents.ts';
import { sayProgress } from '../progress.ts';

/** Undoes whatever faults left, newest first, with no lab loaded. */
export const command: CommandModule = {
  name: 'recover',
  summary: 'undo every fault that is left, newest first, mend what else is broken, and prove that the cluster is well',
  group: 'faults',
  example: 'kubedrill recover',
  build: (command) =>
    void command.option('--name <cluster>', 'name of the cluster', 'kubedrill').option('--json', 'what was done, as one JSON document'),
  async run(_, options: { name?: string; json?: boolean }, context) {
    const { name = 'kubedrill', json = false } = options;
    const journal = openJournal(journalPath(context.paths, name), { clock: context.clock, onNote: (note) => context.say(note) });
    const nothing = journal.open().length === 0 && journal.unreadable().length === 0;
    const recoveries = nothing && !(await runs(name, context)) ? [] : await recover(name, journal, context);
    const left = recoveries.filter(isLeft).length;
    if (json) context.json({ cluster: name, ok: left === 0, recovered: recoveries } satisfies RecoverDocument);
    else for (const line of reportLines(recoveries)) context.print(line);
    return left === 0 ? 0 : 3;
  },
};

const isLeft = ({ outcome }: Recovery) => outcome === 'failed' || outcome === 'busy';

/** Whether there is a running cluster to look at, though no journal knows of anything. */
async function runs(name: string, context: CommandContext): Promise<boolean> {
  const record = readRecord(context.paths, name);
  if (record?.state !== 'ready') return false;
  const status = await providerNamed(record.provider, context).status(name, context.signal);
  return status.exists && status.nodes.every((node) => node.state !== 'stopped');
}

async function recover(name: string, journal: Journal, context: CommandContext): Promise<Recovery[]> {
  const lock = acquireLock(clusterLockPath(context.paths, name), { ...processes.self(), command: 'kubedrill recover' });
  try {
    if ((await nodesOf(name, journal, context)) === 'gone') return forgetFaults(context.paths, context.clock, name);
    const cluster = await openOwnedCluster(context, name);
    try {
      const desk = await openFaultDesk({ context, cluster, onProgress: sayProgress(context) });
      const recoveries = await desk.recoverAll();
      // what is left is told above all; what is broken besides may be its doing
      return recoveries.some(isLeft) ? recoveries : [...recoveries, ...(await desk.mendStrays())];
    } finally {
      await cluster.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * Whether there is anything to mend, and starts what a reboot or a hand has stopped.
 * Only the word of the provider that made it counts: an API server that is away is no cluster that is gone.
 */
async function nodesOf(name: string, journal: Journal, context: CommandContext): Promise<'running' | 'gone' | 'unknown'> {
  const made = readRecord(context.paths, name)?.provider ?? journal.open()[0]?.provider;
  if (!made) return 'unknown';
  const provider = providerNamed(made as Provider['id'], context);
  const status = await provider.status(name, context.signal);
  if (!status.exists) return 'gone';
  if (status.nodes.some((node) => node.state === 'stopped')) {
    const { id, providerArgs } = await verifyMaker(readRecord(context.paths, name), { name, provider, signal: context.signal });
    const made = { ownershipId: id, providerArgs };
    await provider.start(name, { made, onProgress: sayProgress(context), signal: context.signal });
  }
  return 'running';
}

const words: Record<Recovery['outcome'], string> = {
  undone: 'undone',
  'already-fine': 'fine already',
  void: 'void',
  busy: 'BUSY',
  failed: 'NOT UNDONE',
};

export function reportLines(recoveries: readonly Recovery[]): string[] {
  if (recoveries.length === 0) return ['Nothing is left to undo.'];
  return recoveries.flatMap(({ outcome, what, seen, seconds, mend }) => [
    `${words[outcome].padEnd(12)}  ${what}`,
    `              now: ${seen}${outcome === 'undone' ? ` (${seconds} s)` : ''}`,
    ...(mend ? [`              by hand: ${mend}`] : []),
  ]);
}
