import { z } from 'zod';
import type { KubeObject } from '../../grading/object.ts';
import { defineFault } from '../fault.ts';
import { createObject, deleteObject, getObject, listObjects, type ObjectRef, sameValue } from '../objects.ts';
import { refused } from '../parameters.ts';

type Filled = { namespace: string; name: string; hard: { pods: string } };

const label = 'kubedrill.io/fault';
const refOf = ({ namespace, name }: Filled): ObjectRef => ({ kind: 'ResourceQuota', namespace, name });
const isOurs = (quota: KubeObject, hard: unknown) => quota.metadata.labels?.[label] === 'fill-quota' && sameValue(quota.spec?.hard, hard);
const counts = (pod: KubeObject) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';

export default defineFault({
  id: 'fill-quota',
  title: 'Fill the quota of the namespace',
  what: 'Adds a ResourceQuota that allows exactly the Pods that are there: no further one can be made.',
  why: 'A quota refuses Pods, not Deployments: kubectl says "created", and the reason hides with the ReplicaSet.',
  look: 'kubectl describe resourcequota',
  scope: 'namespace',
  params: z.strictObject({}),
  seconds: { effect: 1, effectBound: 30, recovery: 1, recoveryBound: 30 },

  async plan(context) {
    const { namespace } = context;
    const pods = (await listObjects(context, 'Pod', { namespace })).filter(counts).length;
    const record: Filled = { namespace, name: 'kubedrill-fill-quota', hard: { pods: String(pods) } };
    if (await getObject(context, refOf(record)))
      throw refused(`ResourceQuota ${namespace}/${record.name} is there already`, 'Undo it: kubedrill recover');
    return { record, steps: [`create ResourceQuota ${namespace}/${record.name}: pods ${pods}`] };
  },

  async inject(context, record) {
    await createObject(context, refOf(record), {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: record.name, namespace: record.namespace, labels: { [label]: 'fill-quota' } },
      spec: { hard: record.hard },
    });
  },

  async effect(context, record) {
    const quota = await getObject(context, refOf(record));
    const { hard, used } = quota?.status ?? {};
    const full = used?.pods !== undefined && hard?.pods !== undefined && Number(used.pods) >= Number(hard.pods);
    return { done: full, seen: used ? `${used.pods} of ${hard?.pods} Pods used` : `ResourceQuota ${record.name} is not counted yet` };
  },

  async undo(context, record) {
    const quota = await getObject(context, refOf(record));
    if (quota && isOurs(quota, record.hard)) await deleteObject(context, refOf(record), { uid: quota.metadata.uid });
  },

  async recovered(context, record) {
    const quota = await getObject(context, refOf(record));
    if (!quota) return { done: true, seen: `ResourceQuota ${record.name} is gone` };
    if (!isOurs(quota, record.hard)) return { done: true, seen: `ResourceQuota ${record.name} was changed since, and is left as it is` };
    return { done: false, seen: `ResourceQuota ${record.name} is still there` };
  },

  inForce: ({ namespace, hard }) => `${namespace} may not have more than ${hard.pods} Pods`,
  touches: ({ namespace, name }) => [`ResourceQuota ${namespace}/${name}`],
  mend: ({ namespace, name }) => `kubectl -n ${namespace} delete resourcequota ${name}`,
});
