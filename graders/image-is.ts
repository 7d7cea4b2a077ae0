import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { sameImage } from '../src/grading/images.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { isFinished } from '../src/grading/ownership.ts';
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
import { count, kindWord, kubectl, listing } from '../src/grading/words.ts';

interface Container {
  name: string;
  image: string;
}

const containerOf = (spec: { containers?: Container[] } | undefined, name: string | undefined): Container | undefined =>
  name ? spec?.containers?.find((one) => one.name === name) : spec?.containers?.[0];

/** An image is in the template and in every Pod that runs. @see v1 ContainerStatus.image */
export default defineGrader({
  id: 'image-is',
  says: 'A workload has this image in its template and runs it in every one of its Pods, ready (a Pod or labels: in those Pods).',
  params: z
    .strictObject({
      ...targetShape,
      container: z.string().min(1).optional().describe('Default: the first container.'),
      image: z.string().min(1),
    })
    .refine(oneTarget, oneTargetMessage),
  reads: readsOfTarget,
  looks: 'state',
  example: '{grader: image-is, with: {of: {kind: Deployment, name: web}, container: web, image: "kd/web:1.1"}}',
  grade({ mirror, params }) {
    const { of, namespace, container, image } = params;
    const look = lookAtTarget(params);
    if (of) {
      const workload = mirror.get(of.kind, of.name, namespace);
      if (!workload) return notThere(of.kind, of.name, namespace);
      const template = of.kind === 'CronJob' ? workload.spec?.jobTemplate?.spec?.template : workload.spec?.template;
      const own = containerOf(template?.spec, container);
      const field = `${of.kind} ${of.name} spec.template.spec.containers${container ? `[${container}]` : '[0]'}.image`;
      const workloadLook = kubectl(['get', kindWord(of.kind), of.name, '-o', 'wide'], namespace);
      if (!own) return fail({ observed: `no container ${container}`, expected: image, field, look: workloadLook });
      if (!sameImage(own.image, image)) return fail({ observed: own.image, expected: image, field, look: workloadLook });
    }
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `at least one with ${image}`, field: nameOfTarget(params), look });
    const others = pods.filter((pod) => !runs(pod, container, image));
    if (others.length > 0) {
      const [other] = others;
      const trouble = worstOf(others);
      const seen = {
        observed: `${count(others.length, 'Pod')} of ${pods.length} not: ${other!.metadata.name} has ${imageIn(other!, container) ?? 'no such container'}${trouble ? ` (${trouble.reason})` : ''}`,
        expected: `every Pod runs ${image}`,
        field: `${nameOfTarget(params)} status.containerStatuses image`,
        look: trouble ? kubectl(['describe', 'pod', trouble.pod], namespace) : look,
      };
      const rolling = of?.kind !== undefined && of.kind !== 'ReplicaSet' && !worstOf(pods)?.stuck;
      return rolling ? waiting(seen) : fail(seen);
    }
    return pass(`${nameOfTarget(params)}: ${count(pods.length, 'Pod')} with ${image} (${listing(pods.map((pod) => pod.metadata.name))})`);
  },
});

/** The container's status speaks, not its spec: a mirror Pod's spec says nothing of what runs. */
function runs(pod: KubeObject, container: string | undefined, image: string): boolean {
  const own = containerOf(pod.spec, container);
  const running = containerStatuses(pod).find((one) => one.name === own?.name)?.image ?? '';
  // the runtime names an image without a tag by its digest: then the spec is all there is
  const named = running.startsWith('sha256:') ? own?.image : running;
  return (podReady(pod) || isFinished(pod)) && own !== undefined && sameImage(named ?? '', image) && sameImage(own.image, image);
}

function imageIn(pod: KubeObject, container: string | undefined): string | undefined {
  const own = containerOf(pod.spec, container);
  const running = containerStatuses(pod).find((one) => one.name === own?.name)?.image;
  return running && own && !sameImage(running, own.image) ? running : own?.image;
}
