import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { sameImage } from '../src/grading/images.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { ownedBy } from '../src/grading/ownership.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

const imagesOf = (revision: KubeObject, container: string | undefined): string[] => {
  const containers: { name: string; image?: string }[] = revision.data?.spec?.template?.spec?.containers ?? [];
  return containers.filter((one) => !container || one.name === container).flatMap((one) => one.image ?? []);
};

/** The past versions of a DaemonSet or StatefulSet, as its ControllerRevisions keep them. @see apps/v1 ControllerRevision */
export default defineGrader({
  id: 'controller-revisions',
  says: 'A DaemonSet or StatefulSet has ControllerRevisions of these images; the newest one is of this.',
  params: z.strictObject({
    of: z.strictObject({ kind: z.enum(['DaemonSet', 'StatefulSet']), name: z.string().min(1) }),
    container: z.string().min(1).optional(),
    images: z.array(z.string().min(1)).min(1).describe('Each is in a revision that the workload owns.'),
    newest: z.string().min(1).optional().describe('The image of the revision with the highest number.'),
    min: z.number().int().min(1).optional().describe('The highest revision number is at least this.'),
    namespace: namespaceParam,
  }),
  reads: ({ of, namespace }) => ([of.kind, 'ControllerRevision'] as const).map((kind) => (namespace ? { kind, namespace } : kind)),
  looks: 'state',
  example: '{grader: controller-revisions, with: {of: {kind: DaemonSet, name: counter}, images: ["kd/shell:1.1"], newest: "kd/shell:1.0"}}',
  grade({ mirror, params }) {
    const { of, container, namespace } = params;
    const workload = mirror.get(of.kind, of.name, namespace);
    if (!workload) return notThere(of.kind, of.name, namespace);
    const look = kubectl(['rollout', 'history', `${of.kind.toLowerCase()}/${of.name}`], namespace);
    if ((workload.status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
      return waiting({
        observed: 'the controller has not seen the last change',
        expected: 'it has',
        field: `${of.kind} ${of.name} status.observedGeneration`,
        look,
      });
    }
    const revisions = ownedBy(mirror, workload, 'ControllerRevision').sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0));
    const all = [...new Set(revisions.flatMap((one) => imagesOf(one, container)))];
    const field = `ControllerRevisions of ${of.kind} ${of.name}`;
    for (const image of params.images) {
      if (!all.some((one) => sameImage(one, image))) return fail({ observed: listing(all), expected: `one with ${image}`, field, look });
    }
    const [newest] = revisions;
    const newestImages = newest ? imagesOf(newest, container) : [];
    if (params.newest !== undefined && !newestImages.some((one) => sameImage(one, params.newest ?? ''))) {
      return fail({
        observed: `revision ${newest?.revision} has ${listing(newestImages)}`,
        expected: `the newest has ${params.newest}`,
        field,
        look,
      });
    }
    if (params.min !== undefined && (newest?.revision ?? 0) < params.min) {
      return fail({ observed: `${newest?.revision ?? 0}`, expected: `at least ${params.min}`, field: `${field} revision`, look });
    }
    return pass(`${of.kind} ${of.name}: revisions of ${listing(all)}, the newest of ${listing(newestImages)}`);
  },
});
