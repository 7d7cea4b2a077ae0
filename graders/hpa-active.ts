import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { conditionOf } from '../src/grading/pods.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing, shown } from '../src/grading/words.ts';

/** An autoscaler sees its metric and can act. @see autoscaling/v2 HorizontalPodAutoscalerStatus */
export default defineGrader({
  id: 'hpa-active',
  says: 'A HorizontalPodAutoscaler has these bounds and this target, and its condition ScalingActive is True.',
  params: z.strictObject({
    name: z.string().min(1),
    target: z.strictObject({ kind: z.string().min(1).default('Deployment'), name: z.string().min(1) }),
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(1).optional(),
    utilization: z.strictObject({ resource: z.enum(['cpu', 'memory']).default('cpu'), percent: z.number().int().min(1) }).optional(),
    maxScaleDownWindow: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('`behavior.scaleDown.stabilizationWindowSeconds` is set and at most this.'),
    minDesired: z.number().int().min(1).optional().describe('It asks for so many replicas at least.'),
    maxDesired: z.number().int().min(1).optional(),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => [namespace ? { kind: 'HorizontalPodAutoscaler' as const, namespace } : 'HorizontalPodAutoscaler'],
  looks: 'state',
  example:
    '{grader: hpa-active, within: 120s, with: {name: php-apache, target: {name: php-apache}, min: 1, max: 4, utilization: {percent: 50}}}',
  grade({ mirror, params }) {
    const { name, namespace, target } = params;
    const hpa = mirror.get('HorizontalPodAutoscaler', name, namespace);
    if (!hpa) return notThere('HorizontalPodAutoscaler', name, namespace);
    const look = kubectl(['describe', 'hpa', name], namespace);
    const here = `HorizontalPodAutoscaler ${name}`;
    const { spec = {}, status = {} } = hpa;
    const differs = (field: string, observed: unknown, expected: unknown) =>
      fail({ observed: shown(observed), expected: shown(expected), field: `${here} ${field}`, look });
    const reference = spec.scaleTargetRef ?? {};
    if (reference.kind !== target.kind || reference.name !== target.name)
      return differs('spec.scaleTargetRef', `${reference.kind} ${reference.name}`, `${target.kind} ${target.name}`);
    if (params.min !== undefined && (spec.minReplicas ?? 1) !== params.min)
      return differs('spec.minReplicas', spec.minReplicas ?? 1, params.min);
    if (params.max !== undefined && spec.maxReplicas !== params.max) return differs('spec.maxReplicas', spec.maxReplicas, params.max);
    const { utilization } = params;
    if (utilization) {
      const metrics: { type?: string; resource?: { name?: string; target?: { averageUtilization?: number } } }[] = spec.metrics ?? [];
      const metric = metrics.find((one) => one.type === 'Resource' && one.resource?.name === utilization.resource);
      if (metric?.resource?.target?.averageUtilization !== utilization.percent) {
        const seen = metrics.map((one) => `${one.resource?.name ?? one.type} ${one.resource?.target?.averageUtilization ?? '?'} %`);
        return differs('spec.metrics', listing(seen), `${utilization.resource} ${utilization.percent} %`);
      }
    }
    const window = spec.behavior?.scaleDown?.stabilizationWindowSeconds;
    if (params.maxScaleDownWindow !== undefined && !(window <= params.maxScaleDownWindow)) {
      return differs(
        'spec.behavior.scaleDown.stabilizationWindowSeconds',
        window ?? 'nothing (300)',
        `at most ${params.maxScaleDownWindow}`,
      );
    }
    if (conditionOf(hpa, 'ScalingActive') !== 'True') {
      const condition = status.conditions?.find((one: { type: string }) => one.type === 'ScalingActive');
      const observed = condition ? `${condition.status}: ${shown(condition.message ?? condition.reason, 100)}` : 'not known yet';
      const seen = { observed, expected: 'True', field: `${here} status.conditions[ScalingActive]`, look };
      return condition?.status === 'False' && /missing request/.test(condition.message ?? '') ? fail(seen) : waiting(seen);
    }
    const desired: number = status.desiredReplicas ?? 0;
    if (params.minDesired !== undefined && desired < params.minDesired)
      return waiting({ observed: `${desired}`, expected: `at least ${params.minDesired}`, field: `${here} status.desiredReplicas`, look });
    if (params.maxDesired !== undefined && desired > params.maxDesired)
      return waiting({ observed: `${desired}`, expected: `at most ${params.maxDesired}`, field: `${here} status.desiredReplicas`, look });
    return pass(`${here}: ScalingActive, ${spec.minReplicas ?? 1} to ${spec.maxReplicas} of ${target.kind} ${target.name}, ${desired} now`);
  },
});
