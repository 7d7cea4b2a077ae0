import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { sameImage } from '../src/grading/images.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { controllerOf } from '../src/grading/ownership.ts';
import { type Difference, wrongPlacement } from '../src/grading/placement.ts';
import { containerStatuses, podReady, restartsOf, troubleOf } from '../src/grading/pods.ts';
import {
  lookAtTarget,
  nameOfTarget,
  oneTarget,
  oneTargetMessage,
  podsOfTarget,
  readsOfTarget,
  targetShape,
} from '../src/grading/target.ts';
import { fail, type Mismatch, pass, type Verdict, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, listing, shown } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    ...targetShape,
    phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed']).optional(),
    ready: z.boolean().optional(),
    readyContainers: z.number().int().min(1).optional().describe('So many containers, all of them ready.'),
    restarts: z.strictObject({ min: z.number().int().min(0).optional(), max: z.number().int().min(0).optional() }).optional(),
    restarted: z.boolean().optional().describe('A container was restarted in place: a restart count and the end of the run before.'),
    waitingReason: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('A container waits for one of these reasons, e.g. `[ErrImagePull, ImagePullBackOff]`.'),
    exitCode: z.number().int().min(0).max(255).optional().describe('Every container has ended with it.'),
    owner: z.union([z.literal('none'), z.strictObject({ kind: z.string().min(1), name: z.string().min(1).optional() })]).optional(),
    image: z.string().min(1).optional().describe('What its container runs, by its status.'),
    container: z.string().min(1).optional(),
    node: z.string().min(1).optional(),
    scheduled: z.boolean().optional().describe('`true`: a scheduler chose its node, nobody wrote `nodeName`. `false`: it has no node.'),
  })
  .refine(oneTarget, oneTargetMessage);

/** The state of one Pod, or of every Pod of a target. @see v1 PodStatus */
export default defineGrader({
  id: 'pod-state',
  says: 'Pods are in this state: phase, readiness, restarts, reason of waiting, exit code, owner, image, node.',
  params: shape,
  reads: (params) => [
    ...readsOfTarget(params),
    ...(params.scheduled ? [params.namespace ? { kind: 'Event' as const, namespace: params.namespace } : ('Event' as const)] : []),
  ],
  looks: 'state',
  example: '{grader: pod-state, with: {pod: dok-app, phase: Succeeded, exitCode: 0, restarts: {max: 0}}}',
  grade({ mirror, params, now }): Verdict {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: lookAtTarget(params) });
    for (const pod of pods) {
      const wrong =
        wrongWith(pod, params) ??
        (params.scheduled === true ? wrongPlacement(pod, mirror.list('Event', { namespace: params.namespace }), now) : undefined);
      if (!wrong) continue;
      const { name } = pod.metadata;
      const { onItsWay, field, ...mismatch } = wrong;
      const seen: Mismatch = { ...mismatch, field: `Pod ${name} ${field}`, look: kubectl(['describe', 'pod', name], params.namespace) };
      return onItsWay ? waiting(seen) : fail(seen);
    }
    const [first] = pods;
    return pass(`${nameOfTarget(params)}: ${count(pods.length, 'Pod')}, ${first?.status?.phase}, ${count(restartsOf(first!), 'restart')}`);
  },
});

/** The first thing that is not as it must be; what cannot change by itself comes first. */
function wrongWith(pod: KubeObject, params: z.output<typeof shape>): Difference | undefined {
  return wrongIdentity(pod, params) ?? wrongContainers(pod, params) ?? wrongPhase(pod, params);
}

function wrongIdentity(pod: KubeObject, params: z.output<typeof shape>): Difference | undefined {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller) ?? pod.metadata.ownerReferences?.[0];
  const ownerWords = owner ? `${owner.kind} ${owner.name}` : 'none';
  if (params.owner === 'none' && owner) return { observed: ownerWords, expected: 'none', field: 'metadata.ownerReferences' };
  if (typeof params.owner === 'object') {
    const controller = controllerOf(pod);
    const { kind, name } = params.owner;
    if (controller?.kind !== kind || (name !== undefined && controller.name !== name)) {
      return { observed: ownerWords, expected: [kind, name].filter(Boolean).join(' '), field: 'metadata.ownerReferences' };
    }
  }
  if (params.node !== undefined && pod.spec?.nodeName !== params.node) {
    return {
      observed: pod.spec?.nodeName ?? 'nothing',
      expected: params.node,
      field: 'spec.nodeName',
      onItsWay: pod.spec?.nodeName === undefined,
    };
  }
  if (params.scheduled === false && pod.spec?.nodeName !== undefined)
    return { observed: pod.spec.nodeName, expected: 'nothing', field: 'spec.nodeName' };
  return undefined;
}

function wrongContainers(pod: KubeObject, params: z.output<typeof shape>): Difference | undefined {
  const all = containerStatuses(pod);
  const statuses = params.container ? all.filter((one) => one.name === params.container) : all;
  if (params.image !== undefined) {
    const other = statuses.find((one) => !sameImage(one.image ?? '', params.image ?? ''));
    if (other || statuses.length === 0) {
      return {
        observed: other?.image ?? 'nothing runs yet',
        expected: params.image,
        field: 'status.containerStatuses image',
        onItsWay: other === undefined,
      };
    }
  }
  const restarts = restartsOf(pod);
  if (params.restarts?.max !== undefined && restarts > params.restarts.max) {
    return {
      observed: `${restarts}`,
      expected: params.restarts.max === 0 ? '0' : `at most ${params.restarts.max}`,
      field: 'status.containerStatuses restartCount',
    };
  }
  if (params.restarts?.min !== undefined && restarts < params.restarts.min) {
    return { observed: `${restarts}`, expected: `at least ${params.restarts.min}`, field: 'status.containerStatuses restartCount' };
  }
  if (params.restarted === true && !statuses.some((one) => (one.restartCount ?? 0) > 0 && one.lastState?.terminated)) {
    return {
      observed: 'no restart in place',
      expected: 'a restart with the end of the run before',
      field: 'status.containerStatuses lastState',
    };
  }
  if (params.exitCode !== undefined) {
    const codes = statuses.map((one) => one.state?.terminated?.exitCode);
    const other = codes.find((code) => code !== undefined && code !== params.exitCode);
    if (other !== undefined) return { observed: `${other}`, expected: `${params.exitCode}`, field: 'status.containerStatuses exitCode' };
    if (codes.length === 0 || codes.includes(undefined)) {
      return {
        observed: 'it has not ended',
        expected: `exit code ${params.exitCode}`,
        field: 'status.containerStatuses exitCode',
        onItsWay: !troubleOf(pod)?.stuck,
      };
    }
  }
  if (params.waitingReason) {
    const reasons = statuses.flatMap((one) => one.state?.waiting?.reason ?? []);
    if (!reasons.some((reason) => params.waitingReason?.includes(reason))) {
      return {
        observed: listing(reasons),
        expected: params.waitingReason.join(' or '),
        field: 'status.containerStatuses waiting reason',
        onItsWay: true,
      };
    }
  }
  return undefined;
}

function wrongPhase(pod: KubeObject, params: z.output<typeof shape>): Difference | undefined {
  const trouble = troubleOf(pod);
  const stuck = trouble?.stuck === true;
  const phase = pod.status?.phase ?? 'nothing';
  if (params.phase !== undefined && phase !== params.phase) {
    const ended = phase === 'Succeeded' || phase === 'Failed';
    return {
      observed: stuck ? `${phase}; ${trouble.reason}` : phase,
      expected: params.phase,
      field: 'status.phase',
      onItsWay: !ended && !stuck,
    };
  }
  const ready = podReady(pod);
  if (params.ready !== undefined && ready !== params.ready) {
    const observed = params.ready ? shown(trouble?.reason ?? 'not ready') : 'ready';
    return {
      observed,
      expected: params.ready ? 'ready' : 'not ready',
      field: 'status.conditions[Ready]',
      onItsWay: params.ready && !stuck,
    };
  }
  if (params.readyContainers !== undefined) {
    const all: unknown[] = pod.spec?.containers ?? [];
    const up = containerStatuses(pod).filter((one) => one.ready).length;
    if (all.length !== params.readyContainers)
      return { observed: count(all.length, 'container'), expected: `${params.readyContainers}`, field: 'spec.containers' };
    if (up !== params.readyContainers) {
      return {
        observed: `${up} of ${all.length} ready${trouble ? `; ${trouble.reason}` : ''}`,
        expected: `${params.readyContainers} ready`,
        field: 'status.containerStatuses',
        onItsWay: !stuck,
      };
    }
  }
  return undefined;
}
