import type { KubeObject } from '../grading/object.ts';
import type { FaultContext } from './fault.ts';
import { listObjects } from './objects.ts';
import { selectorOf } from './parameters.ts';

type Expression = { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] };

/** A LabelSelector as a query has it. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api */
export function selectorQuery(selector: { matchLabels?: Record<string, string>; matchExpressions?: Expression[] } | undefined): string {
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    operator === 'Exists'
      ? key
      : operator === 'DoesNotExist'
        ? `!${key}`
        : `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`,
  );
  return [...(selector?.matchLabels ? [selectorOf(selector.matchLabels)] : []), ...expressions].join(',');
}

/** Pods that the workload's selector matches, those on their way out included. */
export const podsOfWorkload = (context: FaultContext, workload: KubeObject): Promise<KubeObject[]> =>
  listObjects(context, 'Pod', { namespace: workload.metadata.namespace, labels: selectorQuery(workload.spec?.selector) });

export const isReady = (pod: KubeObject): boolean =>
  !pod.metadata.deletionTimestamp &&
  (pod.status?.conditions ?? []).some((one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True');

/** Addresses that are ready behind a Service. */
export async function readyAddresses(context: FaultContext, namespace: string, service: string): Promise<number> {
  const slices = await listObjects(context, 'EndpointSlice', { namespace, labels: `kubernetes.io/service-name=${service}` });
  const endpoints: { addresses: string[]; conditions?: { ready?: boolean } }[] = slices.flatMap((slice) => slice.endpoints ?? []);
  return new Set(endpoints.filter((one) => one.conditions?.ready !== false).flatMap((one) => one.addresses)).size;
}
