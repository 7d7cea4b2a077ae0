import { z } from 'zod';
import { cordon, isOpen, uncordon } from '../cordon.ts';
import { defineFault } from '../fault.ts';
import { getObject } from '../objects.ts';
import { found, refused, workerNamed } from '../parameters.ts';

export default defineFault({
  id: 'cordon-node',
  title: 'Cordon a worker',
  what: 'Marks a worker unschedulable: what runs there stays, nothing new comes.',
  why: 'A node can be healthy and still take no Pods: the scheduler is told, not the kubelet.',
  look: 'kubectl get nodes',
  scope: 'cluster',
  params: z.strictObject({ node: z.string().min(1).describe('A worker.') }),
  seconds: { effect: 1, effectBound: 30, recovery: 1, recoveryBound: 45 },

  async plan(context, params) {
    const name = workerNamed(context, params.node);
    const node = found(await getObject(context, { kind: 'Node', name }), `Node ${name}`, 'kubectl get nodes');
    if (node.spec?.unschedulable) throw refused(`Node ${name} is cordoned already`, `Open it: kubectl uncordon ${name}`);
    return { record: { node: name, uid: node.metadata.uid ?? '' }, steps: [`kubectl cordon ${name}`] };
  },

  inject: (context, { node }) => cordon(context, node),

  async effect(context, { node }) {
    const open = await isOpen(context, node);
    return { done: !open.done, seen: open.seen };
  },

  undo: (context, record) => uncordon(context, record),
  recovered: (context, { node }) => isOpen(context, node),

  inForce: ({ node }) => `${node} is cordoned`,
  touches: ({ node }) => [`Node ${node} spec.unschedulable`],
  mend: ({ node }) => `kubectl uncordon ${node}`,
});
