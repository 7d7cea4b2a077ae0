import { type Background, backgroundLoops } from '../../../src/faults/background.ts';
import type { FaultContext } from '../../../src/faults/fault.ts';
import type { ClusterFacts } from '../../../src/grading/cluster-facts.ts';
import type { KubeApi } from '../../../src/kube/api.ts';
import type { Clock } from '../../../src/system/clock.ts';
import { reconcile } from './controllers.ts';
import { type FakeMachine, fakeMachine, ran, runOn } from './machine.ts';
import { type FakeObjects, fakeApi, fakeObjects } from './objects.ts';

export const manifests = '/etc/kubernetes/manifests';
export const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

export const facts: ClusterFacts = {
  controlPlane: 'kd-control-plane',
  workers: ['kd-worker', 'kd-worker2'],
  nodeAddresses: {},
  storage: { className: 'standard', provisioner: 'x', binding: 'Immediate', nodeAffinity: false, accessModes: [] },
  controlPlaneTainted: true,
  networkPolicy: true,
  staticPodPath: manifests,
  readyzOnNode: 'https://127.0.0.1:6443/readyz',
  metrics: false,
};

/** A cluster of one control plane and two workers, in memory: objects, machines, and the controllers and kubelets between them. */
export interface FakeCluster {
  objects: FakeObjects;
  machines: Map<string, FakeMachine>;
  api: KubeApi;
  nodes: FaultContext['nodes'];
  clock: Clock;
  /** The API server answers. */
  apiUp(): boolean;
  machine(name: string): FakeMachine;
  /** Lets controllers and kubelets do what is due. */
  settle(): void;
  context(options?: Partial<FaultContext>): FaultContext;
  /** All that must be as before once everything was undone. */
  picture(): unknown;
}

export function fakeCluster(overrides: Partial<ClusterFacts> = {}): FakeCluster {
  const objects = fakeObjects();
  const machines = new Map<string, FakeMachine>();
  let millis = 1_000_000_000_000;
  const second = () => Math.floor(millis / 1000);
  const cluster = { ...facts, ...overrides };
  const controlPlane = fakeMachine(
    cluster.controlPlane,
    Object.fromEntries(components.map((name) => [`${manifests}/${name}.yaml`, `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`])),
  );
  machines.set(cluster.controlPlane, controlPlane);
  for (const worker of cluster.workers) machines.set(worker, fakeMachine(worker));

  const apiUp = () =>
    controlPlane.state === 'running' && controlPlane.processes.has('kube-apiserver') && controlPlane.processes.has('etcd');
  const settle = () => reconcile({ objects, machines, controlPlane, apiUp: apiUp(), second: second() });
  const machine = (name: string): FakeMachine => machines.get(name) ?? { ...fakeMachine(name), state: 'gone' };
  const clock: Clock = {
    now: () => millis,
    sleep: async (ms) => {
      millis += ms;
      settle();
    },
  };
  const nodes: FaultContext['nodes'] = {
    exec: async (node, argv, options) => {
      const result = runOn(machine(node), argv, options?.input, second(), apiUp());
      settle();
      return result;
    },
    pause: async (node) => {
      const one = machine(node);
      if (one.state !== 'running') return ran(1, '', `Error response from daemon: Container ${node} is not running`);
      one.state = 'paused';
      settle();
      return ran(0);
    },
    unpause: async (node) => {
      const one = machine(node);
      if (one.state !== 'paused') return ran(1, '', `Error response from daemon: Container ${node} is not paused`);
      one.state = 'running';
      settle();
      return ran(0);
    },
  };
  const api = fakeApi(objects, apiUp, settle);
  const background: Background = backgroundLoops(new AbortController().signal, () => true);

  seed(objects, cluster);
  // the kubelet brings the API server up, then the controllers follow
  settle();
  settle();
  return {
    objects,
    machines,
    api,
    nodes,
    clock,
    apiUp,
    machine,
    settle,
    context: (options) => ({ api, nodes, cluster, namespace: 'shop', clock, signal: new AbortController().signal, background, ...options }),
    picture: () => ({
      machines: [...machines.values()].map(({ name, state, kubelet, files, processes }) => ({
        name,
        state,
        kubelet,
        files: [...files].filter(([path]) => path.startsWith(manifests)).sort(),
        processes: [...processes.keys()].sort(),
      })),
      objects: [...objects.all.values()]
        .filter(({ kind }) => kind !== 'Pod' && kind !== 'Lease' && kind !== 'EndpointSlice')
        .map(({ kind, metadata, spec, status }) => ({ kind, name: metadata.name, labels: metadata.labels, spec, status }))
        .sort((a, b) => `${a.kind}${a.name}`.localeCompare(`${b.kind}${b.name}`)),
      pods: objects
        .list('Pod')
        .map((pod) => `${pod.metadata.namespace} ${pod.metadata.labels?.app} ${pod.spec.containers[0].image}`)
        .sort(),
      addresses: objects.list('EndpointSlice').map((slice) => [slice.metadata.name, slice.endpoints.length]),
    }),
  };
}

function seed(objects: FakeObjects, cluster: ClusterFacts): void {
  objects.put('Node', {
    metadata: { name: cluster.controlPlane, labels: { 'node-role.kubernetes.io/control-plane': '' } },
    spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
  });
  for (const worker of cluster.workers) objects.put('Node', { metadata: { name: worker, labels: {} }, spec: {} });
  const workload = (namespace: string, name: string, app: string, replicas: number, image: string) =>
    objects.put('Deployment', {
      metadata: { name, namespace, labels: { app } },
      spec: {
        replicas,
        selector: { matchLabels: { app } },
        template: { metadata: { labels: { app } }, spec: { containers: [{ name: app, image }] } },
      },
    });
  workload('kube-system', 'coredns', 'dns', 2, 'coredns:1');
  workload('shop', 'web', 'web', 3, 'kd/web:1.0');
  objects.put('Service', {
    metadata: { name: 'kube-dns', namespace: 'kube-system' },
    spec: { clusterIP: '10.96.0.10', selector: { app: 'dns' } },
  });
  objects.put('Service', { metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' } } });
  objects.put('ConfigMap', { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: '.:53 {}' } });
  for (const name of ['kube-scheduler', 'kube-controller-manager'])
    objects.put('Lease', { metadata: { name, namespace: 'kube-system' }, spec: {} });
}
