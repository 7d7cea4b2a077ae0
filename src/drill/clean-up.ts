import type { KubeObject } from '../grading/object.ts';
import type { KubeList } from '../kube/api.ts';
import { deleteNamespace } from '../kube/apply.ts';
import { pathOf } from '../kube/path.ts';
import type { Lab, ResetScope } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import type { OnProgress } from '../system/progress.ts';
import { waitUntil } from '../system/wait.ts';
import type { BaselineData } from './baseline.ts';
import type { DrillCluster } from './cluster.ts';
import type { FaultDesk } from './fault-desk.ts';
import { labLabel } from './set-up.ts';

export interface CleanUpOptions {
  cluster: DrillCluster;
  lab: Lab;
  namespace: string;
  faults: FaultDesk;
  /** The start state, if set-up came so far. */
  baseline: BaselineData | undefined;
  onProgress: OnProgress;
  clock: Clock;
  signal: AbortSignal;
}

const mergePatch = 'application/merge-patch+json';

/** Undoes every fault of the lab, removes its namespace and what it left outside of it, and waits until all of it is gone. */
export async function cleanUp(options: CleanUpOptions): Promise<void> {
  const step = async (name: string, act: () => Promise<void>) => {
    const started = options.clock.now();
    options.onProgress({ type: 'step-started', step: name, bound: 180 });
    await act();
    options.onProgress({ type: 'step-done', step: name, seconds: (options.clock.now() - started) / 1000 });
  };
  await step('undo faults', () => options.faults.recover(options.lab.id, options.namespace));
  await step(`remove namespace ${options.namespace}`, async () => {
    await deleteNamespace(options.cluster.api, options.namespace, { boundMs: 180_000, clock: options.clock, signal: options.signal });
  });
  for (const scope of options.lab.reset.also) await step(`reset ${scope}`, () => resetScope[scope](options));
}

async function must<T>(
  answer: Promise<{ ok: true; body: T } | { ok: false; reason: string; message: string }>,
  what: string,
): Promise<T | undefined> {
  const result = await answer;
  if (result.ok) return result.body;
  if (result.reason === 'NotFound') return undefined;
  throw new LabError('reset-failed', `could not ${what}: ${result.message}`, { hint: 'See how the cluster is: kubedrill doctor' });
}

const resetScope: Record<ResetScope, (options: CleanUpOptions) => Promise<void>> = {
  'persistent-volumes': async ({ cluster, lab, namespace, clock, signal }) => {
    const mine = (volume: KubeObject) =>
      volume.metadata.labels?.[labLabel] === lab.id ||
      volume.spec?.claimRef?.namespace === namespace ||
      volume.metadata.name.includes(namespace);
    const list = async () =>
      (
        (await must(cluster.api.request<KubeList>('GET', pathOf('PersistentVolume'), { signal }), 'list PersistentVolumes'))?.items ?? []
      ).filter(mine);
    for (const volume of await list())
      if (volume.spec?.persistentVolumeReclaimPolicy === 'Retain' || volume.spec?.hostPath || volume.status?.phase !== 'Bound')
        await must(
          cluster.api.request('DELETE', pathOf('PersistentVolume', undefined, volume.metadata.name), { signal }),
          `delete PersistentVolume ${volume.metadata.name}`,
        );
    const gone = await waitUntil(
      async () => {
        const left = await list();
        return { done: left.length === 0, seen: left.map((volume) => `${volume.metadata.name} ${volume.status?.phase}`).join(', ') };
      },
      { boundMs: 120_000, clock, signal },
    );
    if (gone.outcome !== 'done')
      throw new LabError('reset-failed', `PersistentVolumes are left after 120 s: ${gone.seen}`, { hint: 'Look: kubectl get pv' });
  },
  'node-labels': (options) =>
    eachNode(options, async (node, before) => {
      const now = node.metadata.labels ?? {};
      const then = before.metadata.labels ?? {};
      const labels: Record<string, string | null> = {};
      for (const key of Object.keys(now)) if (!(key in then)) labels[key] = null;
      for (const [key, value] of Object.entries(then)) if (now[key] !== value) labels[key] = value;
      return Object.keys(labels).length > 0 ? { metadata: { labels } } : undefined;
    }),
  'node-taints': (options) =>
    eachNode(options, async (node, before) => {
      const own = (object: KubeObject) =>
        (object.spec?.taints ?? []).filter((taint: { key: string }) => !taint.key.startsWith('node.kubernetes.io/'));
      if (JSON.stringify(own(node)) === JSON.stringify(own(before))) return undefined;
      const byController = (node.spec?.taints ?? []).filter((taint: { key: string }) => taint.key.startsWith('node.kubernetes.io/'));
      return { spec: { taints: [...own(before), ...byController] } };
    }),
  cordons: (options) =>
    eachNode(options, async (node, before) =>
      !node.spec?.unschedulable === !before.spec?.unschedulable
        ? undefined
        : { spec: { unschedulable: before.spec?.unschedulable ?? null } },
    ),
  'static-pods': async ({ cluster }) => {
    // kubeadm puts static Pods on control planes only: whatever lies in a worker's folder is the drill's
    for (const node of cluster.facts.workers) {
      const result = await cluster.nodes.exec(node, ['find', cluster.facts.staticPodPath, '-maxdepth', '1', '-type', 'f', '-delete']);
      if (!result.ok)
        throw new LabError('reset-failed', `could not empty ${cluster.facts.staticPodPath} on ${node}: ${result.stderr.trim()}`);
    }
  },
  'cluster-roles': async ({ cluster, lab, namespace, signal }) => {
    for (const kind of ['ClusterRoleBinding', 'ClusterRole'] as const) {
      const list = await must(cluster.api.request<KubeList>('GET', pathOf(kind), { signal }), `list ${kind}s`);
      for (const object of list?.items ?? []) {
        const subjects: { namespace?: string; name?: string }[] = object.subjects ?? [];
        const ours =
          object.metadata.labels?.[labLabel] === lab.id ||
          subjects.some((subject) => subject.namespace === namespace || subject.name?.includes(`:${namespace}:`));
        if (ours)
          await must(
            cluster.api.request('DELETE', pathOf(kind, undefined, object.metadata.name), { signal }),
            `delete ${kind} ${object.metadata.name}`,
          );
      }
    }
  },
  coredns: async ({ cluster, baseline, clock, signal }) => {
    const before = baseline?.objects.find(
      ([kind, object]) => kind === 'Deployment' && object.metadata.name === 'coredns' && object.metadata.namespace === 'kube-system',
    )?.[1];
    if (!before) return;
    const path = pathOf('Deployment', 'kube-system', 'coredns');
    await must(
      cluster.api.request('PATCH', path, { contentType: mergePatch, body: { spec: { replicas: before.spec.replicas } }, signal }),
      'scale CoreDNS back',
    );
    const ready = await waitUntil(
      async () => {
        const now = await cluster.api.request('GET', path, { signal });
        const available = now.ok ? (now.body.status?.availableReplicas ?? 0) : 0;
        return { done: available === before.spec.replicas, seen: `${available} of ${before.spec.replicas} available` };
      },
      { boundMs: 90_000, clock, signal },
    );
    if (ready.outcome !== 'done')
      throw new LabError('reset-failed', `CoreDNS is not back after 90 s: ${ready.seen}`, {
        hint: 'Look: kubectl -n kube-system get pods',
      });
  },
  'node-folders': async ({ cluster, namespace }) => {
    for (const node of [cluster.facts.controlPlane, ...cluster.facts.workers]) {
      const result = await cluster.nodes.exec(node, ['rm', '-rf', `/var/lib/kubedrill/${namespace}`]);
      if (!result.ok)
        throw new LabError('reset-failed', `could not remove /var/lib/kubedrill/${namespace} on ${node}: ${result.stderr.trim()}`);
    }
  },
};

/** Patches each node whose state is not that of the baseline. */
async function eachNode(
  options: CleanUpOptions,
  patchOf: (node: KubeObject, before: KubeObject) => Promise<object | undefined>,
): Promise<void> {
  const { cluster, baseline, signal } = options;
  const before = (baseline?.objects ?? []).filter(([kind]) => kind === 'Node').map(([, node]) => node);
  for (const old of before) {
    const path = pathOf('Node', undefined, old.metadata.name);
    const node = await must(cluster.api.request('GET', path, { signal }), `read Node ${old.metadata.name}`);
    const patch = node && (await patchOf(node, old));
    if (patch)
      await must(cluster.api.request('PATCH', path, { contentType: mergePatch, body: patch, signal }), `restore Node ${old.metadata.name}`);
  }
}
