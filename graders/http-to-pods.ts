import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { gradeUrls, hostInUrl, httpShape } from '../src/grading/http-check.ts';
import { podReady, worstOf } from '../src/grading/pods.ts';
import {
  lookAtTarget,
  nameOfTarget,
  oneTarget,
  oneTargetMessage,
  podsOfTarget,
  readsOfTarget,
  targetShape,
} from '../src/grading/target.ts';
import { fail, waiting } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

/** Every Pod of a target answers over HTTP at its own address, with no Service between. */
export default defineGrader({
  id: 'http-to-pods',
  says: 'Every Pod that is meant answers over HTTP at its own IP as it must.',
  params: z
    .strictObject({
      ...targetShape,
      port: z.number().int().min(1).max(65535),
      ...httpShape,
      ready: z.boolean().default(true).describe('`false`: also ask Pods that are not ready.'),
    })
    .refine(oneTarget, oneTargetMessage),
  reads: readsOfTarget,
  looks: 'behaviour',
  example:
    '{grader: http-to-pods, with: {of: {kind: Deployment, name: shop}, port: 8080, path: "/env?name=DB_ADDR", bodyIs: "orders-db:6379"}}',
  async grade({ mirror, params, probes }) {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    const look = lookAtTarget(params);
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look });
    const unready = pods.filter((pod) => (params.ready && !podReady(pod)) || !pod.status?.podIP);
    const trouble = worstOf(unready);
    if (unready.length > 0) {
      const seen = {
        observed: trouble?.reason ?? 'a Pod without an IP',
        expected: `${nameOfTarget(params)} ready`,
        look: kubectl(['describe', 'pod', unready[0]!.metadata.name], params.namespace),
      };
      return trouble?.stuck ? fail(seen) : waiting(seen);
    }
    const urls = pods.map((pod) => `http://${hostInUrl(pod.status.podIP)}:${params.port}${params.path}`);
    return gradeUrls(probes, urls, params, { look });
  },
});
