import { gradersById } from '../../graders/index.generated.ts';
import { buildLabImages, type PlanItem, planBootstrap, planLabImages, prepare } from '../cluster/bootstrap/prepare.ts';
import { type BroughtUp, bringClusterUp } from '../cluster/lifecycle.ts';
import { type OwnedCluster, openOwnedCluster } from '../cluster/open.ts';
import { providerNamed } from '../cluster/providers.ts';
import { readRecord } from '../cluster/records.ts';
import type { DrillEvent, FaultInForce } from '../drill/events.ts';
import { unmetNeeds } from '../drill/needs.ts';
import { type DrillSession, openDrill } from '../drill/session.ts';
import { type OpenFaultDesk, openFaultDesk } from '../faults/desk.ts';
import { recoveryError } from '../faults/recover.ts';
import type { KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { acquireLock, clusterLockPath, type Lock } from '../store/lock.ts';
import { processes } from '../store/processes.ts';
import { expectWritable } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import type { OnProgress } from '../system/progress.ts';
import type { ClusterState, NodeCard } from '../tui/host.ts';
import { ask } from './ask.ts';
import type { CommandContext } from './command.ts';
import { nextLab } from './drills.ts';
import { labNamed } from './labs.ts';
import { expectNotTaken } from './under-way.ts';

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
    expectNotTaken(context, cluster, undefined);
    const failed = recoveryError(await handle.faults.recoverAll());
    if (failed) throw failed;
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

/**
 * Brings the cluster up: lists what is missing, asks once (unless `yes`), does it.
 * Without a terminal to ask at, and without `yes`, it stops after the list.
 */
export async function bringUp(
  context: CommandContext,
  name: string,
  onProgress: OnProgress,
  signal: AbortSignal,
  options: { yes?: boolean; workers?: number; provider?: 'kind' | 'minikube'; providerArgs?: string[] } = {},
): Promise<BroughtUp> {
  const workers = options.workers ?? 2;
  if (!Number.isInteger(workers) || workers < 0 || workers > 9)
    throw new LabError('usage', `--workers takes a number from 0 to 9, not "${options.workers}"`);
  const ports = { ...context, signal };
  expectWritable(context.paths.state);
  // the provider of a cluster that is there is its own; only a new one may be chosen
  const id = readRecord(context.paths, name)?.provider ?? options.provider ?? 'kind';
  const missing = id === 'kind' ? await planBootstrap(ports) : await planLabImages(ports);
  if (missing.length > 0) {
    context.say('Missing on this machine:');
    for (const line of planLines(missing)) context.say(`  ${line}`);
    if (!options.yes) {
      if (!context.stdin.isTTY)
        throw new LabError('no-cluster', 'nothing was installed: there is no terminal to ask at', {
          hint: 'Go ahead with all that is listed: kubedrill up --yes',
        });
      if (!(await ask(context, 'Install and build all of it?'))) throw new LabError('interrupted', 'nothing was installed');
    }
    if (id === 'kind') await prepare(ports, onProgress, signal);
    else await buildLabImages(ports, onProgress, signal);
  }
  const provider = providerNamed(id, ports);
  return bringClusterUp({ name, workers, kubernetes: '1.34', providerArgs: options.providerArgs }, provider, ports, onProgress);
}

const clusterLine = 'a cluster of one control plane and two workers  (about 1 min)';

/** What is made or installed, a line each; no line when nothing is missing. */
const planLines = (missing: readonly PlanItem[]): string[] => {
  if (missing.length === 0) return [];
  const gigabytes = missing.reduce((sum, item) => sum + item.gigabytes, 0);
  return [
    ...missing.map(
      (item) =>
        `${item.what}  (about ${item.minutes < 1 ? '1 minute or less' : `${Math.round(item.minutes)} min`}, ${item.gigabytes.toFixed(1)} GB)`,
    ),
    `altogether about ${gigabytes.toFixed(1)} GB of disk`,
  ];
};

/** How the cluster is, for home and `status`. Only looks. */
export async function clusterStateOf(
  context: CommandContext,
  name: string,
  handle?: ClusterHandle,
): Promise<ClusterState & { faults: FaultInForce[] }> {
  const record = readRecord(context.paths, name);
  const provider = providerNamed(record?.provider ?? 'kind', context);
  const status = await provider.status(name, context.signal);
  const faults = handle ? handle.faults.inForce() : [];
  if (!status.exists) return { state: 'absent', plan: [...planLines(await planBootstrap(context)), clusterLine], faults };
  const machines = (): NodeCard[] =>
    status.nodes.map((node) => ({
      name: node.name,
      role: node.role,
      state: node.state === 'running' ? 'unknown' : node.state,
      cordoned: false,
    }));
  if (status.state === 'stopped')
    return { state: 'away', name, reason: 'its nodes are stopped', hint: 'Start them: kubedrill up', nodes: machines(), faults };
  const opened = handle?.cluster ?? (await openOwnedCluster(context, name));
  const desk = handle?.faults ?? (await openFaultDesk({ context, cluster: opened, onEvent: () => undefined }));
  try {
    const nodes = await opened.api.request<KubeList>('GET', pathOf('Node'), { signal: context.signal, timeoutMs: 3000 });
    if (!nodes.ok)
      return {
        state: 'away',
        name,
        reason: `the API server does not answer: ${nodes.message}`,
        hint: 'See why: kubedrill doctor',
        nodes: machines(),
        faults: desk.inForce(),
      };
    const cards = nodes.body.items.map((node): NodeCard => {
      const machine = status.nodes.find((one) => one.name === node.metadata.name);
      const ready = (node.status?.conditions ?? []).some(
        (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
      );
      return {
        name: node.metadata.name,
        role: machine?.role ?? 'worker',
        state: machine && machine.state !== 'running' ? machine.state : ready ? 'ready' : 'not-ready',
        cordoned: node.spec?.unschedulable === true,
      };
    });
    return {
      state: 'up',
      name,
      provider: opened.provider.id,
      kubernetes: nodes.body.items[0]?.status?.nodeInfo?.kubeletVersion ?? '',
      nodes: cards,
      faults: desk.inForce(),
    };
  } finally {
    if (!handle) {
      await desk.close();
      await opened.close();
    }
  }
}
