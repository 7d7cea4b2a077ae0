import type { KubeObject } from '../grading/object.ts';
import type { Probed } from '../grading/probes.ts';
import type { Clock } from '../system/clock.ts';
import { type Look, waitUntil } from '../system/wait.ts';
import type { KubeApi, KubeList } from './api.ts';
import { ensureOwnNamespace, hardened, ownAccount, ownNamespace } from './own-namespace.ts';
import { pathOf } from './path.ts';

export interface CanaryOptions {
  api: KubeApi;
  clock: Clock;
  signal: AbortSignal;
  /** A name that no other canary has. */
  name: string;
}

export type CanaryAnswer = Probed<{ alive: boolean; seen: string; ms: number }>;

const label = 'kubedrill.io/canary';
/** Older ones were left by a process that died; no canary is waited for so long. */
const leftBehindMs = 10 * 60_000;
const cleanUpMs = 10_000;

/** It needs no luck with taints, and what it runs does not matter: that it is placed, or made, is the sign of life. */
const podSpec = {
  serviceAccountName: ownAccount,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 0,
  tolerations: [{ operator: 'Exists' }],
  ...hardened.pod,
  containers: [
    {
      name: 'canary',
      image: 'kd/probe:1.0',
      imagePullPolicy: 'IfNotPresent',
      resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { memory: '32Mi' } },
      ...hardened.container,
    },
  ],
};

const canaryPod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: ownNamespace, labels: { [label]: name } },
  spec: podSpec,
});

const canaryReplicaSet = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, namespace: ownNamespace, labels: { [label]: name } },
  spec: { replicas: 1, selector: { matchLabels: { [label]: name } }, template: { metadata: { labels: { [label]: name } }, spec: podSpec } },
});

/**
 * Whether the scheduler (`Pod`: it is bound to a node) or the controller manager (`ReplicaSet`: it gets its Pod) works.
 * What it made is removed in every case, also when it was cancelled.
 */
export async function sendCanary(kind: 'Pod' | 'ReplicaSet', withinMs: number, options: CanaryOptions): Promise<CanaryAnswer> {
  const { api, clock, signal, name } = options;
  await removeCanaries(api, 'Pod', (canary) => isLeftBehind(canary, clock.now()));
  await removeCanaries(api, 'ReplicaSet', (canary) => isLeftBehind(canary, clock.now()));
  const home = await ensureOwnNamespace(api, clock, signal);
  if (!home.ok) return { ok: false, reason: `cannot send a canary: ${home.message}` };
  try {
    const body = kind === 'Pod' ? canaryPod(name) : canaryReplicaSet(name);
    const made = await api.request('POST', pathOf(kind, ownNamespace), { body, signal });
    if (!made.ok) return { ok: false, reason: `cannot send a canary: ${made.message}` };
    let unseen: string | undefined;
    const look = async (): Promise<Look> => {
      const pods = await api.request<KubeList>('GET', pathOf('Pod', ownNamespace), {
        query: { labelSelector: `${label}=${name}` },
        signal,
      });
      unseen = pods.ok ? undefined : pods.message;
      return pods.ok ? lookAt(kind, pods.body.items[0]) : { done: false, seen: pods.message };
    };
    const { outcome, seen, ms } = await waitUntil(look, { boundMs: withinMs, everyMs: 200, clock, signal });
    if (outcome === 'cancelled') return { ok: false, reason: 'cancelled' };
    // a canary that nobody could look at has not failed
    if (unseen !== undefined) return { ok: false, reason: `cannot see the canary: ${unseen}` };
    return { ok: true, value: { alive: outcome === 'done', seen, ms } };
  } finally {
    // the ReplicaSet first: it would make its Pod anew
    for (const one of ['ReplicaSet', 'Pod'] as const) await removeCanaries(api, one, (canary) => canary.metadata.labels?.[label] === name);
  }
}

function lookAt(kind: 'Pod' | 'ReplicaSet', pod: KubeObject | undefined): Look {
  if (kind === 'ReplicaSet')
    return pod ? { done: true, seen: `its ReplicaSet got Pod ${pod.metadata.name}` } : { done: false, seen: 'its ReplicaSet got no Pod' };
  const node: string | undefined = pod?.spec?.nodeName;
  if (node) return { done: true, seen: `it was bound to ${node}` };
  const refusal = pod?.status?.conditions?.find(
    (one: { type: string; status: string }) => one.type === 'PodScheduled' && one.status === 'False',
  );
  // a scheduler that finds no place is at work
  return refusal
    ? { done: true, seen: `the scheduler found no node: ${refusal.message}` }
    : { done: false, seen: 'it was bound to no node' };
}

const isLeftBehind = (canary: KubeObject, now: number): boolean => now - Date.parse(canary.metadata.creationTimestamp ?? '') > leftBehindMs;

/** Not by the session's signal: cleaning up is not cancelled. What cannot be removed now goes with the next canary. */
async function removeCanaries(api: KubeApi, kind: 'Pod' | 'ReplicaSet', isMeant: (canary: KubeObject) => boolean): Promise<void> {
  const bound = { timeoutMs: cleanUpMs };
  const found = await api.request<KubeList>('GET', pathOf(kind, ownNamespace), { ...bound, query: { labelSelector: label } });
  for (const canary of found.ok ? found.body.items.filter(isMeant) : []) {
    const body = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };
    await api.request('DELETE', pathOf(kind, ownNamespace, canary.metadata.name), { ...bound, body });
  }
}
