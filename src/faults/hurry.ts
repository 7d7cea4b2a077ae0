import { LabError } from '../lab-error.ts';
import { type ComponentsLook, lookAtComponents } from './components.ts';
import type { FaultContext } from './fault.ts';
import { onNode, tryOnNode } from './node-acts.ts';
import { deleteObject, getObject } from './objects.ts';
import { apiWell, type Leader, leaders, leaderWell, leaseSeconds } from './wellness.ts';

/**
 * Brings the control plane back soon after the API server was away, instead of after all that wait for each other by then:
 * the kubelet waits up to 5 min before it starts again what ended often, the scheduler up to 30 s before it asks the API again, and
 * each new leader a whole lease. Throws `no-cluster` while the API server is not ready: to be tried again.
 */
export async function hurryControlPlane(context: FaultContext): Promise<void> {
  const api = await apiWell(context);
  if (!api.done) {
    await endHangingApi(context);
    // it has forgotten for how long it wanted to wait; its Pods are not touched
    await restartKubelet(context, context.cluster.controlPlane, 60);
    throw new LabError('no-cluster', api.seen);
  }
  const look = await lookAtComponents(context);
  for (const leader of leaders) {
    if (!look.atHome.has(leader) || (await leaderWell(context, leader, look)).done) continue;
    await freeExpiredLease(context, leader, look);
    if (leader === 'kube-scheduler') await restartIfOlderThanApi(context, leader, look);
  }
}

/**
 * An API server without etcd hangs for 34 s at each request, and the kubelet asks it before it starts etcd.
 * One that is not there fails at once, and the kubelet goes on.
 */
async function endHangingApi(context: FaultContext): Promise<void> {
  const { ages } = await lookAtComponents(context);
  if (ages.has('etcd')) return;
  const age = ages.get('kube-apiserver');
  if (age !== undefined && age > 15) await tryOnNode(context, context.cluster.controlPlane, ['pkill', '-KILL', '-x', 'kube-apiserver']);
}

/** Restarts a kubelet that runs for so many seconds already: one that is always restarted brings nothing up. */
export async function restartKubelet(context: FaultContext, node: string, restSeconds: number): Promise<void> {
  const age = Number((await tryOnNode(context, node, ['ps', '-C', 'kubelet', '-o', 'etimes='])).stdout);
  if (age > restSeconds) await onNode(context, node, ['systemctl', 'restart', 'kubelet']);
}

/** Nobody renews it any more, but a candidate that has just started would respect it for its whole length. */
async function freeExpiredLease(context: FaultContext, leader: Leader, { now }: ComponentsLook): Promise<void> {
  const ref = { kind: 'Lease', namespace: 'kube-system', name: leader } as const;
  const lease = await getObject(context, ref);
  const renewed = Date.parse(lease?.spec?.renewTime ?? '') / 1000;
  if (lease && now - renewed > leaseSeconds) await deleteObject(context, ref, { uid: lease.metadata.uid });
}

/** It reads everything before it wants to lead, and waits longer and longer between its tries. */
async function restartIfOlderThanApi(context: FaultContext, leader: Leader, { ages }: ComponentsLook): Promise<void> {
  const age = ages.get(leader);
  const apiAge = ages.get('kube-apiserver');
  if (age !== undefined && apiAge !== undefined && age >= apiAge)
    await tryOnNode(context, context.cluster.controlPlane, ['pkill', '-x', leader]);
}
