import { z } from 'zod';
import type { KubeObject } from '../../grading/object.ts';
import { pathOf } from '../../kube/path.ts';
import { LabError } from '../../lab-error.ts';
import { waitUntil } from '../../system/wait.ts';
import { cordon, isOpen, uncordon } from '../cordon.ts';
import { defineFault, type FaultContext } from '../fault.ts';
import { apiError, getObject, listObjects } from '../objects.ts';
import { found, refused, workerNamed } from '../parameters.ts';

const boundMs = 120_000;

const controllerOf = (pod: KubeObject) => (pod.metadata.ownerReferences ?? []).find((owner) => owner.controller);

/** What a drain moves away: not the Pods of DaemonSets, not the mirrors of static Pods, not what has ended. */
const moves = (pod: KubeObject): boolean =>
  controllerOf(pod)?.kind !== 'DaemonSet' &&
  !pod.metadata.annotations?.['kubernetes.io/config.mirror'] &&
  pod.status?.phase !== 'Succeeded' &&
  pod.status?.phase !== 'Failed';

const podsToMove = async (context: FaultContext, node: string): Promise<KubeObject[]> =>
  (await listObjects(context, 'Pod', { fields: `spec.nodeName=${node}` })).filter(moves);

export default defineFault({
  id: 'drain-node',
  title: 'Drain a worker',
  what: 'Cordons a worker and evicts its Pods, as one does before maintenance; their controllers make new ones elsewhere.',
  why: 'Maintenance is the commonest way to lose a node: PodDisruptionBudgets decide how gently.',
  look: 'kubectl get pods -A -o wide',
  scope: 'cluster',
  params: z.strictObject({ node: z.string().min(1).describe('A worker.') }),
  seconds: { effect: 10, effectBound: 60, recovery: 1, recoveryBound: 45 },

  async plan(context, params) {
    const name = workerNamed(context, params.node);
    const node = found(await getObject(context, { kind: 'Node', name }), `Node ${name}`, 'kubectl get nodes');
    if (node.spec?.unschedulable) throw refused(`Node ${name} is cordoned already`, `Open it: kubectl uncordon ${name}`);
    const pods = await podsToMove(context, name);
    const bare = pods.filter((pod) => !controllerOf(pod)).map((pod) => `${pod.metadata.namespace}/${pod.metadata.name}`);
    if (bare.length > 0)
      throw refused(`on ${name} there are Pods that nobody would make again: ${bare.join(', ')}`, 'Move or delete them first');
    return {
      record: { node: name, uid: node.metadata.uid ?? '' },
      steps: [`kubectl cordon ${name}`, ...pods.map((pod) => `evict Pod ${pod.metadata.namespace}/${pod.metadata.name}`)],
    };
  },

  async inject(context, { node }) {
    await cordon(context, node);
    // a PodDisruptionBudget answers 429 until it allows the next one
    const emptied = await waitUntil(() => evictAll(context, node), {
      boundMs,
      everyMs: 1000,
      clock: context.clock,
      signal: context.signal,
    });
    if (emptied.outcome === 'cancelled') throw new LabError('interrupted', `interrupted: draining ${node}`);
    if (emptied.outcome === 'bound') throw new LabError('fault-failed', `${node} was not empty after ${boundMs / 1000} s: ${emptied.seen}`);
  },

  async effect(context, { node }) {
    const open = await isOpen(context, node);
    const pods = await podsToMove(context, node);
    return { done: !open.done && pods.length === 0, seen: `${open.seen}, ${pods.length} Pods left to move` };
  },

  undo: (context, record) => uncordon(context, record),
  recovered: (context, { node }) => isOpen(context, node),

  inForce: ({ node }) => `${node} is drained`,
  touches: ({ node }) => [`Node ${node} spec.unschedulable`],
  mend: ({ node }) => `kubectl uncordon ${node}`,
});

/** Asks for the eviction of each Pod that is left. @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
async function evictAll(context: FaultContext, node: string): Promise<{ done: boolean; seen: string }> {
  const pods = await podsToMove(context, node);
  const waiting: string[] = [];
  for (const pod of pods) {
    const { name, namespace } = pod.metadata;
    if (pod.metadata.deletionTimestamp) {
      waiting.push(`Pod ${namespace}/${name} is ending`);
      continue;
    }
    const answer = await context.api.request('POST', pathOf('Pod', namespace, name, 'eviction'), {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
      signal: context.signal,
    });
    if (answer.ok || answer.reason === 'NotFound') waiting.push(`Pod ${namespace}/${name} was evicted`);
    else if (answer.status === 429) waiting.push(`Pod ${namespace}/${name}: ${answer.message}`);
    else throw apiError(answer, `evict Pod ${namespace}/${name}`);
  }
  return { done: pods.length === 0, seen: waiting.join('; ') || 'empty' };
}
