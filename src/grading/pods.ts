import type { KubeObject } from './object.ts';
import { isTerminating } from './ownership.ts';
import { shown } from './words.ts';

/** The status (`True`, `False`, `Unknown`) of a condition, `''` when it is not there. */
export function conditionOf(object: KubeObject, type: string): string {
  const conditions: unknown = object.status?.conditions;
  if (!Array.isArray(conditions)) return '';
  return String(conditions.find((one) => one?.type === type)?.status ?? '');
}

export const podReady = (pod: KubeObject): boolean => !isTerminating(pod) && conditionOf(pod, 'Ready') === 'True';

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  image?: string;
  imageID?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}
interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode?: number; reason?: string; finishedAt?: string };
}

export const containerStatuses = (pod: KubeObject): ContainerStatus[] => pod.status?.containerStatuses ?? [];

/** Restarts of all its containers together. */
export const restartsOf = (pod: KubeObject): number => containerStatuses(pod).reduce((sum, one) => sum + (one.restartCount ?? 0), 0);

/** Reasons for which a container waits although nothing is on its way. */
const stuckReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/**
 * What keeps a Pod from becoming ready, as kubectl shows it: `container web: ImagePullBackOff`.
 * `stuck` tells what needs a person from what only needs time.
 */
export function troubleOf(pod: KubeObject): { stuck: boolean; reason: string } | undefined {
  if (podReady(pod)) return undefined;
  const statuses: ContainerStatus[] = [...(pod.status?.initContainerStatuses ?? []), ...containerStatuses(pod)];
  for (const status of statuses) {
    const { waiting, terminated } = status.state ?? {};
    const exit = (terminated ?? status.lastState?.terminated)?.exitCode;
    if (waiting?.reason && stuckReasons.has(waiting.reason)) {
      return { stuck: true, reason: `container ${status.name}: ${waiting.reason}${exit === undefined ? '' : ` (exit code ${exit})`}` };
    }
    if (terminated && exit !== 0 && pod.spec?.initContainers?.every((one: { name: string }) => one.name !== status.name) !== false) {
      return { stuck: true, reason: `container ${status.name}: ended with exit code ${exit}` };
    }
  }
  const scheduled = pod.status?.conditions?.find((one: { type: string }) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False') return { stuck: true, reason: `not scheduled: ${shown(scheduled.message ?? scheduled.reason, 90)}` };
  if (isTerminating(pod)) return { stuck: false, reason: 'being deleted' };
  if (pod.status?.phase === 'Pending') return { stuck: false, reason: 'Pending' };
  const unready = statuses.filter((one) => one.ready === false).map((one) => one.name);
  return { stuck: false, reason: unready.length > 0 ? `container ${unready.join(', ')} is not ready` : 'not ready' };
}

/** The first trouble among Pods, the stuck ones first: `Pod web-1: container web: ErrImagePull`. */
export function worstOf(pods: readonly KubeObject[]): { stuck: boolean; reason: string; pod: string } | undefined {
  const troubles = pods.flatMap((pod) => {
    const trouble = troubleOf(pod);
    return trouble ? [{ ...trouble, reason: `Pod ${pod.metadata.name}: ${trouble.reason}`, pod: pod.metadata.name }] : [];
  });
  return troubles.find((one) => one.stuck) ?? troubles[0];
}
