import { z } from 'zod';
import type { KubeObject } from '../../grading/object.ts';
import { defineFault } from '../fault.ts';
import { getObject, mustRevise, type ObjectRef, revise } from '../objects.ts';
import { found, objectName, refused } from '../parameters.ts';
import { podsOfWorkload } from '../pods.ts';

type Change = { namespace: string; deployment: string; uid: string; container: string; before: string; injected: string };
type Container = { name: string; image: string };

const refOf = ({ namespace, deployment }: Change): ObjectRef => ({ kind: 'Deployment', namespace, name: deployment });
const containersOf = (object: KubeObject): Container[] => object.spec?.template?.spec?.containers ?? [];
const imageOf = (deployment: KubeObject, container: string) => containersOf(deployment).find((one) => one.name === container)?.image;
const withImage = (name: string, image: string) => ({ spec: { template: { spec: { containers: [{ name, image }] } } } });
const unpullable = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];

/** The same image with a tag that nobody ever pushed. */
const withoutTag = (image: string) => image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');

export default defineFault({
  id: 'bad-image',
  title: 'Roll out an image that does not exist',
  what: 'Sets the image of a Deployment to one that cannot be pulled; the rollout starts and hangs.',
  why: 'A rollout that hangs is no outage yet: old Pods go on serving, as far as the strategy allows.',
  look: 'kubectl get pods',
  scope: 'namespace',
  params: z.strictObject({
    deployment: objectName.describe('Name of the Deployment.'),
    container: z.string().optional().describe('Which container; the first one if not given.'),
    image: z.string().min(1).optional().describe('The image; the present one with the tag no-such-tag if not given.'),
  }),
  seconds: { effect: 5, effectBound: 90, recovery: 3, recoveryBound: 60 },

  async plan(context, params) {
    const { namespace } = context;
    const look = `kubectl -n ${namespace} get deployments`;
    const deployment = found(
      await getObject(context, { kind: 'Deployment', namespace, name: params.deployment }),
      `Deployment ${namespace}/${params.deployment}`,
      look,
    );
    if (deployment.spec?.paused)
      throw refused(
        `the rollout of Deployment ${params.deployment} is paused`,
        `kubectl -n ${namespace} rollout resume deployment/${params.deployment}`,
      );
    if (deployment.spec?.replicas === 0)
      throw refused(`Deployment ${params.deployment} has no replicas: nothing would be pulled`, `Look: ${look}`);
    const container = params.container ?? containersOf(deployment)[0]?.name ?? '';
    const before = imageOf(deployment, container);
    if (!before) throw refused(`Deployment ${params.deployment} has no container ${container}`, `Look: ${look} -o wide`);
    const injected = params.image ?? `${withoutTag(before)}:no-such-tag`;
    if (injected === before) throw refused(`Deployment ${params.deployment} has the image ${before} already`);
    const record: Change = { namespace, deployment: params.deployment, uid: deployment.metadata.uid ?? '', container, before, injected };
    return {
      record,
      steps: [`kubectl -n ${namespace} set image deployment/${params.deployment} ${container}=${injected} (now ${before})`],
    };
  },

  async inject(context, record) {
    await mustRevise(
      context,
      refOf(record),
      (deployment) => (imageOf(deployment, record.container) === record.before ? withImage(record.container, record.injected) : undefined),
      { strategic: true },
    );
  },

  async effect(context, record) {
    const deployment = await getObject(context, refOf(record));
    if (!deployment) return { done: false, seen: `Deployment ${record.deployment} is gone` };
    for (const pod of await podsOfWorkload(context, deployment)) {
      if (!containersOf({ ...pod, spec: { template: { spec: pod.spec } } }).some((one) => one.image === record.injected)) continue;
      const statuses: { state?: { waiting?: { reason?: string } } }[] = pod.status?.containerStatuses ?? [];
      const reason = statuses.map((one) => one.state?.waiting?.reason ?? '').find((one) => unpullable.includes(one));
      if (reason) return { done: true, seen: `Pod ${pod.metadata.name} waits with ${reason}` };
    }
    return { done: false, seen: `no Pod waits for ${record.injected} yet` };
  },

  async undo(context, record) {
    await revise(
      context,
      refOf(record),
      (deployment) =>
        deployment.metadata.uid === record.uid && imageOf(deployment, record.container) === record.injected
          ? withImage(record.container, record.before)
          : undefined,
      { strategic: true },
    );
  },

  async recovered(context, record) {
    const deployment = await getObject(context, refOf(record));
    if (!deployment) return { done: true, seen: `Deployment ${record.deployment} is gone` };
    if (deployment.metadata.uid !== record.uid) return { done: true, seen: `Deployment ${record.deployment} was made anew` };
    const now = imageOf(deployment, record.container);
    if (now === record.injected) return { done: false, seen: `Deployment ${record.deployment} still has the image ${now}` };
    const left = (await podsOfWorkload(context, deployment)).filter((pod) =>
      (pod.spec?.containers ?? []).some((one: Container) => one.image === record.injected),
    );
    if (left.length > 0) return { done: false, seen: `${left.length} Pods still wait for ${record.injected}` };
    return { done: true, seen: `Deployment ${record.deployment} has the image ${now}` };
  },

  inForce: ({ namespace, deployment, injected }) => `Deployment ${namespace}/${deployment} has the image ${injected}`,
  touches: ({ namespace, deployment }) => [`Deployment ${namespace}/${deployment} image`],
  mend: ({ namespace, deployment, container, before }) =>
    `kubectl -n ${namespace} set image deployment/${deployment} ${container}=${before}`,
});
