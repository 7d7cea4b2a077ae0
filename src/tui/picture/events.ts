import { CannotSee, type MirrorView } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';

/** One event of the namespace, ready to show. */
export interface EventRow {
  /** Milliseconds since 1970, by the cluster's clock. */
  at: number;
  warning: boolean;
  reason: string;
  /** `Pod web-1` */
  about: string;
  note: string;
  count: number;
}

/** The most events a screen keeps, however many the cluster has. */
export const mostEvents = 200;

/** When it was last seen. @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
function seenAt(event: KubeObject): number {
  const stamp = event.series?.lastObservedTime ?? event.deprecatedLastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return Date.parse(String(stamp ?? '')) || 0;
}

/** The newest events of the drill's namespace, newest first; `undefined` while they cannot be seen. */
export function eventsOf(mirror: MirrorView): EventRow[] | undefined {
  let objects: KubeObject[];
  try {
    objects = mirror.list('Event');
  } catch (error) {
    if (error instanceof CannotSee) return undefined;
    throw error;
  }
  const stamped = objects.map((event) => ({ event, at: seenAt(event) }));
  stamped.sort((one, other) => other.at - one.at || one.event.metadata.name.localeCompare(other.event.metadata.name));
  return stamped.slice(0, mostEvents).map(({ event, at }) => ({
    at,
    warning: event.type === 'Warning',
    reason: String(event.reason ?? ''),
    about: `${event.regarding?.kind ?? ''} ${event.regarding?.name ?? ''}`.trim(),
    note: String(event.note ?? '').replaceAll(/\s+/g, ' '),
    count: Number(event.series?.count ?? event.deprecatedCount ?? 1) || 1,
  }));
}
