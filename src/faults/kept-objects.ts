import type { KubeObject } from '../grading/object.ts';
import type { Look } from '../system/wait.ts';
import type { FaultContext } from './fault.ts';
import { createObject, getObject, listObjects, type ObjectRef, refText, revise, sameValue } from './objects.ts';

type Taint = { key: string; value?: string; effect: string };

/** What is noted of a Node: what its owner says of it, not what controllers and the kubelet do. */
export type KeptNode = { name: string; labels: { [key: string]: string }; taints: Taint[]; unschedulable: boolean };

/** What is noted of an object of kube-system: all that a person can change. */
export type KeptObject = { ref: ObjectRef; object: KubeObject };

/** Taints that controllers put on and take off. */
const byController = (taint: Taint) =>
  taint.key.startsWith('node.kubernetes.io/') || taint.key.startsWith('node.cloudprovider.kubernetes.io/');

export async function noteNodes(context: FaultContext): Promise<KeptNode[]> {
  return (await listObjects(context, 'Node')).map((node) => ({
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    taints: (node.spec?.taints ?? []).filter((taint: Taint) => !byController(taint)),
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

/** Labels, taints and cordon of a Node as they were noted. Returns what had to be done. */
export async function restoreNode(context: FaultContext, kept: KeptNode): Promise<string[]> {
  const done: string[] = [];
  const outcome = await revise(context, { kind: 'Node', name: kept.name }, (node) => {
    done.length = 0;
    const patch: { metadata?: object; spec?: { [field: string]: unknown } } = {};
    const now = node.metadata.labels ?? {};
    const labels: { [key: string]: string | null } = {};
    for (const key of Object.keys(now)) if (!Object.hasOwn(kept.labels, key)) labels[key] = null;
    for (const [key, value] of Object.entries(kept.labels)) if (now[key] !== value) labels[key] = value;
    if (Object.keys(labels).length > 0) {
      patch.metadata = { labels };
      done.push(`labels of ${kept.name} (${Object.keys(labels).join(', ')})`);
    }
    const taints: Taint[] = node.spec?.taints ?? [];
    const own = taints.filter((taint) => !byController(taint));
    if (!sameTaints(own, kept.taints)) {
      patch.spec = { ...patch.spec, taints: [...kept.taints, ...taints.filter(byController)] };
      done.push(`taints of ${kept.name}`);
    }
    if ((node.spec?.unschedulable ?? false) !== kept.unschedulable) {
      patch.spec = { ...patch.spec, unschedulable: kept.unschedulable || null };
      done.push(`${kept.unschedulable ? 'cordoned' : 'uncordoned'} ${kept.name}`);
    }
    return Object.keys(patch).length > 0 ? patch : undefined;
  });
  return outcome === 'absent' ? ['absent'] : done;
}

const sameTaints = (a: Taint[], b: Taint[]) => {
  const text = (taints: Taint[]) => taints.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).sort();
  return sameValue(text(a), text(b));
};

/** An object of kube-system as it was noted; one that was deleted is made again. Returns what had to be done. */
export async function restoreObject(context: FaultContext, { ref, object }: KeptObject): Promise<string[]> {
  if (!(await getObject(context, ref))) {
    await createObject(context, ref, object);
    return [`made ${refText(ref)} again`];
  }
  const field = ref.kind === 'ConfigMap' ? 'data' : 'spec';
  const outcome = await revise(context, ref, (now) =>
    sameValue(now[field], object[field]) ? undefined : { [field]: towards(now[field], object[field]) },
  );
  return outcome === 'patched' ? [`restored ${refText(ref)}`] : [];
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

/** The Deployments and DaemonSets that were noted have all the Pods that they want. */
export async function systemWell(context: FaultContext, kept: readonly KeptObject[]): Promise<Look> {
  for (const { ref } of kept) {
    if (ref.kind !== 'Deployment' && ref.kind !== 'DaemonSet') continue;
    const now = await getObject(context, ref);
    const wanted: number = (ref.kind === 'Deployment' ? now?.spec?.replicas : now?.status?.desiredNumberScheduled) ?? 1;
    const ready: number = (ref.kind === 'Deployment' ? now?.status?.availableReplicas : now?.status?.numberReady) ?? 0;
    if (ready < wanted) return { done: false, seen: `${ready} of ${wanted} Pods of ${refText(ref)} are ready` };
  }
  return { done: true, seen: 'kube-system is well' };
}
