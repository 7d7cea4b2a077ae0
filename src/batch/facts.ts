import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KubeObject } from '../grading/object.ts';
import type { KubeApi } from '../kube/api.ts';
import { defaultStorageClass, volumesOf } from '../kube/cluster-facts.ts';
import { boundedList, listBounds } from './bounded-list.ts';

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';
const isDefault = ({ metadata }: KubeObject): boolean => metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';

/**
 * What the API says of a cluster that somebody else made; or why nothing is known of it. What only a provider knows is taken as absent:
 * nobody runs anything on a node of a learner's cluster.
 */
export async function factsOfCluster(api: KubeApi, signal: AbortSignal): Promise<ClusterFacts | { unknown: string }> {
  const [nodes, storage, ingress] = await Promise.all(
    (['Node', 'StorageClass', 'IngressClass'] as const).map((kind) => boundedList(api, kind, undefined, listBounds, signal)),
  );
  if (!nodes?.ok) return { unknown: `the cluster's nodes are not known: ${nodes?.message}` };
  const isControlPlane = (node: KubeObject) => controlPlaneLabel in (node.metadata.labels ?? {});
  const controlPlane = nodes.items.find(isControlPlane);
  if (!controlPlane) return { unknown: "the cluster's control plane is not among its nodes" };
  const addressOf = (node: KubeObject): string | undefined =>
    (node.status?.addresses ?? []).find((address: { type?: string }) => address.type === 'InternalIP')?.address;
  const chosen = storage?.ok ? (defaultStorageClass(storage.items) ?? storage.items[0]) : undefined;
  const provisioner: string = chosen?.provisioner ?? '';
  const ingressClass = ingress?.ok ? (ingress.items.find(isDefault) ?? ingress.items[0])?.metadata.name : undefined;
  return {
    controlPlane: controlPlane.metadata.name,
    workers: nodes.items
      .filter((node) => !isControlPlane(node))
      .map(({ metadata }) => metadata.name)
      .sort(),
    nodeAddresses: Object.fromEntries(nodes.items.flatMap((node) => (addressOf(node) ? [[node.metadata.name, addressOf(node)!]] : []))),
    storage: {
      className: chosen?.metadata.name ?? '',
      provisioner,
      binding: chosen?.volumeBindingMode === 'WaitForFirstConsumer' ? 'WaitForFirstConsumer' : 'Immediate',
      ...(volumesOf(provisioner) ?? { nodeAffinity: false, accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'] }),
    },
    controlPlaneTainted: (controlPlane.spec?.taints ?? []).some((taint: { key?: string }) => taint.key === controlPlaneLabel),
    networkPolicy: false,
    staticPodPath: '',
    readyzOnNode: '',
    ...(ingressClass ? { ingressClass } : {}),
    metrics: false,
  };
}
