import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { kubeletActive, onNode } from '../node-acts.ts';
import { refused, workerNamed } from '../parameters.ts';
import { nodeWell } from '../wellness.ts';

export default defineFault({
  id: 'stop-kubelet',
  title: 'Stop the kubelet of a worker',
  what: 'Stops the kubelet of one worker, or of all; its containers go on running, and the Node turns NotReady after about 45 s.',
  why: 'The kubelet is the only one who speaks for a node: without it nobody knows, and nothing new starts there.',
  look: 'kubectl get nodes',
  scope: 'cluster',
  params: z.strictObject({ node: z.string().min(1).describe('A worker, or "all" for every worker.') }),
  seconds: { effect: 1, effectBound: 30, recovery: 6, recoveryBound: 90 },

  async plan(context, { node }) {
    const nodes = node === 'all' ? context.cluster.workers : [workerNamed(context, node)];
    if (nodes.length === 0)
      throw refused('this cluster has no worker whose kubelet could be stopped', 'kubedrill up --workers 2 makes one that has');
    for (const name of nodes) {
      if (!(await kubeletActive(context, name))) throw refused(`the kubelet of ${name} does not run`, 'Bring it back: kubedrill recover');
    }
    return { record: { nodes }, steps: nodes.map((name) => `on ${name}: systemctl stop kubelet`) };
  },

  async inject(context, { nodes }) {
    for (const node of nodes) await onNode(context, node, ['systemctl', 'stop', 'kubelet']);
  },

  async effect(context, { nodes }) {
    for (const node of nodes) {
      if (await kubeletActive(context, node)) return { done: false, seen: `the kubelet of ${node} still runs` };
    }
    return { done: true, seen: `the kubelet of ${nodes.join(' and ')} does not run` };
  },

  async undo(context, { nodes }) {
    for (const node of nodes) {
      if (!(await kubeletActive(context, node))) await onNode(context, node, ['systemctl', 'start', 'kubelet']);
    }
  },

  async recovered(context, { nodes }) {
    const seen: string[] = [];
    for (const node of nodes) {
      const look = await nodeWell(context, node);
      if (!look.done) return look;
      seen.push(look.seen);
    }
    return { done: true, seen: seen.join('; ') };
  },

  inForce: ({ nodes }) => `the kubelet of ${nodes.join(' and ')} is stopped`,
  touches: ({ nodes }) => nodes.map((node) => `kubelet of ${node}`),
  mend: ({ nodes }) => nodes.map((node) => `docker exec ${node} systemctl start kubelet`).join('; '),
});
