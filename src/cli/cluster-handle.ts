import { gradersById } from '../../graders/index.generated.ts';
import { type OwnedCluster, openOwnedCluster } from '../cluster/open.ts';
import type { DrillEvent } from '../drill/events.ts';
import { unmetNeeds } from '../drill/needs.ts';
import { type DrillSession, openDrill } from '../drill/session.ts';
import { type OpenFaultDesk, openFaultDesk } from '../faults/desk.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { acquireLock, clusterLockPath, type Lock } from '../store/lock.ts';
import { processes } from '../store/processes.ts';
import type { Paths } from '../system/paths.ts';
import type { CommandContext } from './command.ts';
import { nextLab } from './drills.ts';
import { labNamed } from './labs.ts';

/** An owned cluster that is open, with its faults: what was left of an earlier run has been undone. */
export interface ClusterHandle {
  cluster: OwnedCluster;
  faults: OpenFaultDesk;
  /** Where events of the drill that is open now go. */
  listener: ((event: DrillEvent) => void) | undefined;
  close(): Promise<void>;
}

/** Opens the cluster and undoes whatever an earlier run left in force. */
export async function openHandle(context: CommandContext, name: string): Promise<ClusterHandle> {
  const lock = acquireLock(clusterLockPath(context.paths, name), {
    command: `kubedrill ${process.argv.slice(2).join(' ')}`.trim(),
    ...processes.self(),
  });
  try {
    const cluster = await openOwnedCluster(context, name);
    const handle = { cluster, listener: undefined } as unknown as ClusterHandle;
    handle.faults = await openFaultDesk({ context, cluster, onEvent: (event) => handle.listener?.(event) });
    handle.close = async () => {
      await handle.faults.close();
      await cluster.close();
      lock.release();
    };
    const failed = (await handle.faults.recoverAll()).filter((one) => one.outcome === 'failed');
    if (failed.length > 0)
      throw new LabError('recovery-failed', failed.map((one) => `${one.what}: ${one.seen}`).join('; '), {
        hint: `By hand: ${failed[0]?.mend ?? 'kubedrill recover'}`,
      });
    return handle;
  } catch (error) {
    releaseQuietly(lock);
    throw error;
  }
}

const releaseQuietly = (lock: Lock) => lock.release();

/** Opens a lab's drill on the handle's cluster, live and recorded by this process. */
export async function openDrillFor(
  handle: ClusterHandle,
  wanted: {
    id: string;
    labs: readonly Lab[];
    onEvent: (event: DrillEvent) => void;
    signal: AbortSignal;
    namespace?: string;
    paths?: Paths;
  },
  context: CommandContext,
): Promise<DrillSession> {
  const lab = labNamed(wanted.labs, wanted.id);
  const unmet = unmetNeeds(lab, handle.cluster.facts);
  if (unmet.length > 0)
    throw new LabError('not-possible-here', `${lab.id} cannot run on this cluster: ${unmet.join('; ')}`, {
      hint: 'See what the cluster has: kubedrill status',
    });
  handle.listener = wanted.onEvent;
  return openDrill({
    lab,
    cluster: handle.cluster,
    faults: handle.faults,
    paths: wanted.paths ?? context.paths,
    namespace: wanted.namespace,
    run: context.run,
    clock: context.clock,
    env: context.env,
    signal: wanted.signal,
    gradersById,
    recording: 'own',
    live: true,
    next: nextLab(wanted.labs, lab.id),
    onEvent: wanted.onEvent,
  });
}
