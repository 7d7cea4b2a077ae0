import { z } from 'zod';
import type { KubeObject } from '../../grading/object.ts';
import { defineFault } from '../fault.ts';
import { createObject, deleteObject, getObject, type ObjectRef, sameValue } from '../objects.ts';
import { labelSelector, labelsOf, refused } from '../parameters.ts';

type Denied = { namespace: string; name: string; spec: Record<string, unknown>; to: string };

const label = 'kubedrill.io/fault';
const refOf = ({ namespace, name }: Denied): ObjectRef => ({ kind: 'NetworkPolicy', namespace, name });
const isOurs = (policy: KubeObject, spec: unknown) => policy.metadata.labels?.[label] === 'deny-traffic' && sameValue(policy.spec, spec);

export default defineFault({
  id: 'deny-traffic',
  title: 'Deny traffic to Pods',
  what: 'Adds a NetworkPolicy that lets nobody reach the Pods that match; only where the network of the cluster enforces policies.',
  why: 'A NetworkPolicy drops packets silently: the caller sees a time-out, and nothing looks wrong anywhere.',
  look: 'kubectl get networkpolicies',
  scope: 'namespace',
  params: z.strictObject({
    to: labelSelector.describe('Labels of the Pods that nobody shall reach.'),
    from: labelSelector.optional().describe('Labels of the Pods that still may.'),
  }),
  seconds: { effect: 2, effectBound: 30, recovery: 2, recoveryBound: 30 },

  async plan(context, { to, from }) {
    const { namespace } = context;
    if (!context.cluster.networkPolicy)
      throw refused(
        'the network of this cluster does not enforce NetworkPolicies: deny-traffic would deny nothing',
        'List the faults: kubedrill faults',
      );
    const record: Denied = {
      namespace,
      name: 'kubedrill-deny-traffic',
      to,
      spec: {
        podSelector: { matchLabels: labelsOf(to) },
        policyTypes: ['Ingress'],
        ...(from ? { ingress: [{ from: [{ podSelector: { matchLabels: labelsOf(from) } }] }] } : {}),
      },
    };
    if (await getObject(context, refOf(record)))
      throw refused(`NetworkPolicy ${namespace}/${record.name} is there already`, 'Undo it: kubedrill recover');
    return { record, steps: [`create NetworkPolicy ${namespace}/${record.name}: nobody${from ? ` but ${from}` : ''} reaches ${to}`] };
  },

  async inject(context, record) {
    await createObject(context, refOf(record), {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: record.name, namespace: record.namespace, labels: { [label]: 'deny-traffic' } },
      spec: record.spec,
    });
  },

  async effect(context, record) {
    const policy = await getObject(context, refOf(record));
    return { done: policy !== undefined, seen: `NetworkPolicy ${record.name} is ${policy ? '' : 'not '}there` };
  },

  async undo(context, record) {
    const policy = await getObject(context, refOf(record));
    if (policy && isOurs(policy, record.spec)) await deleteObject(context, refOf(record), { uid: policy.metadata.uid });
  },

  async recovered(context, record) {
    const policy = await getObject(context, refOf(record));
    if (!policy) return { done: true, seen: `NetworkPolicy ${record.name} is gone` };
    if (!isOurs(policy, record.spec)) return { done: true, seen: `NetworkPolicy ${record.name} was changed since, and is left as it is` };
    return { done: false, seen: `NetworkPolicy ${record.name} is still there` };
  },

  inForce: ({ namespace, to }) => `nobody reaches ${to} in ${namespace}`,
  touches: ({ namespace, name }) => [`NetworkPolicy ${namespace}/${name}`],
  mend: ({ namespace, name }) => `kubectl -n ${namespace} delete networkpolicy ${name}`,
});
