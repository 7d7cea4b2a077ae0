import { join } from 'node:path';
import { gradersById } from '../../graders/index.generated.ts';
import { type OwnedCluster, openOwnedCluster } from '../cluster/open.ts';
import type { OnDrillEvent } from '../drill/events.ts';
import { unmetNeeds } from '../drill/needs.ts';
import { proofNamespace, removeProofLeftovers } from '../drill/proof-leftovers.ts';
import type { MakeFresh } from '../drill/prove.ts';
import type { ProofCluster } from '../drill/prove-catalogue.ts';
import { DrillSession } from '../drill/session.ts';
import { type OpenFaultDesk, openFaultDesk } from '../faults/desk.ts';
import { recoveryError } from '../faults/recover.ts';
import type { Lab } from '../lab/schema.ts';
import { acquireLock, clusterLockPath } from '../store/lock.ts';
import { processes } from '../store/processes.ts';
import type { CommandContext } from './command.ts';
import { expectNotTaken } from './under-way.ts';

/** A cluster of kubedrill that is open for proofs. */
export interface Prover extends ProofCluster {
  close(): Promise<void>;
}

/** What all provers of one run share. */
export interface ProofRun {
  /** A folder for the state of proofs. */
  scratch: string;
  /** What is under way then is broken off. */
  deadline: AbortSignal;
  /** Where the events of a piece go; the piece is named by its namespace. */
  trace: (piece: string) => OnDrillEvent;
}

/** Opens a cluster for proofs: held against a second kubedrill, and whatever an earlier run left in force undone. */
export async function openProver(context: CommandContext, name: string | undefined, run: ProofRun): Promise<Prover> {
  const cluster = await openOwnedCluster(context, name);
  const lock = acquireLock(clusterLockPath(context.paths, cluster.name), { command: 'kubedrill verify', ...processes.self() });
  const faults = await openFaultDesk({ context, cluster, onEvent: run.trace('') });
  try {
    expectNotTaken(context, cluster, undefined);
    const failed = recoveryError(await faults.recoverAll());
    if (failed) throw failed;
    await removeProofLeftovers(cluster.api, context);
  } catch (error) {
    lock.release();
    await cluster.close();
    throw error;
  }
  return {
    unmet: (lab) => unmetNeeds(lab, cluster.facts),
    drills: (lab) => freshDrills(lab, { context, cluster, faults, ...run }),
    close: async () => {
      try {
        // Ctrl+C, or no time left: what was under way is cleaned up, too; a second Ctrl+C ends at once, and the next proof does it
        if (context.signal.aborted || run.deadline.aborted)
          await removeProofLeftovers(cluster.api, { clock: context.clock, signal: new AbortController().signal });
      } finally {
        await faults.close();
        await cluster.close();
        lock.release();
      }
    },
  };
}

interface Proving extends ProofRun {
  context: CommandContext;
  cluster: OwnedCluster;
  faults: OpenFaultDesk;
}

/** Makes drills of a lab in namespaces of their own, with a state of their own. */
function freshDrills(lab: Lab, { context, cluster, faults, scratch, trace, deadline }: Proving): MakeFresh {
  return (suffix) => {
    const namespace = proofNamespace(lab.id, suffix);
    return new DrillSession({
      lab,
      cluster,
      faults,
      paths: { state: join(scratch, `${lab.id}${suffix}`), cache: context.paths.cache },
      namespace,
      run: context.run,
      clock: context.clock,
      env: context.env,
      signal: AbortSignal.any([context.signal, deadline]),
      gradersById,
      recording: 'own',
      live: true,
      onEvent: trace(namespace),
    });
  };
}
