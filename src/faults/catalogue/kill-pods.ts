import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { KubeObject } from '../../grading/object.ts';
import { pathOf } from '../../kube/path.ts';
import { defineFault, type FaultContext } from '../fault.ts';
import { apiError, listObjects } from '../objects.ts';
import { labelSelector, refused, whole } from '../parameters.ts';
import { isReady } from '../pods.ts';

type Killer = {
  id: string;
  namespace: string;
  selector: string;
  keep: number;
  seconds: number;
  every: number;
  /** UIDs of the Pods at first, and how many of them were to die in the first round. */
  present: string[];
  victims: number;
};

export default defineFault({
  id: 'kill-pods',
  title: 'Kill Pods',
  what: 'Deletes Pods by their labels, once or again and again for a while; it can spare some that are Ready.',
  why: 'Pods are mortal: who wants to be there all the time needs several, a probe, and clients that try again.',
  look: 'kubectl get pods --watch',
  scope: 'namespace',
  ends: 'itself',
  params: z.strictObject({
    selector: labelSelector.describe('Labels of the Pods.'),
    keep: whole(0, 100).default(0).describe('So many are spared, Ready ones first, the oldest of them first.'),
    seconds: whole(0, 300).default(0).describe('How long, again and again; 0 kills once.'),
    every: whole(1, 60).default(1).describe('Seconds between two rounds.'),
  }),
  seconds: { effect: 1, effectBound: 30, recovery: 1, recoveryBound: 30 },

  async plan(context, { selector, keep, seconds, every }) {
    const { namespace } = context;
    const pods = await listObjects(context, 'Pod', { namespace, labels: selector });
    const victims = victimsOf(pods, keep);
    if (victims.length === 0 && seconds === 0)
      throw refused(
        `there is no Pod with ${selector} to kill${keep > 0 ? ` beyond the ${keep} to be spared` : ''}`,
        `Look: kubectl -n ${namespace} get pods -l ${selector}`,
      );
    const record: Killer = {
      id: randomUUID(),
      namespace,
      selector,
      keep,
      seconds,
      every,
      present: pods.map((pod) => pod.metadata.uid ?? ''),
      victims: victims.length,
    };
    const spared = keep > 0 ? `, spare ${keep}` : '';
    return {
      record,
      steps:
        seconds > 0
          ? [`every ${every} s, for ${seconds} s: delete the Pods with ${selector}${spared}`]
          : victims.map((pod) => `delete Pod ${namespace}/${pod.metadata.name}`),
    };
  },

  async inject(context, record) {
    await killRound(context, record);
    if (record.seconds > 0) context.background.start(record.id, (signal) => killOn({ ...context, signal }, record));
  },

  async effect(context, { namespace, selector, present, victims }) {
    const pods = await listObjects(context, 'Pod', { namespace, labels: selector });
    const alive = pods.filter((pod) => present.includes(pod.metadata.uid ?? '') && !pod.metadata.deletionTimestamp);
    const deleted = present.length - alive.length;
    // which ones are spared may have changed since the plan, how many not
    return { done: deleted >= victims, seen: `${deleted} of ${present.length} Pods deleted` };
  },

  undo: (context, { id }) => context.background.stop(id),

  async recovered(context, { id, selector, seconds }) {
    const runs = context.background.runs(id);
    return {
      done: !runs,
      seen: runs ? `Pods with ${selector} are still being killed` : seconds > 0 ? 'nobody kills Pods any more' : 'it happened once',
    };
  },

  inForce: ({ namespace, selector, seconds }) =>
    seconds > 0 ? `Pods with ${selector} in ${namespace} are being killed` : `Pods with ${selector} in ${namespace} were killed`,
  touches: () => [],
  mend: ({ namespace, selector }) => `kubectl -n ${namespace} get pods -l ${selector}`,
});

/** All but the spared: Ready ones before others, then the oldest. */
function victimsOf(pods: KubeObject[], keep: number): KubeObject[] {
  const rank = (pod: KubeObject) => `${isReady(pod) ? 0 : 1}${pod.metadata.creationTimestamp ?? ''}${pod.metadata.name}`;
  return pods
    .filter((pod) => !pod.metadata.deletionTimestamp)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .slice(keep);
}

async function killRound(context: FaultContext, { namespace, selector, keep }: Killer): Promise<void> {
  const pods = await listObjects(context, 'Pod', { namespace, labels: selector });
  const answers = await Promise.all(
    victimsOf(pods, keep).map(({ metadata: { name, uid } }) =>
      context.api.request('DELETE', pathOf('Pod', namespace, name), {
        body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } },
        signal: context.signal,
      }),
    ),
  );
  const failure = answers.find((answer) => !answer.ok && answer.reason !== 'NotFound' && answer.reason !== 'Conflict');
  if (failure && !failure.ok) throw apiError(failure, `delete Pods with ${selector}`);
}

/** Round after round until its time is over; a round that the API server does not answer is left out. */
async function killOn(context: FaultContext, record: Killer): Promise<void> {
  const until = context.clock.now() + record.seconds * 1000;
  for (;;) {
    await context.clock.sleep(record.every * 1000, context.signal);
    if (context.signal.aborted || context.clock.now() >= until || !context.background.wanted(record.id)) return;
    await killRound(context, record).catch(() => undefined);
  }
}
