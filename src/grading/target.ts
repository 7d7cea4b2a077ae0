import { z } from 'zod';
import type { MirrorView, Read } from './mirror-view.ts';
import { notThere } from './not-there.ts';
import type { KubeObject } from './object.ts';
import { isTerminating, podsOfWorkload, readsOfWorkload, workloadKinds } from './ownership.ts';
import { type Fail, fail } from './verdict.ts';
import { kindWord, kubectl, labelWords } from './words.ts';

export const namespaceParam = z.string().min(1).optional().describe("Another namespace than the drill's, e.g. `kube-system`.");
export const labelsParam = z.record(z.string(), z.string()).refine((labels) => Object.keys(labels).length > 0, 'at least one label');
export const workloadParam = z.strictObject({
  kind: z.enum(workloadKinds),
  name: z.string().min(1),
});

/** Which Pods a check is about; exactly one of the three. */
export const targetShape = {
  of: workloadParam
    .optional()
    .describe('The Pods that this workload owns, through its ReplicaSets or Jobs. A Pod with the right labels alone is not among them.'),
  pod: z.string().min(1).optional().describe('One Pod by its name.'),
  labels: labelsParam.optional().describe('Every live Pod with these labels, whoever owns it.'),
  namespace: namespaceParam,
};
/** The same in the drill's namespace only: logs and commands are asked for there. */
export const { namespace: _, ...ownPodsShape } = targetShape;
export interface Target {
  of?: z.output<typeof workloadParam>;
  pod?: string;
  labels?: Record<string, string>;
  namespace?: string;
}

/** Refinement for schemas that hold `targetShape`. */
export const oneTarget = (target: Target): boolean =>
  [target.of, target.pod, target.labels].filter((one) => one !== undefined).length === 1;
export const oneTargetMessage = 'exactly one of `of`, `pod` and `labels` says which Pods are meant';

export const readsOfTarget = (target: Target): Read[] =>
  target.of ? readsOfWorkload(target.of.kind, target.namespace) : [target.namespace ? { kind: 'Pod', namespace: target.namespace } : 'Pod'];

/** How a verdict names the target: `Deployment web`, `Pod early`, `Pods with app=web`. */
export const nameOfTarget = (target: Target): string =>
  target.of ? `${target.of.kind} ${target.of.name}` : target.pod ? `Pod ${target.pod}` : `Pods with ${labelWords(target.labels ?? {})}`;

/** A command that shows the target's Pods. */
export const lookAtTarget = (target: Target): string =>
  target.pod
    ? kubectl(['describe', 'pod', target.pod], target.namespace)
    : target.labels
      ? kubectl(['get', 'pods', '-l', labelWords(target.labels), '-o', 'wide'], target.namespace)
      : kubectl(['get', `${kindWord(target.of!.kind)},pods`, '-o', 'wide'], target.namespace);

/** The live Pods of a target (Pods being deleted are not live), or why there can be none. */
export function podsOfTarget(mirror: MirrorView, target: Target): { pods: KubeObject[] } | { missing: Fail } {
  const look = lookAtTarget(target);
  if (target.of) {
    const { kind, name } = target.of;
    const pods = podsOfWorkload(mirror, kind, name, target.namespace);
    if (pods) return { pods: byName(pods) };
    return { missing: notThere(kind, name, target.namespace) };
  }
  if (target.pod) {
    const pod = mirror.get('Pod', target.pod, target.namespace);
    if (pod && !isTerminating(pod)) return { pods: [pod] };
    const observed = pod ? `Pod ${target.pod} is being deleted` : `Pod ${target.pod} does not exist`;
    return { missing: fail({ observed, expected: `a Pod ${target.pod}`, look: kubectl(['get', 'pods'], target.namespace) }) };
  }
  const pods = mirror.list('Pod', { namespace: target.namespace, labels: target.labels }).filter((pod) => !isTerminating(pod));
  if (pods.length > 0) return { pods: byName(pods) };
  return { missing: fail({ observed: `no Pod with ${labelWords(target.labels ?? {})}`, expected: 'at least one', look }) };
}

export const byName = (objects: readonly KubeObject[]): KubeObject[] =>
  [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0));
