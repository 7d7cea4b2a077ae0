import type { KindName } from './kinds.ts';
import type { MirrorView, Read } from './mirror-view.ts';
import type { KubeObject, OwnerReference } from './object.ts';

/** The controller that owns an object. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller === true);

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

/** It ran to its end; controllers of long-lived Pods count it no more. */
export const isFinished = (pod: KubeObject): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Kinds that own Pods, at once or through another kind. */
export const workloadKinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const satisfies KindName[];
export type WorkloadKind = (typeof workloadKinds)[number];

/** The kind in the middle of an owner chain. */
const between: Partial<Record<WorkloadKind, KindName>> = { Deployment: 'ReplicaSet', CronJob: 'Job' };

/** What must be mirrored to follow the owner chain of a workload. */
export function readsOfWorkload(kind: WorkloadKind, namespace?: string): Read[] {
  const middle = between[kind];
  const chain: KindName[] = middle ? [kind, middle, 'Pod'] : [kind, 'Pod'];
  return chain.map((one) => (namespace ? { kind: one, namespace } : one));
}

/** Objects of a kind whose controller is this very object (by uid, so a namesake's leftovers do not count). */
export const ownedBy = (mirror: MirrorView, owner: KubeObject, kind: KindName): KubeObject[] =>
  mirror
    .list(kind, { namespace: owner.metadata.namespace })
    .filter((object) => owner.metadata.uid !== undefined && controllerOf(object)?.uid === owner.metadata.uid);

/**
 * The Pods of a workload, through its ReplicaSets or Jobs. A Pod that merely carries the right labels is not among them;
 * neither is one that is being deleted, nor (where Pods are meant to stay) one that has finished.
 */
export function podsOfOwner(mirror: MirrorView, owner: KubeObject, kind: WorkloadKind): KubeObject[] {
  const middle = between[kind];
  const owners = middle ? ownedBy(mirror, owner, middle) : [owner];
  const uids = new Set(owners.map((one) => one.metadata.uid));
  const keepsFinished = kind === 'Job' || kind === 'CronJob';
  return mirror
    .list('Pod', { namespace: owner.metadata.namespace })
    .filter((pod) => uids.has(controllerOf(pod)?.uid) && !isTerminating(pod) && (keepsFinished || !isFinished(pod)));
}

/** Like `podsOfOwner`, by the workload's name; `undefined` when there is no such workload. */
export function podsOfWorkload(mirror: MirrorView, kind: WorkloadKind, name: string, namespace?: string): KubeObject[] | undefined {
  const owner = mirror.get(kind, name, namespace);
  return owner ? podsOfOwner(mirror, owner, kind) : undefined;
}
