import { kinds } from '../../grading/kinds.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { ApiFailure, KubeApi } from '../../kube/api.ts';
import { deleteNamespace } from '../../kube/apply.ts';
import { listAll } from '../../kube/list.ts';
import { pathOf } from '../../kube/path.ts';
import type { Clock } from '../../system/clock.ts';
import { waitUntil } from '../../system/wait.ts';

export const gradingLabel = 'kubedrill.io/part';
const gradingPart = 'throwaway';
const expires = 'kubedrill.io/expires';

/** The most that one submission may ask for. Limits of a container are the node's protection, so they may be left out by the learner. */
export const quota = {
  pods: '30',
  'requests.cpu': '4',
  'requests.memory': '4Gi',
  'requests.storage': '2Gi',
  persistentvolumeclaims: '5',
  services: '20',
  'services.loadbalancers': '2',
  'services.nodeports': '10',
  configmaps: '50',
  secrets: '50',
  'count/deployments.apps': '30',
  'count/replicasets.apps': '60',
  'count/statefulsets.apps': '20',
  'count/jobs.batch': '30',
  'count/cronjobs.batch': '10',
};

/**
 * The objects that make a namespace safe to put somebody's manifests into: Pod Security `baseline`, a quota, and limits for containers
 * that ask for none. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const throwawayObjects = (name: string, lab: string, until: string): KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        [gradingLabel]: gradingPart,
        'kubedrill.io/lab': lab,
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
      annotations: { [expires]: until },
    },
  },
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'kubedrill-grading', namespace: name }, spec: { hard: quota } },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'kubedrill-grading', namespace: name },
    spec: {
      limits: [
        {
          type: 'Container',
          // a default limit as high as the highest: it refuses nobody's request, and the view of a grader does not show it
          default: { cpu: '2', memory: '2Gi' },
          defaultRequest: { cpu: '10m', memory: '16Mi' },
          max: { cpu: '2', memory: '2Gi' },
        },
        { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
      ],
    },
  },
];

/** What kubedrill put there itself, which is nobody's work. */
export const isOwn = (object: KubeObject): boolean => object.metadata.name === 'kubedrill-grading';

export interface ThrowawayOptions {
  api: KubeApi;
  clock: Clock;
}

const usableMs = 30_000;
const removeMs = 120_000;

/** Makes the namespace and waits until Pods can be made in it. Gives what went wrong, if anything. */
export async function makeThrowaway(
  name: string,
  lab: string,
  lifeMs: number,
  { api, clock }: ThrowawayOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const until = new Date(clock.now() + lifeMs).toISOString();
  for (const object of throwawayObjects(name, lab, until)) {
    const kind = object.kind as 'Namespace' | 'ResourceQuota' | 'LimitRange';
    const made = await api.request('POST', pathOf(kind, object.metadata.namespace), { body: object, signal });
    if (!made.ok) return `could not make ${kind} ${object.metadata.name}: ${made.message}`;
  }
  const usable = await waitUntil(
    async () => {
      const account = await api.request('GET', pathOf('ServiceAccount', name, 'default'), { signal });
      return { done: account.ok, seen: account.ok ? '' : account.message };
    },
    { boundMs: usableMs, everyMs: 100, clock, signal },
  );
  return usable.outcome === 'done' ? undefined : `namespace ${name} was not usable within ${usableMs / 1000} s: ${usable.seen}`;
}

/** Removes the namespace with all in it; Pods get a second, whatever they asked for. Gives what is left, if anything; never throws. */
export async function removeThrowaway(name: string, { api, clock }: ThrowawayOptions): Promise<string | undefined> {
  // not the learner's signal: what was made is removed also after a time limit or Ctrl+C
  await api.request('DELETE', pathOf('Pod', name), { query: { gracePeriodSeconds: 1 }, timeoutMs: 10_000 });
  try {
    await deleteNamespace(api, name, { boundMs: removeMs, clock });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Removes namespaces that an earlier grading left behind (a crash, a power cut); those of a grading under way are younger than their life. */
export async function removeLeftBehind(
  { api, clock }: ThrowawayOptions,
  signal: AbortSignal,
): Promise<{ removed: string[]; left: string[] } | ApiFailure> {
  const listed = await listAll(api, kinds.Namespace, undefined, { labelSelector: `${gradingLabel}=${gradingPart}`, signal });
  if (!listed.ok) return listed;
  const over = listed.items.filter(({ metadata }) => {
    const until = Date.parse(metadata.annotations?.[expires] ?? '');
    return Number.isNaN(until) || until < clock.now();
  });
  const outcomes = await Promise.all(
    over.map(async ({ metadata }) => ({ name: metadata.name, left: await removeThrowaway(metadata.name, { api, clock }) })),
  );
  return {
    removed: outcomes.filter(({ left }) => left === undefined).map(({ name }) => name),
    left: outcomes.flatMap(({ left }) => left ?? []),
  };
}
