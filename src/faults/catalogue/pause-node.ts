import { z } from 'zod';
import { LabError } from '../../lab-error.ts';
import { waitUntil } from '../../system/wait.ts';
import { defineFault } from '../fault.ts';
import { nodeAnswers } from '../node-acts.ts';
import { refused, workerNamed } from '../parameters.ts';
import { nodeWell } from '../wellness.ts';

const pauseBoundMs = 30_000;
/** With cgroup v1 a machine that starts new processes all the time can slip from being frozen; the next try catches it. */
const missedAProcess = /unable to freeze/i;

export default defineFault({
  id: 'pause-node',
  title: 'Pause a worker',
  what: 'Freezes the machine of a worker with all that runs on it, as if its power were cut; the Node turns NotReady after about 50 s.',
  why: 'A dead node cannot say that it is dead: the cluster has to find out, and until then it sends requests there.',
  look: 'kubectl get nodes',
  scope: 'cluster',
  params: z.strictObject({ node: z.string().min(1).describe('A worker.') }),
  seconds: { effect: 1, effectBound: 30, recovery: 12, recoveryBound: 90 },

  async plan(context, params) {
    const node = workerNamed(context, params.node);
    const now = await nodeAnswers(context, node);
    if (!now.answers) throw refused(now.seen, 'Bring it back: kubedrill recover');
    return { record: { node }, steps: [`pause ${node}`] };
  },

  async inject(context, { node }) {
    const { clock, signal } = context;
    const paused = await waitUntil(
      async () => {
        const result = await context.nodes.pause(node, signal);
        const seen = `could not pause ${node}: ${result.stderr.trim() || result.outcome}`;
        if (!result.ok && !missedAProcess.test(seen)) throw new LabError('fault-failed', seen);
        return { done: result.ok, seen };
      },
      { boundMs: pauseBoundMs, everyMs: 1000, clock, signal },
    );
    if (paused.outcome !== 'done') throw new LabError(paused.outcome === 'cancelled' ? 'interrupted' : 'fault-failed', paused.seen);
  },

  async effect(context, { node }) {
    const { answers, seen } = await nodeAnswers(context, node);
    return { done: !answers, seen };
  },

  async undo(context, { node }) {
    if ((await nodeAnswers(context, node)).answers) return;
    const result = await context.nodes.unpause(node, context.signal);
    const now = await nodeAnswers(context, node);
    if (!now.answers)
      throw new LabError('no-cluster', `could not unpause ${node}: ${result.ok ? now.seen : result.stderr.trim() || result.outcome}`);
  },

  recovered: (context, { node }) => nodeWell(context, node),

  inForce: ({ node }) => `${node} is paused`,
  touches: ({ node }) => [`machine ${node}`],
  mend: ({ node }) => `docker unpause ${node}`,
});
