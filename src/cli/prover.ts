import { join } from 'node:path';
import { gradersById } from '../../graders/index.generated.ts';
import { type OwnedCluster, openOwnedCluster } from '../cluster/open.ts';
import type { OnDrillEvent } from '../drill/events.ts';
import { unmetNeeds } from '../drill/needs.ts';
import { proofNamespace, removeProofLeftovers } from '../drill/proof-leftovers.ts';
import {
  joinProof,
  type LabProof,
  type MakeFresh,
  type ProofTask,
  proofRows,
  proofTasks,
  secondsSince,
  sideBySide,
} from '../drill/prove.ts';
import { DrillSession } from '../drill/session.ts';
import { type OpenFaultDesk, openFaultDesk } from '../faults/desk.ts';
import { recoveryError } from '../faults/recover.ts';
import type { Lab } from '../lab/schema.ts';
import { acquireLock, clusterLockPath } from '../store/lock.ts';
import { processes } from '../store/processes.ts';
import type { CommandContext } from './command.ts';
import { expectNotTaken } from './under-way.ts';

/** Proves labs on one cluster. */
export interface Prover {
  cluster: OwnedCluster;
  /** Proves these labs, `width` pieces of proof side by side; hands each over as soon as it is known. */
  prove(labs: readonly Lab[], width: number): Promise<void>;
  close(): Promise<void>;
}

/** What all provers of one run share. */
export interface ProofRun {
  /** A folder for the state of proofs. */
  scratch: string;
  onProof: (proof: LabProof) => void;
  /** No further piece is begun when this says so. */
  inTime: () => boolean;
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
    cluster,
    prove: (labs, width) => proveLabs(labs, width, { context, cluster, faults, ...run }),
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

async function proveLabs(labs: readonly Lab[], width: number, proving: Proving): Promise<void> {
  const { context, cluster, onProof, inTime, deadline } = proving;
  const rows = labs.flatMap((lab) => {
    const unmet = unmetNeeds(lab, cluster.facts);
    if (unmet.length === 0)
      return proofRows(lab, proofTasks(lab, freshDrills(lab, proving), context.clock)).map((tasks) => ({ lab, tasks }));
    onProof(joinProof(lab, [{ error: `cannot run on this cluster: ${unmet.join('; ')}` }], 0));
    return [];
  });
  const sizeOf = ({ tasks }: { tasks: ProofTask[] }) => tasks.reduce((sum, task) => sum + task.size, 0);
  rows.sort((a, b) => sizeOf(b) - sizeOf(a));
  const pieces = new Map<string, (Partial<LabProof> | { error: string })[]>();
  let busy = new Map<string, number>();
  const run = async (lab: Lab, task: ProofTask) => {
    const started = context.clock.now();
    const late = { error: `${task.name}: not proved: out of time` };
    const known = await (inTime() ? task.run() : Promise.resolve(late)).catch((error: unknown) => ({
      error: `${task.name}: ${error instanceof Error ? error.message : String(error)}`,
    }));
    // what was broken off tells nothing of the lab
    const piece = deadline.aborted ? late : known;
    const seconds = (busy.get(lab.id) ?? 0) + secondsSince(context.clock, started);
    busy = busy.set(lab.id, seconds);
    const done = [...(pieces.get(lab.id) ?? []), piece];
    pieces.set(lab.id, done);
    const all = rows.flatMap((row) => (row.lab === lab ? row.tasks : []));
    if (done.length === all.length) onProof(joinProof(lab, done, Math.round(seconds * 10) / 10));
  };
  const runRow = async ({ lab, tasks }: (typeof rows)[number]) => {
    for (const task of tasks) await run(lab, task);
  };
  await sideBySide(rows, width, runRow, context.signal);
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
