import type { KubeObject } from '../grading/object.ts';
import type { Look } from '../system/wait.ts';
import type { FaultContext } from './fault.ts';
import { createObject, getObject, listObjects, type ObjectRef, refText, revise, sameValue } from './objects.ts';

type Taint = { key: string; value?: string; effect: string };

/** What is noted of a Node: what its owner says of it, not what controllers and the kubelet do. */
export type KeptNode = { name: string; labels: { [key: string]: string }; taints: Taint[]; unschedulable: boolean };

/** What is noted of an object of kube-system: all that a person can change. */
export type KeptObject = { ref: ObjectRef; object: KubeObject };

/** Not one that controllers put on and take off. */
const isOwn = (taint: Taint) => !taint.key.startsWith('node.kubernetes.io/') && !taint.key.startsWith('node.cloudprovider.kubernetes.io/');

export async function noteNodes(context: FaultContext): Promise<KeptNode[]> {
  return (await listObjects(context, 'Node')).map((node) => ({
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    taints: (node.spec?.taints ?? []).filter(isOwn),
    unschedulable: node.spec?.unschedulable ?? false,
  }));
}

const namesOf: { [kind in 'Service' | 'ConfigMap']: string[] } = { Service: ['kube-dns'], ConfigMap: ['coredns', 'kube-proxy'] };

export async function noteSystem(context: FaultContext): Promise<KeptObject[]> {
  const namespace = 'kube-system';
  const kept: KeptObject[] = [];
  for (const kind of ['Deployment', 'DaemonSet', 'Service', 'ConfigMap'] as const) {
    for (const object of await listObjects(context, kind, { namespace })) {
      const { name, labels, annotations } = object.metadata;
      if ((kind === 'Service' || kind === 'ConfigMap') && !namesOf[kind].includes(name)) continue;
      const { status: _, metadata: __, ...rest } = object;
      kept.push({
        ref: { kind, namespace, name },
        object: { ...rest, metadata: { name, namespace, labels, annotations: withoutRevision(annotations) } },
      });
    }
  }
  return kept;
}

const withoutRevision = (annotations: Record<string, string> | undefined) =>
  Object.fromEntries(
    Object.entries(annotations ?? {}).filter(
      ([key]) => !key.startsWith('deployment.kubernetes.io/') && !key.startsWith('deprecated.daemonset.'),
    ),
  );

/** What turns a Node into what was noted; `undefined` when it is so already. */
function nodePatch(node: KubeObject, kept: KeptNode): { metadata?: object; spec?: { [field: string]: unknown } } | undefined {
  const now = node.metadata.labels ?? {};
  const taints: Taint[] = node.spec?.taints ?? [];
  const spec: { [field: string]: unknown } = {};
  if (!sameTaints(taints.filter(isOwn), kept.taints)) spec.taints = [...kept.taints, ...taints.filter((taint) => !isOwn(taint))];
  if ((node.spec?.unschedulable ?? false) !== kept.unschedulable) spec.unschedulable = kept.unschedulable || null;
  const patch = {
    ...(sameValue(now, kept.labels) ? {} : { metadata: { labels: towards(now, kept.labels) as object } }),
    ...(Object.keys(spec).length > 0 ? { spec } : {}),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Labels, taints and cordon of a Node as they were noted. */
export async function restoreNode(context: FaultContext, kept: KeptNode): Promise<'there' | 'absent'> {
  const outcome = await revise(context, { kind: 'Node', name: kept.name }, (node) => nodePatch(node, kept));
  return outcome === 'absent' ? 'absent' : 'there';
}

const sameTaints = (a: Taint[], b: Taint[]) => {
  const text = (taints: Taint[]) => taints.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).sort();
  return sameValue(text(a), text(b));
};

const contentField = (ref: ObjectRef) => (ref.kind === 'ConfigMap' ? 'data' : 'spec');

/** An object of kube-system as it was noted; one that was deleted is made again. */
export async function restoreObject(context: FaultContext, { ref, object }: KeptObject): Promise<void> {
  const field = contentField(ref);
  const outcome = await revise(context, ref, (now) =>
    sameValue(now[field], object[field]) ? undefined : { [field]: towards(now[field], object[field]) },
  );
  if (outcome === 'absent') await createObject(context, ref, object);
}

/** A merge patch that turns `from` into `to`: what is not in `to` becomes null, lists are replaced whole. */
function towards(from: unknown, to: unknown): unknown {
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(from) || !isMap(to)) return to;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) if (!sameValue(from[key], value)) patch[key] = towards(from[key], value);
  return patch;
}

/** Nodes and objects are what was noted, and have the Pods that they want. */
export async function systemWell(context: FaultContext, nodes: readonly KeptNode[], system: readonly KeptObject[]): Promise<Look> {
  for (const kept of nodes) {
    const node = await getObject(context, { kind: 'Node', name: kept.name });
    if (!node || nodePatch(node, kept)) return { done: false, seen: `Node ${kept.name} is ${node ? 'not what it was' : 'gone'}` };
  }
  for (const { ref, object } of system) {
    const now = await getObject(context, ref);
    const field = contentField(ref);
    if (!now || !sameValue(now[field], object[field]))
      return { done: false, seen: `${refText(ref)} is ${now ? 'not what it was' : 'gone'}` };
    if (ref.kind !== 'Deployment' && ref.kind !== 'DaemonSet') continue;
    const wanted: number = (ref.kind === 'Deployment' ? now.spec?.replicas : now.status?.desiredNumberScheduled) ?? 1;
    const ready: number = (ref.kind === 'Deployment' ? now.status?.availableReplicas : now.status?.numberReady) ?? 0;
    if (ready < wanted) return { done: false, seen: `${ready} of ${wanted} Pods of ${refText(ref)} are ready` };
  }
  return { done: true, seen: 'the cluster is as it was' };
}
