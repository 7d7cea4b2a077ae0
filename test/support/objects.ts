import type { Baseline } from '../../src/grading/baseline.ts';
import type { ClusterFacts } from '../../src/grading/cluster-facts.ts';
import type { KindName } from '../../src/grading/kinds.ts';
import { kinds } from '../../src/grading/kinds.ts';
import type { KubeObject, OwnerReference } from '../../src/grading/object.ts';
import { ObjectView } from '../../src/grading/object-view.ts';

/** Objects as the API server would show them, for tests. Uids are `<kind>-<name>` unless given. */
export interface Given {
  name: string;
  namespace?: string;
  uid?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  owner?: KubeObject;
  /** Being deleted. */
  terminating?: boolean;
  created?: string;
}

export function object(kind: KindName, given: Given, fields: Record<string, unknown> = {}): KubeObject {
  const { name, labels, annotations, owner } = given;
  return {
    apiVersion: kinds[kind].apiVersion,
    kind,
    metadata: {
      name,
      uid: given.uid ?? `${kind.toLowerCase()}-${name}`,
      creationTimestamp: given.created ?? '2026-01-01T00:00:00Z',
      ...(kinds[kind].namespaced ? { namespace: given.namespace ?? 'drill-lab' } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(owner ? { ownerReferences: [ownerReference(owner)] } : {}),
      ...(given.terminating ? { deletionTimestamp: '2026-01-01T00:10:00Z' } : {}),
    },
    ...fields,
  };
}

export const ownerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion ?? '',
  kind: owner.kind ?? '',
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
});

export interface GivenPod extends Given {
  image?: string;
  container?: string;
  containers?: string[];
  ready?: boolean;
  phase?: string;
  restarts?: number;
  ip?: string;
  node?: string;
  /** Waiting reason of its container, e.g. `ImagePullBackOff`. */
  waitingFor?: string;
  exitCode?: number;
  startedAt?: string;
  readySince?: string;
  spec?: Record<string, unknown>;
}

/** A Pod; running and ready unless said otherwise. */
export function pod(given: GivenPod): KubeObject {
  const { image = 'kd/web:1.0', ready = given.waitingFor === undefined && given.phase === undefined, restarts = 0 } = given;
  const names = given.containers ?? [given.container ?? 'web'];
  const phase = given.phase ?? (given.waitingFor ? 'Pending' : 'Running');
  const ended = given.exitCode === undefined ? undefined : { terminated: { exitCode: given.exitCode, reason: 'Error' } };
  const state = given.waitingFor
    ? { waiting: { reason: given.waitingFor } }
    : phase === 'Succeeded' || phase === 'Failed'
      ? { terminated: { exitCode: given.exitCode ?? 0 } }
      : phase === 'Pending'
        ? {}
        : { running: { startedAt: given.startedAt ?? '2026-01-01T00:00:01Z' } };
  return object('Pod', given, {
    spec: {
      nodeName: given.node ?? 'kd-worker',
      containers: names.map((name) => ({ name, image })),
      ...given.spec,
    },
    status: {
      phase,
      podIP: given.ip ?? `10.0.0.${(hash(given.name) % 250) + 1}`,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: given.readySince ?? '2026-01-01T00:00:02Z' }],
      containerStatuses: names.map((name) => ({
        name,
        ready,
        restartCount: restarts,
        image: `docker.io/${image}`,
        state,
        ...(ended && given.waitingFor ? { lastState: ended } : {}),
      })),
    },
  });
}

const hash = (text: string): number => [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 10_007, 7);

export interface GivenDeployment extends Given {
  replicas?: number;
  image?: string;
  container?: string;
  updated?: number;
  available?: number;
  total?: number;
  generation?: number;
  observed?: number;
  revision?: number;
  selector?: Record<string, string>;
  conditions?: Record<string, unknown>[];
  spec?: Record<string, unknown>;
}

/** A Deployment with everything rolled out unless said otherwise. */
export function deployment(given: GivenDeployment): KubeObject {
  const { replicas = 1, image = 'kd/web:1.0', generation = 1, container = 'web' } = given;
  const selector = given.selector ?? { app: given.name };
  const annotations = { 'deployment.kubernetes.io/revision': `${given.revision ?? 1}`, ...given.annotations };
  const made = object(
    'Deployment',
    { ...given, annotations },
    {
      spec: {
        replicas,
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: { containers: [{ name: container, image }] } },
        ...given.spec,
      },
      status: {
        observedGeneration: given.observed ?? generation,
        replicas: given.total ?? replicas,
        updatedReplicas: given.updated ?? replicas,
        readyReplicas: given.available ?? replicas,
        availableReplicas: given.available ?? replicas,
        ...(given.conditions ? { conditions: given.conditions } : {}),
      },
    },
  );
  return { ...made, metadata: { ...made.metadata, generation } };
}

export interface GivenReplicaSet extends Given {
  replicas?: number;
  ready?: number;
  image?: string;
  revision?: number;
  history?: string;
  cause?: string;
}

export function replicaSet(given: GivenReplicaSet): KubeObject {
  const { replicas = 1, image = 'kd/web:1.0' } = given;
  const annotations = {
    ...(given.revision ? { 'deployment.kubernetes.io/revision': `${given.revision}` } : {}),
    ...(given.history ? { 'deployment.kubernetes.io/revision-history': given.history } : {}),
    ...(given.cause ? { 'kubernetes.io/change-cause': given.cause } : {}),
    ...given.annotations,
  };
  const ready = given.ready ?? replicas;
  return object(
    'ReplicaSet',
    { ...given, annotations },
    {
      spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } },
      status: { observedGeneration: 1, replicas, readyReplicas: ready, availableReplicas: ready },
    },
  );
}

/** A Deployment with its ReplicaSet and as many ready Pods as it wants, every object owned by the one before. */
export function rolledOut(given: GivenDeployment): {
  deployment: KubeObject;
  replicaSet: KubeObject;
  pods: KubeObject[];
  all: KubeObject[];
} {
  const top = deployment(given);
  const replicas = given.replicas ?? 1;
  const labels = { ...(given.selector ?? { app: given.name }), 'pod-template-hash': 'abc' };
  const middle = replicaSet({
    name: `${given.name}-abc`,
    replicas,
    image: given.image,
    revision: given.revision ?? 1,
    owner: top,
    labels,
    namespace: given.namespace,
  });
  const pods = Array.from({ length: replicas }, (_, index) =>
    pod({
      name: `${given.name}-abc-${index + 1}`,
      labels,
      owner: middle,
      image: given.image,
      container: given.container,
      namespace: given.namespace,
      ip: `10.1.0.${index + 1}`,
    }),
  );
  return { deployment: top, replicaSet: middle, pods, all: [top, middle, ...pods] };
}

export interface GivenService extends Given {
  selector?: Record<string, string>;
  type?: string;
  clusterIP?: string;
  ports?: Record<string, unknown>[];
  spec?: Record<string, unknown>;
}

export const service = (given: GivenService): KubeObject =>
  object('Service', given, {
    spec: {
      type: given.type ?? 'ClusterIP',
      clusterIP: given.clusterIP ?? '10.96.0.10',
      ...(given.selector ? { selector: given.selector } : {}),
      ports: given.ports ?? [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      ...given.spec,
    },
  });

/** The EndpointSlice that the controller makes for a Service. */
export function endpointSlice(
  of: KubeObject,
  pods: readonly KubeObject[],
  given: { port?: number; byHand?: boolean; name?: string; portName?: string } = {},
): KubeObject {
  const name = given.name ?? `${of.metadata.name}-x1`;
  const labels: Record<string, string> = { 'kubernetes.io/service-name': of.metadata.name };
  if (!given.byHand) labels['endpointslice.kubernetes.io/managed-by'] = 'endpointslice-controller.k8s.io';
  return object(
    'EndpointSlice',
    { name, labels, namespace: of.metadata.namespace, ...(given.byHand ? {} : { owner: of }) },
    {
      ports: [{ name: given.portName ?? '', port: given.port ?? 80, protocol: 'TCP' }],
      endpoints: pods.map((one) => ({
        addresses: [one.status.podIP],
        conditions: { ready: one.status.conditions[0].status === 'True' && !one.metadata.deletionTimestamp },
        targetRef: { kind: 'Pod', name: one.metadata.name, uid: one.metadata.uid },
      })),
    },
  );
}

export const event = (given: {
  reason: string;
  kind?: string;
  name?: string;
  note?: string;
  type?: string;
  reporter?: string;
  uid?: string;
}): KubeObject =>
  object(
    'Event',
    { name: `${given.name ?? 'x'}.${given.reason.toLowerCase()}` },
    {
      reason: given.reason,
      note: given.note ?? '',
      type: given.type ?? 'Normal',
      reportingController: given.reporter ?? 'kubelet',
      regarding: { kind: given.kind ?? 'Pod', name: given.name ?? 'x', uid: given.uid },
    },
  );

export const node = (
  given: Given & { ready?: boolean | 'Unknown'; taints?: Record<string, unknown>[]; unschedulable?: boolean; address?: string },
): KubeObject =>
  object('Node', given, {
    spec: { ...(given.taints ? { taints: given.taints } : {}), ...(given.unschedulable ? { unschedulable: true } : {}) },
    status: {
      conditions: [{ type: 'Ready', status: given.ready === 'Unknown' ? 'Unknown' : given.ready === false ? 'False' : 'True' }],
      addresses: [{ type: 'InternalIP', address: given.address ?? '172.18.0.2' }],
    },
  });

/** What every living namespace has. */
export const rootCertificate = (namespace = 'drill-lab'): KubeObject =>
  object('ConfigMap', { name: 'kube-root-ca.crt', namespace }, { data: { 'ca.crt': '...' } });

/** The start state of a drill, held in memory. */
export function baselineOf(
  objects: readonly KubeObject[],
  given: { takenAt?: number; manifests?: Record<string, string>; namespace?: string } = {},
): Baseline {
  const view = new ObjectView(given.namespace ?? 'drill-lab');
  for (const one of objects) view.set(one.kind as KindName, one);
  return {
    takenAt: given.takenAt ?? 0,
    manifests: given.manifests ?? {},
    get: (kind, name, namespace) => view.get(kind, name, namespace),
    list: (kind, namespace) => view.list(kind, { namespace }),
  };
}

/** A kind cluster of three nodes. */
export const clusterFacts = (given: Partial<ClusterFacts> = {}): ClusterFacts => ({
  controlPlane: 'kd-control-plane',
  workers: ['kd-worker', 'kd-worker2'],
  nodeAddresses: { 'kd-control-plane': '172.18.0.2', 'kd-worker': '172.18.0.3', 'kd-worker2': '172.18.0.4' },
  storage: {
    className: 'standard',
    provisioner: 'rancher.io/local-path',
    binding: 'WaitForFirstConsumer',
    nodeAffinity: true,
    accessModes: ['ReadWriteOnce'],
  },
  controlPlaneTainted: true,
  networkPolicy: false,
  staticPodPath: '/etc/kubernetes/manifests',
  readyzOnNode: 'https://127.0.0.1:6443/readyz',
  metrics: false,
  ...given,
});

export const threeNodes = (): KubeObject[] => [
  node({
    name: 'kd-control-plane',
    address: '172.18.0.2',
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  }),
  node({ name: 'kd-worker', address: '172.18.0.3' }),
  node({ name: 'kd-worker2', address: '172.18.0.4' }),
];
