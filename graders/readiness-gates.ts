import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { containerStatuses, podReady, worstOf } from '../src/grading/pods.ts';
import {
  lookAtTarget,
  nameOfTarget,
  oneTarget,
  oneTargetMessage,
  podsOfTarget,
  readsOfTarget,
  targetShape,
} from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, seconds } from '../src/grading/words.ts';

/** Pods became ready only when their program was: their probe really gates. @see v1 PodCondition.lastTransitionTime, ContainerStateRunning.startedAt */
export default defineGrader({
  id: 'readiness-gates',
  says: 'Every Pod has a readinessProbe and became ready only so many seconds after its container started.',
  params: z
    .strictObject({
      ...targetShape,
      minSeconds: z.number().min(1).describe('What the program needs to start, less a second for rounding.'),
      container: z.string().min(1).optional(),
      path: z.string().regex(/^\//).optional().describe('Path of its httpGet.'),
      port: z.union([z.number().int(), z.string()]).optional().describe('Port of its httpGet.'),
    })
    .refine(oneTarget, oneTargetMessage),
  reads: readsOfTarget,
  looks: 'state',
  example: '{grader: readiness-gates, with: {of: {kind: Deployment, name: shop}, minSeconds: 9, path: /, port: 80}}',
  grade({ mirror, params }) {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: lookAtTarget(params) });
    for (const pod of pods) {
      const { name } = pod.metadata;
      const look = kubectl(['get', 'pod', name, '-o', 'yaml'], params.namespace);
      const containers: { name: string; readinessProbe?: { httpGet?: { path?: string; port?: number | string } } }[] =
        pod.spec?.containers ?? [];
      const own = params.container ? containers.find((one) => one.name === params.container) : containers[0];
      const probe = own?.readinessProbe;
      const field = `Pod ${name} spec.containers[${own?.name ?? params.container}].readinessProbe`;
      if (!probe) return fail({ observed: 'none', expected: 'a readinessProbe', field, look });
      if (params.path !== undefined && (probe.httpGet?.path ?? '/') !== params.path) {
        return fail({ observed: probe.httpGet?.path ?? 'no httpGet', expected: params.path, field: `${field}.httpGet.path`, look });
      }
      if (params.path !== undefined && !probe.httpGet)
        return fail({ observed: 'no httpGet', expected: `httpGet ${params.path}`, field, look });
      if (params.port !== undefined && String(probe.httpGet?.port) !== String(params.port)) {
        return fail({
          observed: String(probe.httpGet?.port ?? 'no httpGet'),
          expected: String(params.port),
          field: `${field}.httpGet.port`,
          look,
        });
      }
    }
    const unready = pods.filter((pod) => !podReady(pod));
    const trouble = worstOf(unready);
    if (trouble) {
      const seen = {
        observed: trouble.reason,
        expected: 'ready',
        field: nameOfTarget(params),
        look: kubectl(['describe', 'pod', trouble.pod], params.namespace),
      };
      return trouble.stuck ? fail(seen) : waiting(seen);
    }
    const gates: number[] = [];
    for (const pod of pods) {
      const { name } = pod.metadata;
      const own = params.container ?? pod.spec.containers[0].name;
      const started = Date.parse(containerStatuses(pod).find((one) => one.name === own)?.state?.running?.startedAt ?? '');
      const ready = Date.parse(pod.status.conditions.find((one: { type: string }) => one.type === 'Ready')?.lastTransitionTime ?? '');
      const gate = ready - started;
      if (!(gate >= params.minSeconds * 1000)) {
        return fail({
          observed: Number.isNaN(gate) ? 'no times' : `ready ${seconds(gate)} after its container started`,
          expected: `at least ${params.minSeconds} s`,
          field: `Pod ${name} status.conditions[Ready].lastTransitionTime`,
          look: kubectl(['get', 'pod', name, '-o', 'yaml'], params.namespace),
        });
      }
      gates.push(gate);
    }
    return pass(`${count(pods.length, 'Pod')} ready ${seconds(Math.min(...gates))} or more after the start`);
  },
});
