import type { KubeApi, KubeList } from '../kube/api.ts';
import { connect } from '../kube/connect.ts';
import { pathOf } from '../kube/path.ts';
import { LabError } from '../lab-error.ts';
import { readIfThere } from '../system/files.ts';
import type { OnProgress } from '../system/progress.ts';
import { waitUntil } from '../system/wait.ts';
import { installAddons } from './addons.ts';
import { buildLabImages } from './bootstrap/prepare.ts';
import { loadImages, referencesOf } from './images.ts';
import { loadLabImages } from './lab-images.ts';
import type { OpenContext } from './open.ts';
import { markCluster, newOwnershipId, verifyMaker, verifyOwnership } from './ownership.ts';
import type { ClusterSpec, Provider, ProviderStatus } from './provider.ts';
import { type ClusterRecord, kubeconfigOf, readRecord, removeRecord, writeRecord } from './records.ts';

const readyBoundMs = 180_000;

/** Every node Ready, CoreDNS there: bounded, and says what is missing. */
export async function waitUntilReady(
  api: KubeApi,
  options: { nodes: number; clock: OpenContext['clock']; signal: AbortSignal; onProgress: OnProgress },
): Promise<void> {
  const { clock, signal, onProgress } = options;
  const step = 'wait until every node is ready';
  onProgress({ type: 'step-started', step, bound: readyBoundMs / 1000 });
  const ready = await waitUntil(
    async () => {
      const nodes = await api.request<KubeList>('GET', pathOf('Node'), { signal });
      if (!nodes.ok) return { done: false, seen: `the API server does not answer: ${nodes.message}` };
      const isReady = (conditions: { type: string; status: string }[]) =>
        conditions.some((one) => one.type === 'Ready' && one.status === 'True');
      const missing = nodes.body.items.filter((node) => !isReady(node.status?.conditions ?? [])).map((node) => node.metadata.name);
      if (nodes.body.items.length < options.nodes)
        return { done: false, seen: `${nodes.body.items.length} of ${options.nodes} nodes joined` };
      if (missing.length > 0) return { done: false, seen: `not ready: ${missing.join(', ')}` };
      const dns = await api.request('GET', pathOf('Deployment', 'kube-system', 'coredns'), { signal });
      const available = dns.ok ? (dns.body.status?.availableReplicas ?? 0) : 0;
      return { done: available > 0, seen: 'CoreDNS is not available yet' };
    },
    { boundMs: readyBoundMs, everyMs: 500, clock, signal },
  );
  if (ready.outcome === 'done') return onProgress({ type: 'step-done', step, seconds: ready.ms / 1000 });
  onProgress({ type: 'step-failed', step, seconds: ready.ms / 1000, reason: ready.seen });
  if (ready.outcome === 'cancelled')
    throw new LabError('interrupted', 'interrupted while the cluster was starting', { hint: 'Go on: kubedrill up' });
  throw new LabError('cluster-failed', `the cluster is not ready after ${readyBoundMs / 1000} s: ${ready.seen}`, {
    hint: 'Look at it: kubedrill doctor',
  });
}

export type BroughtUp = 'created' | 'started' | 'already-there';

/**
 * Makes the cluster, or starts its nodes again, or finds it well. A half-made one is taken away before anything else.
 * Whatever bears the name is looked at first: nothing is started or deleted that was not made for this record.
 */
export async function bringClusterUp(
  spec: Omit<ClusterSpec, 'ownershipId'>,
  provider: Provider,
  context: OpenContext,
  onProgress: OnProgress,
): Promise<BroughtUp> {
  const { paths, clock, signal } = context;
  const { name } = spec;
  const kubeconfig = kubeconfigOf(paths, name);
  const record = readRecord(paths, name);
  const status = await provider.status(name, signal);
  if (status.exists) {
    const ours = await verifyMaker(record, { name, provider, signal });
    if (ours.state === 'ready') {
      const current = { ...ours, providerArgs: spec.providerArgs ?? ours.providerArgs };
      return goOn(current, status, provider, context, onProgress);
    }
    onProgress({ type: 'step-note', step: 'clean up', note: `taking away what an interrupted start left of ${name}` });
    await provider.delete(name, { kubeconfig, onProgress, signal });
  }
  removeRecord(paths, name);
  const fresh: ClusterRecord = {
    name,
    provider: provider.id,
    id: newOwnershipId(),
    createdAt: new Date(clock.now()).toISOString(),
    workers: spec.workers,
    kubernetes: spec.kubernetes,
    kubectl: await provider.kubectl(),
    state: 'creating',
    hasLabImages: false,
    providerArgs: spec.providerArgs,
  };
  writeRecord(paths, fresh);
  try {
    await provider.create({ ...spec, ownershipId: fresh.id }, { kubeconfig, onProgress, signal });
    const api = await connect(kubeconfig);
    try {
      await markCluster(api, fresh, signal);
      await waitUntilReady(api, { nodes: spec.workers + 1, clock, signal, onProgress });
    } finally {
      await api.close();
    }
  } catch (error) {
    // what was begun here is ours, whether it was marked already or not
    onProgress({ type: 'step-note', step: 'clean up', note: `taking the half-made cluster ${name} away` });
    // what cannot be taken away now keeps its record: the next start, or "down", does it
    if (await takeAway(name, provider, context, onProgress).catch(() => false)) removeRecord(paths, name);
    throw error;
  }
  // from here on it is a cluster: what is still missing in it can be added later
  writeRecord(paths, { ...fresh, state: 'ready' });
  await furnish(fresh, provider, context, onProgress);
  return 'created';
}

/** Looks in a row without a node of it, a second apart, before a half-made cluster counts as gone. */
const quietLooks = 4;
const takeAwayBoundMs = 300_000;

/**
 * Takes a half-made cluster away, whatever the command's signal says. The engine may still be busy with a node that was asked for before the
 * interruption, so one look is not enough. Resolves with whether it is gone.
 */
async function takeAway(name: string, provider: Provider, { paths, clock }: OpenContext, onProgress: OnProgress): Promise<boolean> {
  const { signal } = new AbortController();
  let quiet = 0;
  const look = async () => {
    const { exists } = await provider.status(name, signal);
    if (exists) await provider.delete(name, { kubeconfig: kubeconfigOf(paths, name), onProgress, signal });
    quiet = exists ? 0 : quiet + 1;
    return { done: quiet === quietLooks, seen: exists ? 'nodes are left' : 'no node is left' };
  };
  return (await waitUntil(look, { boundMs: takeAwayBoundMs, everyMs: 1000, clock })).outcome === 'done';
}

/** A cluster that is there: its nodes are started where they do not run, and what an interrupted start did not bring is brought. */
async function goOn(
  record: ClusterRecord,
  status: ProviderStatus,
  provider: Provider,
  context: OpenContext,
  onProgress: OnProgress,
): Promise<BroughtUp> {
  const { paths, clock, signal } = context;
  const { name } = record;
  const kubeconfig = kubeconfigOf(paths, name);
  const runs = status.state === 'running';
  if (!runs) await provider.start(name, { made: { ownershipId: record.id, providerArgs: record.providerArgs }, onProgress, signal });
  const api = await connect(kubeconfig);
  try {
    if (!runs) await waitUntilReady(api, { nodes: status.nodes.length, clock, signal, onProgress });
    await verifyOwnership(record, { name, provider, kubeconfig, api, signal });
  } finally {
    await api.close();
  }
  const current = { ...record, kubectl: await provider.kubectl() };
  writeRecord(paths, current);
  await furnish(current, provider, context, onProgress);
  return runs ? 'already-there' : 'started';
}

/** Brings what labs need of a cluster: their images, and its add-ons. Doing it again changes nothing. */
async function furnish(record: ClusterRecord, provider: Provider, context: OpenContext, onProgress: OnProgress): Promise<void> {
  const { paths } = context;
  if (!record.hasLabImages) {
    await bringLabImages(record.name, provider, context, onProgress);
    writeRecord(paths, { ...record, state: 'ready', hasLabImages: true });
  }
  const api = await connect(kubeconfigOf(paths, record.name));
  try {
    const facts = await provider.facts(record.name, context.signal);
    await installAddons(api, { ...context, facts }, onProgress, context.signal);
  } finally {
    await api.close();
  }
}

/** Puts the images that labs run into every node, where the nodes did not come with them. */
async function bringLabImages(name: string, provider: Provider, context: OpenContext, onProgress: OnProgress): Promise<void> {
  if ((await provider.labImages()) === 'baked') return;
  const archives = await buildLabImages(context, onProgress, context.signal);
  const ports = { run: context.run, onProgress, signal: context.signal };
  await loadLabImages({ archives, references: referencesOf(loadImages(context.home)) }, { name, provider }, ports);
}

/** Takes the cluster away, once it is proved to be kubedrill's. Forgets the record of one that is gone already. */
export async function takeClusterDown(
  name: string,
  provider: Provider,
  context: OpenContext,
  onProgress: OnProgress,
): Promise<'deleted' | 'was-gone'> {
  const { paths, signal } = context;
  const kubeconfig = kubeconfigOf(paths, name);
  const record = readRecord(paths, name);
  const status = await provider.status(name, signal);
  if (status.exists) {
    const ours = await verifyMaker(record, { name, provider, signal });
    // a kubeconfig that somebody changed is a reason to stop; one that is lost is none, deleting does not need it.
    // Nor do stopped nodes answer to one, and `minikube stop` empties it
    if (ours.state === 'ready' && status.state !== 'stopped' && readIfThere(kubeconfig) !== undefined) {
      const api = await connect(kubeconfig);
      try {
        await verifyOwnership(ours, { name, provider, kubeconfig, api, signal });
      } finally {
        await api.close();
      }
    }
    await provider.delete(name, { kubeconfig, onProgress, signal });
  }
  removeRecord(paths, name);
  return status.exists ? 'deleted' : 'was-gone';
}
