import type { Baseline } from '../grading/baseline.ts';
import { type KindName, kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import { hashesIn, hashing } from '../grading/on-node.ts';
import type { KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { DrillCluster } from './cluster.ts';
import { fingerprintKinds, fingerprintOf } from './fingerprint.ts';

/** The recorded start state as it lies on disk. */
export interface BaselineData {
  takenAt: number;
  objects: [KindName, KubeObject][];
  manifests: Record<string, string>;
}

async function listAll(
  cluster: DrillCluster,
  kind: KindName,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<[KindName, KubeObject][]> {
  const answer = await cluster.api.request<KubeList>('GET', pathOf(kind, kinds[kind].namespaced ? namespace : undefined), { signal });
  if (!answer.ok)
    throw new LabError('set-up-failed', `could not list ${kinds[kind].plural}: ${answer.message}`, {
      hint: 'See how the cluster is: kubedrill doctor',
    });
  return answer.body.items.map((object) => {
    const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
    return [kind, { ...object, metadata }];
  });
}

/** SHA-256 of each static Pod manifest of the control plane, seen on the node. */
export async function manifestHashes(cluster: DrillCluster): Promise<Record<string, string>> {
  const { controlPlane, staticPodPath } = cluster.facts;
  const result = await cluster.nodes.exec(controlPlane, hashing(staticPodPath));
  return Object.fromEntries(hashesIn(result.stdout));
}

/** Reads the whole state that a lab starts from. */
export async function takeBaseline(
  cluster: DrillCluster,
  lab: Lab,
  namespace: string,
  now: number,
  signal: AbortSignal,
): Promise<BaselineData> {
  const lists = await Promise.all([
    ...fingerprintKinds.map((kind) => listAll(cluster, kind, namespace, signal)),
    listAll(cluster, 'Node', undefined, signal),
    listAll(cluster, 'PersistentVolume', undefined, signal),
    ...(lab.exclusive ? [listAll(cluster, 'Deployment', 'kube-system', signal), listAll(cluster, 'ConfigMap', 'kube-system', signal)] : []),
  ]);
  return { takenAt: now, objects: lists.flat(), manifests: lab.exclusive ? await manifestHashes(cluster) : {} };
}

/** The baseline as graders read it. */
export function baselineView(data: BaselineData, namespace: string): Baseline {
  const inScope = (kind: KindName, object: KubeObject, wanted: string) => !kinds[kind].namespaced || object.metadata.namespace === wanted;
  return {
    takenAt: data.takenAt,
    manifests: data.manifests,
    get: (kind, name, from = namespace) =>
      data.objects.find(([k, o]) => k === kind && o.metadata.name === name && inScope(k, o, from))?.[1],
    list: (kind, from = namespace) => data.objects.filter(([k, o]) => k === kind && inScope(k, o, from)).map(([, object]) => object),
  };
}

const ownTaint = (taint: { key: string }) => !taint.key.startsWith('node.kubernetes.io/');

/** The fingerprint of a baseline: the namespace's objects, and what of the cluster a lab may have touched. */
export function fingerprintOfBaseline(data: BaselineData, namespace: string): Record<string, string> {
  const inNamespace = data.objects.filter(([kind, object]) => kinds[kind].namespaced && object.metadata.namespace === namespace);
  const extra: Record<string, unknown> = {};
  for (const [kind, object] of data.objects) {
    // labs that run beside others must not be blamed for what those do to the nodes; taken only for exclusive labs
    if (kind === 'Node' && Object.keys(data.manifests).length > 0) {
      const labels = Object.fromEntries(Object.entries(object.metadata.labels ?? {}));
      extra[`Node/${object.metadata.name}`] = {
        labels,
        taints: (object.spec?.taints ?? []).filter(ownTaint),
        unschedulable: object.spec?.unschedulable ?? false,
      };
    }
    if (kind === 'PersistentVolume' && object.metadata.name.includes(namespace))
      extra[`PersistentVolume/${object.metadata.name}`] = { capacity: object.spec?.capacity, affinity: object.spec?.nodeAffinity };
    if (kind === 'Deployment' && object.metadata.namespace === 'kube-system')
      extra[`kube-system Deployment/${object.metadata.name}`] = { replicas: object.spec?.replicas, template: object.spec?.template?.spec };
    if (kind === 'ConfigMap' && object.metadata.namespace === 'kube-system' && object.metadata.name === 'coredns')
      extra['kube-system ConfigMap/coredns'] = object.data;
  }
  for (const [file, hash] of Object.entries(data.manifests)) extra[`manifest ${file}`] = hash;
  return fingerprintOf(inNamespace, extra);
}
