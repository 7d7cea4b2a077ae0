import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { isTerminating } from '../src/grading/ownership.ts';
import { podReady, restartsOf, worstOf } from '../src/grading/pods.ts';
import {
  labelsParam,
  lookAtTarget,
  nameOfTarget,
  oneTarget,
  oneTargetMessage,
  podsOfTarget,
  readsOfTarget,
  targetShape,
} from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, labelWords, listing } from '../src/grading/words.ts';

/** The Pods of a workload (or one Pod, or those with labels) are ready. @see v1 PodStatus.conditions */
export default defineGrader({
  id: 'pods-ready',
  says: 'Pods are ready: those of a workload, one by its name, or those with labels. Pods being deleted do not count.',
  params: z
    .strictObject({
      ...targetShape,
      count: z.number().int().min(1).optional().describe('Exactly so many Pods, all of them ready.'),
      min: z.number().int().min(1).optional().describe('At least so many ready Pods.'),
      maxRestarts: z.number().int().min(0).optional().describe('No Pod has restarted more often.'),
      noOthers: labelsParam.optional().describe("No live Pod with these labels is anybody else's."),
    })
    .refine(oneTarget, oneTargetMessage),
  reads: readsOfTarget,
  looks: 'state',
  example: '{grader: pods-ready, with: {of: {kind: ReplicaSet, name: counter}, count: 3, noOthers: {app: counter}}}',
  grade({ mirror, params }) {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    const { namespace } = params;
    const target = nameOfTarget(params);
    const look = lookAtTarget(params);
    const ready = pods.filter(podReady);
    const expected = params.count
      ? `${count(params.count, 'Pod')}, all ready`
      : params.min
        ? `at least ${params.min} ready`
        : 'all ready, at least 1';
    const observed = `${ready.length} of ${count(pods.length, 'Pod')} ready`;
    if (params.noOthers) {
      const mine = new Set(pods.map((pod) => pod.metadata.uid ?? pod.metadata.name));
      const others = mirror
        .list('Pod', { namespace, labels: params.noOthers })
        .filter((pod) => !isTerminating(pod) && !mine.has(pod.metadata.uid ?? pod.metadata.name));
      if (others.length > 0) {
        return fail({
          observed: `${listing(others.map((pod) => pod.metadata.name).sort())} ${others.length === 1 ? 'is' : 'are'} not of ${target}`,
          expected: `every Pod with ${labelWords(params.noOthers)} is of ${target}`,
          field: 'metadata.ownerReferences',
          look: kubectl(
            [
              'get',
              'pods',
              '-l',
              labelWords(params.noOthers),
              '-o',
              'custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].name',
            ],
            namespace,
          ),
        });
      }
    }
    const enough = params.count
      ? pods.length === params.count && ready.length === params.count
      : params.min
        ? ready.length >= params.min
        : pods.length > 0 && ready.length === pods.length;
    if (!enough) {
      const trouble = worstOf(pods);
      const seen = {
        observed: trouble ? `${observed}; ${trouble.reason}` : observed,
        expected,
        field: `${target} status.conditions[Ready]`,
        look: trouble ? kubectl(['describe', 'pod', trouble.pod], namespace) : look,
      };
      if (trouble) return trouble.stuck ? fail(seen) : waiting(seen);
      return fail({ ...seen, field: target });
    }
    const restarted = pods.find((pod) => restartsOf(pod) > (params.maxRestarts ?? Number.POSITIVE_INFINITY));
    if (restarted) {
      return fail({
        observed: `${restartsOf(restarted)}`,
        expected: params.maxRestarts === 0 ? '0' : `at most ${params.maxRestarts}`,
        field: `Pod ${restarted.metadata.name} status.containerStatuses restartCount`,
        look: kubectl(['describe', 'pod', restarted.metadata.name], namespace),
      });
    }
    return pass(`${target}: ${count(ready.length, 'Pod')} ready (${listing(ready.map((pod) => pod.metadata.name))})`);
  },
});
