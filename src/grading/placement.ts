import { CannotSee } from './mirror-view.ts';
import type { KubeObject } from './object.ts';

/** What of a Pod is not as it must be. */
export interface Difference {
  observed: string;
  expected: string;
  field: string;
  /** It may still come by itself. */
  onItsWay?: boolean;
}

/** Events are kept for an hour; a little less is sure. */
const eventsKeptMs = 50 * 60_000;

/** A scheduler reports each placement in an event; a `nodeName` written by hand has none, and kubectl apply keeps it in its annotation. */
export function wrongPlacement(pod: KubeObject, events: readonly KubeObject[], now: number): Difference | undefined {
  const node = pod.spec?.nodeName;
  const expected = 'a node that the scheduler chose';
  if (node === undefined) return { observed: 'nothing', expected, field: 'spec.nodeName', onItsWay: true };
  if (appliedNodeName(pod) !== undefined) return { observed: `${node}, written by hand`, expected, field: 'spec.nodeName' };
  if (events.some((event) => event.reason === 'Scheduled' && event.regarding?.uid === pod.metadata.uid)) return undefined;
  if (now - Date.parse(pod.metadata.creationTimestamp ?? '') > eventsKeptMs)
    throw new CannotSee(`the events of Pod ${pod.metadata.name}'s placement are gone`);
  return { observed: `${node}, and no scheduler reported it`, expected, field: 'spec.nodeName', onItsWay: true };
}

function appliedNodeName(pod: KubeObject): unknown {
  try {
    return JSON.parse(pod.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '{}')?.spec?.nodeName;
  } catch {
    return undefined;
  }
}
