import type { ProviderFacts } from '../cluster/provider.ts';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KindName } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import { LabError } from '../lab-error.ts';
import type { ApiFailure, KubeApi, KubeList } from './api.ts';
import { pathOf } from './path.ts';

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';
const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/** Where controllers listen: ours, and the one that Minikube's add-on brings. */
const ingressServices = [
  ['kubedrill-ingress', 'kubedrill-ingress'],
  ['ingress-nginx', 'ingress-nginx-controller'],
] as const;

function blind(failure: ApiFailure): LabError {
  if (failure.kind === 'cancelled') return new LabError('interrupted', 'interrupted while the cluster was looked at');
  return new LabError('no-cluster', `cannot look at the cluster: ${failure.message}`, { hint: 'See how it is: kubedrill doctor' });
}

/** What labs and graders may know of the cluster, from its API and from what its provider says of all of its clusters. */
export async function gatherFacts(api: KubeApi, provider: ProviderFacts, options: { signal?: AbortSignal } = {}): Promise<ClusterFacts> {
  const { signal } = options;
  const list = async (kind: KindName): Promise<KubeObject[]> => {
    const answer = await api.request<KubeList>('GET', pathOf(kind), { signal });
    if (!answer.ok) throw blind(answer);
    return answer.body.items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  };
  const [nodes, classes, metrics, ingress] = await Promise.all([
    list('Node'),
    list('StorageClass'),
    hasMetrics(api, signal),
    ingressOf(api, provider, signal),
  ]);
  const isControlPlane = (node: KubeObject) => controlPlaneLabel in (node.metadata.labels ?? {});
  return {
    // a managed cluster shows no control plane
    controlPlane: nodes.find(isControlPlane)?.metadata.name ?? '',
    workers: nodes.filter((node) => !isControlPlane(node)).map((node) => node.metadata.name),
    nodeAddresses: Object.fromEntries(nodes.flatMap(addressOf)),
    storage: storageOf(classes, provider.storage),
    controlPlaneTainted: provider.controlPlaneTainted,
    networkPolicy: provider.networkPolicy,
    staticPodPath: provider.staticPodPath,
    readyzOnNode: provider.readyzOnNode,
    metrics,
    ...ingress,
  };
}

function addressOf(node: KubeObject): [string, string][] {
  const addresses: { type: string; address: string }[] = node.status?.addresses ?? [];
  const found = addresses.find((one) => one.type === 'InternalIP');
  return found ? [[node.metadata.name, found.address]] : [];
}

type Volumes = Pick<ClusterFacts['storage'], 'nodeAffinity' | 'accessModes'>;

/** What the API does not tell of volumes, by who makes them. */
export const volumesBy = {
  'rancher.io/local-path': { nodeAffinity: true, accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] },
  'k8s.io/minikube-hostpath': { nodeAffinity: false, accessModes: ['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'] },
} satisfies Record<string, Volumes>;

export const volumesOf = (provisioner: string): Volumes | undefined => (volumesBy as Record<string, Volumes>)[provisioner];

/** The class that claims without one get: of several the youngest, as the API server chooses. */
export function defaultStorageClass(classes: readonly KubeObject[]): KubeObject | undefined {
  const age = ({ metadata }: KubeObject) => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return classes.filter((one) => one.metadata.annotations?.[defaultClass] === 'true').sort((a, b) => age(b) - age(a))[0];
}

/** What the API does not tell comes from the provider. */
function storageOf(classes: readonly KubeObject[], provider: ProviderFacts['storage']): ClusterFacts['storage'] {
  const found = defaultStorageClass(classes) ?? classes.find((one) => one.metadata.name === provider.className);
  if (!found) return provider;
  return {
    ...provider,
    ...(found.provisioner === provider.provisioner ? {} : volumesOf(found.provisioner)),
    className: found.metadata.name,
    provisioner: found.provisioner,
    binding: found.volumeBindingMode === 'WaitForFirstConsumer' ? 'WaitForFirstConsumer' : 'Immediate',
  };
}

/** The metrics API answers only while its server does. */
async function hasMetrics(api: KubeApi, signal: AbortSignal | undefined): Promise<boolean> {
  const answer = await api.request('GET', '/apis/metrics.k8s.io/v1beta1', { signal });
  return answer.ok;
}

/** By ClusterIP, so that a lab about DNS does not take the way in away. */
async function ingressOf(
  api: KubeApi,
  provider: ProviderFacts,
  signal: AbortSignal | undefined,
): Promise<Pick<ClusterFacts, 'ingressClass' | 'ingressUrl'>> {
  const ingressClass = provider.ingress.className;
  if (provider.ingress.how === 'none' || !ingressClass) return {};
  const known = await api.request('GET', pathOf('IngressClass', undefined, ingressClass), { signal });
  if (!known.ok) return {};
  for (const [namespace, name] of ingressServices) {
    const service = await api.request('GET', pathOf('Service', namespace, name), { signal });
    const address: string | undefined = service.ok ? service.body.spec?.clusterIP : undefined;
    if (address && address !== 'None') return { ingressClass, ingressUrl: `http://${address.includes(':') ? `[${address}]` : address}` };
  }
  return {};
}
