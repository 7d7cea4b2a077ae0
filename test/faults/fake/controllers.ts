import type { KubeObject } from '../../../src/grading/object.ts';
import { components, manifests } from './cluster.ts';
import type { FakeMachine } from './machine.ts';
import type { FakeObjects } from './objects.ts';

export interface Moment {
  objects: FakeObjects;
  machines: Map<string, FakeMachine>;
  controlPlane: FakeMachine;
  apiUp: boolean;
  second: number;
}

const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' };
const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
type Taint = { key: string; effect: string };

/** Puts an object back only when it changed, so that resourceVersions stand still otherwise. */
function change(objects: FakeObjects, object: KubeObject, part: Partial<KubeObject>): void {
  const next = { ...object, ...part };
  if (JSON.stringify(next) !== JSON.stringify(object)) objects.put(String(object.kind), next);
}

/** What kubelets, controller manager and scheduler would do by now, if they run. */
export function reconcile(moment: Moment): void {
  runStaticPods(moment);
  if (!moment.apiUp) return;
  renewLeases(moment);
  if (!moment.controlPlane.processes.has('kube-controller-manager')) return;
  markNodes(moment);
  runDeployments(moment);
  fillSlices(moment);
  countQuotas(moment);
}

function runStaticPods({ controlPlane, second }: Moment): void {
  if (controlPlane.state !== 'running' || !controlPlane.kubelet) return;
  for (const name of components) {
    const wanted = controlPlane.files.has(`${manifests}/${name}.yaml`);
    if (!wanted) controlPlane.processes.delete(name);
    else if (!controlPlane.processes.has(name) && !controlPlane.holdsBack.has(name)) controlPlane.processes.set(name, second);
  }
}

function renewLeases({ objects, controlPlane, second }: Moment): void {
  for (const lease of objects.list('Lease')) {
    const since = controlPlane.processes.get(lease.metadata.name);
    if (since === undefined) continue;
    const time = (at: number) => new Date(at * 1000).toISOString();
    change(objects, lease, { spec: { holderIdentity: 'me', acquireTime: time(since), renewTime: time(second) } });
  }
}

function markNodes({ objects, machines }: Moment): void {
  for (const [name, machine] of machines) {
    const alive = machine.state === 'running' && machine.kubelet;
    if (!objects.get('Node', name) && alive && machine.kubeletSince > machine.introduced) {
      machine.introduced = machine.kubeletSince;
      objects.put('Node', { metadata: { name, labels: {} }, spec: {} });
    }
    const node = objects.get('Node', name);
    if (!node) continue;
    const own = (node.spec?.taints ?? []).filter((taint: Taint) => taint.key !== unreachable.key && taint.key !== unschedulable.key);
    const taints = [...own, ...(alive ? [] : [unreachable]), ...(node.spec?.unschedulable ? [unschedulable] : [])];
    const { taints: _, ...spec } = node.spec ?? {};
    change(objects, node, {
      spec: { ...spec, ...(taints.length > 0 ? { taints } : {}) },
      status: { conditions: [{ type: 'Ready', status: alive ? 'True' : 'Unknown', reason: alive ? 'KubeletReady' : 'NodeStatusUnknown' }] },
    });
  }
}

const pullable = (image: string) => !image.endsWith(':no-such-tag') && !image.endsWith(':22');

function runDeployments({ objects, machines }: Moment): void {
  const quota = objects.list('ResourceQuota')[0];
  for (const deployment of objects.list('Deployment')) {
    const { name, namespace = '' } = deployment.metadata;
    const { replicas = 1, template, selector } = deployment.spec;
    const [container] = template.spec.containers;
    const mine = () => objects.list('Pod', namespace).filter((pod) => pod.metadata.labels?.app === selector.matchLabels.app);
    const home = [...machines.values()].find(
      (machine) =>
        machine.state === 'running' &&
        machine.kubelet &&
        objects.get('Node', machine.name) &&
        !objects.get('Node', machine.name)?.spec?.taints,
    );
    const add = (image: string) => {
      if (quota && quota.metadata.namespace === namespace && mine().length >= Number(quota.spec.hard.pods)) return;
      const uid = Math.random().toString(36).slice(2);
      const ready = pullable(image) && home !== undefined;
      objects.put('Pod', {
        metadata: {
          name: `${name}-${uid}`,
          namespace,
          labels: { ...template.metadata.labels },
          creationTimestamp: '2026-01-01T00:00:00Z',
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: '1', controller: true }],
        },
        spec: { nodeName: home?.name, containers: [{ ...container, image }] },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
          containerStatuses: [{ state: ready ? { running: {} } : { waiting: { reason: 'ErrImagePull' } } }],
        },
      });
    };
    const stale = mine().filter((pod) => pod.spec.containers[0].image !== container.image);
    const fresh = mine().filter((pod) => pod.spec.containers[0].image === container.image);
    if (replicas === 0) for (const pod of mine()) objects.remove('Pod', pod.metadata.name, namespace);
    else if (!pullable(container.image)) {
      if (fresh.length === 0) add(container.image);
    } else {
      for (const pod of stale) objects.remove('Pod', pod.metadata.name, namespace);
      for (const pod of fresh.slice(replicas)) objects.remove('Pod', pod.metadata.name, namespace);
      for (let at = fresh.length; at < replicas; at++) add(container.image);
    }
    const ready = mine().filter((pod) => pod.status.conditions[0].status === 'True').length;
    change(objects, objects.get('Deployment', name, namespace) ?? deployment, { status: { availableReplicas: ready } });
  }
}

function fillSlices({ objects }: Moment): void {
  for (const service of objects.list('Service')) {
    const { name, namespace = '' } = service.metadata;
    const selector: Record<string, string> = service.spec?.selector ?? {};
    const pods = objects
      .list('Pod', namespace)
      .filter((pod) => Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value))
      .filter((pod) => pod.status.conditions[0].status === 'True');
    objects.put('EndpointSlice', {
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
      endpoints: pods.map((pod) => ({ addresses: [pod.metadata.uid], conditions: { ready: true } })),
    });
  }
}

function countQuotas({ objects }: Moment): void {
  for (const quota of objects.list('ResourceQuota')) {
    const pods = objects.list('Pod', quota.metadata.namespace).length;
    change(objects, quota, { status: { hard: quota.spec.hard, used: { pods: String(pods) } } });
  }
}
