import type { KindName } from '../../grading/kinds.ts';
import { CannotSee, type MirrorView } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import { podOf } from './pod.ts';

export type PodLook = 'ready' | 'starting' | 'pending' | 'failing' | 'leaving' | 'done' | 'gone';

export interface PodDot {
  uid: string;
  name: string;
  node: string | undefined;
  look: PodLook;
  /** As `kubectl get pods` says it in STATUS: `Running`, `CrashLoopBackOff`, `Terminating` ... */
  word: string;
  restarts: number;
  ip: string | undefined;
}

/** What owns Pods directly. */
export interface PodSet {
  kind: 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job';
  name: string;
  wanted: number;
  ready: number;
  image: string;
  /** Of a ReplicaSet of a Deployment: its rollout's number. */
  revision: number | undefined;
  pods: PodDot[];
}

export interface Workload {
  kind: 'Deployment' | PodSet['kind'];
  name: string;
  wanted: number;
  ready: number;
  /** Of a Deployment, newest revision first; else the workload itself. */
  sets: PodSet[];
}

export interface Backend {
  /** Name of the Pod, or the address where no Pod is known. */
  name: string;
  ready: boolean;
}

export interface ServiceLook {
  name: string;
  type: string;
  /** `80 → 8080` */
  ports: { port: number; target: string }[];
  selector: string;
  backends: Backend[];
}

/** The objects a lab is about, as they are related. Plain data, made anew from the mirror on each change. */
export interface Picture {
  workloads: Workload[];
  /** Pods that nothing owns. */
  loose: PodDot[];
  services: ServiceLook[];
  /** Kinds that the mirror does not hold (yet): their absence says nothing. */
  unseen: KindName[];
}

export const emptyPicture: Picture = { workloads: [], loose: [], services: [], unseen: [] };

type Spec = Record<string, unknown>;

const ownerOf = (object: KubeObject) =>
  object.metadata.ownerReferences?.find((owner) => owner.controller) ?? object.metadata.ownerReferences?.[0];

const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name, undefined, { numeric: true });

/** @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
export function pictureOf(mirror: MirrorView): Picture {
  const unseen: KindName[] = [];
  const list = (kind: KindName): KubeObject[] => {
    try {
      return mirror.list(kind);
    } catch (error) {
      if (!(error instanceof CannotSee)) throw error;
      unseen.push(kind);
      return [];
    }
  };
  const podsByOwner = new Map<string, PodDot[]>();
  const loose: PodDot[] = [];
  const known = new Map<string, PodDot>();
  for (const object of list('Pod')) {
    const pod = podOf(object);
    known.set(pod.name, pod);
    const owner = ownerOf(object);
    if (!owner) loose.push(pod);
    else podsByOwner.set(owner.uid, [...(podsByOwner.get(owner.uid) ?? []), pod]);
  }
  const podsOf = (object: KubeObject): PodDot[] => {
    const uid = object.metadata.uid ?? '';
    const pods = podsByOwner.get(uid) ?? [];
    podsByOwner.delete(uid);
    return pods.sort(byName);
  };
  const setOf = (kind: PodSet['kind'], object: KubeObject): PodSet => ({
    kind,
    name: object.metadata.name,
    ...countsOf(kind, object),
    image: imagesOf(object),
    revision: Number(object.metadata.annotations?.['deployment.kubernetes.io/revision']) || undefined,
    pods: podsOf(object),
  });
  const replicaSets = list('ReplicaSet').map((object) => ({ owner: ownerOf(object)?.uid, set: setOf('ReplicaSet', object) }));
  const single = (kind: Exclude<PodSet['kind'], 'ReplicaSet'>): Workload[] =>
    list(kind).map((object) => {
      const set = setOf(kind, object);
      return { kind, name: set.name, wanted: set.wanted, ready: set.ready, sets: [set] };
    });
  const deployments = list('Deployment').map((object): Workload => {
    const sets = replicaSets.filter(({ owner }) => owner === object.metadata.uid).map(({ set }) => set);
    sets.sort((one, other) => (other.revision ?? 0) - (one.revision ?? 0));
    return { kind: 'Deployment', name: object.metadata.name, ...countsOf('Deployment', object), sets };
  });
  const owned = new Set(deployments.flatMap(({ sets }) => sets));
  const bare = replicaSets
    .filter(({ set }) => !owned.has(set))
    .map(({ set }): Workload => ({ kind: 'ReplicaSet', name: set.name, wanted: set.wanted, ready: set.ready, sets: [set] }));
  const workloads = [...deployments, ...bare, ...single('StatefulSet'), ...single('DaemonSet'), ...single('Job')].sort(byName);
  const slices = list('EndpointSlice');
  const services = list('Service')
    .map((object) => serviceOf(object, slices, known))
    .sort(byName);
  // Pods whose owner is not drawn are not hidden: they stand alone
  loose.push(...[...podsByOwner.values()].flat());
  return { workloads, loose: loose.sort(byName), services, unseen };
}

function countsOf(kind: Workload['kind'], { spec, status }: KubeObject): { wanted: number; ready: number } {
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  if (kind === 'DaemonSet') return { wanted: number(status?.desiredNumberScheduled), ready: number(status?.numberReady) };
  if (kind === 'Job') return { wanted: typeof spec?.completions === 'number' ? spec.completions : 1, ready: number(status?.succeeded) };
  return { wanted: typeof spec?.replicas === 'number' ? spec.replicas : 1, ready: number(status?.readyReplicas) };
}

function imagesOf(object: KubeObject): string {
  const containers: Spec[] = object.spec?.template?.spec?.containers ?? [];
  return containers.map((container) => String(container.image ?? '')).join(' ');
}

/** @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
function serviceOf(object: KubeObject, slices: KubeObject[], pods: Map<string, PodDot>): ServiceLook {
  const backends = new Map<string, Backend>();
  for (const slice of slices) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== object.metadata.name) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const address = String(endpoint.addresses?.[0] ?? '?');
      const name = endpoint.targetRef?.kind === 'Pod' ? String(endpoint.targetRef.name) : address;
      // no `ready` means ready; @see EndpointConditions
      const ready = endpoint.conditions?.ready !== false && (!pods.has(name) || pods.get(name)?.look !== 'leaving');
      backends.set(name, { name, ready });
    }
  }
  const selector = Object.entries((object.spec?.selector ?? {}) as Record<string, string>);
  const ports: Spec[] = object.spec?.ports ?? [];
  return {
    name: object.metadata.name,
    type: object.spec?.clusterIP === 'None' ? 'headless' : String(object.spec?.type ?? 'ClusterIP'),
    ports: ports.map(({ port, targetPort }) => ({ port: Number(port), target: String(targetPort ?? port) })),
    selector: selector.map(([key, value]) => `${key}=${value}`).join(','),
    backends: [...backends.values()].sort(byName),
  };
}
