import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KubeObject } from '../grading/object.ts';
import type { KubeApi, KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import { LabError } from '../lab-error.ts';
import type { ProviderFacts } from './provider.ts';

const isControlPlane = (node: KubeObject) => 'node-role.kubernetes.io/control-plane' in (node.metadata.labels ?? {});
const addressOf = (node: KubeObject): string =>
  (node.status?.addresses ?? []).find((one: { type: string }) => one.type === 'InternalIP')?.address ?? '';

/** What labs and graders may know of a cluster: what its provider says, and what the API shows now. */
export async function gatherFacts(api: KubeApi, provider: ProviderFacts, signal: AbortSignal): Promise<ClusterFacts> {
  const [nodes, ingressClass, metrics] = await Promise.all([
    api.request<KubeList>('GET', pathOf('Node'), { signal }),
    provider.ingress.className ? api.request('GET', pathOf('IngressClass', undefined, provider.ingress.className), { signal }) : undefined,
    api.request('GET', '/apis/metrics.k8s.io/v1beta1', { signal }),
  ]);
  if (!nodes.ok)
    throw new LabError('no-cluster', `the nodes cannot be listed: ${nodes.message}`, { hint: 'See how the cluster is: kubedrill doctor' });
  const items = [...nodes.body.items].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const controlPlane = items.find(isControlPlane) ?? items[0];
  if (!controlPlane) throw new LabError('no-cluster', 'the cluster has no nodes', { hint: 'Make it anew: kubedrill down && kubedrill up' });
  return {
    controlPlane: controlPlane.metadata.name,
    workers: items.filter((node) => node !== controlPlane).map((node) => node.metadata.name),
    nodeAddresses: Object.fromEntries(items.map((node) => [node.metadata.name, addressOf(node)])),
    storage: provider.storage,
    controlPlaneTainted: provider.controlPlaneTainted,
    networkPolicy: provider.networkPolicy,
    staticPodPath: provider.staticPodPath,
    readyzOnNode: provider.readyzOnNode,
    metrics: metrics.ok,
    ...(ingressClass?.ok
      ? { ingressClass: provider.ingress.className, ingressUrl: 'http://ingress.kubedrill-ingress.svc.cluster.local/' }
      : {}),
  };
}
