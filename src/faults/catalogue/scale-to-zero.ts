import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { getObject, mustRevise, type ObjectRef, revise } from '../objects.ts';
import { found, refused } from '../parameters.ts';
import { podsOfWorkload, readyAddresses } from '../pods.ts';

type Scaled = { namespace: string; deployment: string; service: string; before: number };

const refOf = ({ namespace, deployment }: Scaled): ObjectRef => ({ kind: 'Deployment', namespace, name: deployment });

export default defineFault({
  id: 'scale-to-zero',
  title: 'Scale CoreDNS to zero',
  what: "Scales kube-system's CoreDNS to zero: addresses go on working, every name is gone.",
  why: 'DNS is an add-on like any other, and everything depends on it: one learns to tell a lost name from a lost service.',
  look: 'kubectl -n kube-system get deployment coredns',
  scope: 'cluster',
  params: z.strictObject({
    namespace: z.literal('kube-system').default('kube-system').describe('Where CoreDNS lives.'),
    deployment: z.literal('coredns').default('coredns').describe('Which Deployment.'),
  }),
  // its Pods answer on for about 5 s (lameduck)
  seconds: { effect: 8, effectBound: 60, recovery: 6, recoveryBound: 90 },

  async plan(context, params) {
    const scaled = { ...params, service: 'kube-dns' };
    const deployment = found(
      await getObject(context, { kind: 'Deployment', namespace: scaled.namespace, name: scaled.deployment }),
      `Deployment ${scaled.namespace}/${scaled.deployment}`,
      'kubectl -n kube-system get deployments',
    );
    const before: number = deployment.spec?.replicas ?? 1;
    if (before === 0)
      throw refused(`${scaled.deployment} is scaled to zero already`, 'kubectl -n kube-system scale deployment coredns --replicas=2');
    const record: Scaled = { ...scaled, before };
    return { record, steps: [`kubectl -n ${scaled.namespace} scale deployment ${scaled.deployment} --replicas=0 (now ${before})`] };
  },

  async inject(context, record) {
    await mustRevise(context, refOf(record), (deployment) =>
      deployment.spec?.replicas === record.before ? { spec: { replicas: 0 } } : undefined,
    );
  },

  async effect(context, record) {
    const deployment = await getObject(context, refOf(record));
    const pods = deployment ? await podsOfWorkload(context, deployment) : [];
    const addresses = await readyAddresses(context, record.namespace, record.service);
    return { done: pods.length === 0 && addresses === 0, seen: `${pods.length} Pods and ${addresses} ready addresses are left` };
  },

  async undo(context, record) {
    await revise(context, refOf(record), (deployment) =>
      deployment.spec?.replicas === 0 ? { spec: { replicas: record.before } } : undefined,
    );
  },

  async recovered(context, record) {
    const deployment = await getObject(context, refOf(record));
    if (!deployment) return { done: true, seen: `Deployment ${record.deployment} is gone` };
    const wanted: number = deployment.spec?.replicas ?? 1;
    const available: number = deployment.status?.availableReplicas ?? 0;
    const addresses = await readyAddresses(context, record.namespace, record.service);
    return {
      done: wanted > 0 && available >= wanted && addresses >= wanted,
      seen: `${available} of ${wanted} replicas of ${record.deployment} are available`,
    };
  },

  inForce: ({ deployment }) => `${deployment} is scaled to zero`,
  touches: ({ namespace, deployment }) => [`Deployment ${namespace}/${deployment} spec.replicas`],
  mend: ({ namespace, deployment, before }) => `kubectl -n ${namespace} scale deployment ${deployment} --replicas=${before}`,
});
