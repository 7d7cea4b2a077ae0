import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { mustSee } from '../src/grading/see.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { seconds } from '../src/grading/words.ts';

/** A control-plane component does its work: an object of our own, made for the purpose, is served in time. */
export default defineGrader({
  id: 'canary',
  says: 'A canary Pod is bound to a node (the scheduler works), or a canary ReplicaSet gets its Pod (the controller manager works).',
  params: z.strictObject({
    kind: z.enum(['Pod', 'ReplicaSet']).describe('`Pod`: bound to a node; `ReplicaSet`: gets its Pod.'),
    withinSeconds: z.number().int().min(1).max(120).default(20),
  }),
  reads: [],
  looks: 'behaviour',
  every: 15,
  example: '{grader: canary, within: 60s, with: {kind: Pod, withinSeconds: 20}}',
  async grade({ params, probes }) {
    const { kind, withinSeconds } = params;
    const { alive, seen, ms } = mustSee(await probes.canary({ kind, withinMs: withinSeconds * 1000 }));
    const expected =
      kind === 'Pod' ? `a Pod without a node is bound within ${withinSeconds} s` : `a ReplicaSet gets its Pod within ${withinSeconds} s`;
    if (alive && ms <= withinSeconds * 1000)
      return pass(kind === 'Pod' ? `a canary Pod was bound: ${seen}` : `a canary ReplicaSet got its Pod: ${seen}`);
    return fail({ observed: `${seen}, after ${seconds(ms)}`, expected, field: `canary ${kind}` });
  },
});
