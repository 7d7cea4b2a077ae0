import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { sameImage } from '../src/grading/images.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { ownedBy } from '../src/grading/ownership.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

const revisionKey = 'deployment.kubernetes.io/revision';
const historyKey = 'deployment.kubernetes.io/revision-history';
const causeKey = 'kubernetes.io/change-cause';

const past = z.strictObject({
  image: z.string().min(1).describe('The image of its template (of `container`, else of the first container).'),
  replicas: z
    .union([z.number().int().min(0), z.literal('all')])
    .optional()
    .describe('Its `spec.replicas`; `all`: what the Deployment asks for.'),
  revision: z.number().int().min(1).optional(),
  history: z.number().int().min(1).optional().describe('A revision number that it had before: it was gone back to.'),
  cause: patternText.optional().describe('A pattern that its change-cause matches.'),
});

const imageOf = (replicaSet: KubeObject, container: string | undefined): string => {
  const containers: { name: string; image: string }[] = replicaSet.spec?.template?.spec?.containers ?? [];
  return (container ? containers.find((one) => one.name === container) : containers[0])?.image ?? '';
};

/** The versions of a Deployment, as the ReplicaSets that it owns tell them. @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment */
export default defineGrader({
  id: 'replicaset-history',
  says: "A Deployment's own ReplicaSets tell its versions: which images it ran, with which revision, replicas and change-cause.",
  params: z.strictObject({
    deployment: z.string().min(1),
    container: z.string().optional(),
    versions: z.array(past).min(1).describe('Each must be there as a ReplicaSet of the Deployment.'),
    revision: z.number().int().min(1).optional().describe("The Deployment's revision now."),
    minRevision: z.number().int().min(1).optional(),
    distinctCauses: z.boolean().default(false).describe('Every version named has a change-cause and no two are alike.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => (['Deployment', 'ReplicaSet'] as const).map((kind) => (namespace ? { kind, namespace } : kind)),
  looks: 'state',
  example:
    '{grader: replicaset-history, with: {deployment: web, revision: 2, versions: [{image: "kd/web:1.0", replicas: 0}, {image: "kd/web:1.1", replicas: all}]}}',
  grade({ mirror, params }) {
    const { deployment: name, container, versions, namespace } = params;
    const look = kubectl(['rollout', 'history', `deployment/${name}`], namespace);
    const replicaSetsLook = kubectl(['get', 'replicasets', '-o', 'wide'], namespace);
    const deployment = mirror.get('Deployment', name, namespace);
    if (!deployment) return notThere('Deployment', name, namespace);
    if ((deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) {
      return waiting({
        observed: 'the controller has not seen the last change',
        expected: 'it has',
        field: `Deployment ${name} status.observedGeneration`,
        look,
      });
    }
    const own = ownedBy(mirror, deployment, 'ReplicaSet');
    const causes: string[] = [];
    for (const version of versions) {
      const sets = own.filter((one) => sameImage(imageOf(one, container), version.image));
      if (sets.length === 0) {
        const images = [...new Set(own.map((one) => imageOf(one, container)))].sort();
        return fail({
          observed: `ReplicaSets with ${listing(images)}`,
          expected: `one of Deployment ${name} with ${version.image}`,
          look: replicaSetsLook,
        });
      }
      const mismatches = sets.map((set) => differenceOf(set, version, deployment));
      const fitting = mismatches.indexOf(undefined);
      if (fitting === -1)
        return mismatches[0]!.onItsWay
          ? waiting({ ...mismatches[0]!.seen, look: replicaSetsLook })
          : fail({ ...mismatches[0]!.seen, look });
      causes.push(sets[fitting]!.metadata.annotations?.[causeKey] ?? '');
    }
    if (params.distinctCauses && (causes.includes('') || new Set(causes).size < causes.length)) {
      return fail({
        observed: listing(causes.map((cause) => cause || 'no change-cause')),
        expected: 'a change-cause for each version, no two alike',
        field: `ReplicaSets of Deployment ${name} metadata.annotations["${causeKey}"]`,
        look,
      });
    }
    const revision = Number(deployment.metadata.annotations?.[revisionKey] ?? 0);
    const field = `Deployment ${name} metadata.annotations["${revisionKey}"]`;
    if (params.revision !== undefined && revision !== params.revision)
      return fail({ observed: `${revision}`, expected: `${params.revision}`, field, look });
    if (params.minRevision !== undefined && revision < params.minRevision) {
      return fail({ observed: `${revision}`, expected: `at least ${params.minRevision}`, field, look });
    }
    return pass(`Deployment ${name} is at revision ${revision}, with ReplicaSets of ${listing(versions.map((version) => version.image))}`);
  },
});

interface Difference {
  seen: { observed: string; expected: string; field: string };
  /** Replicas follow a rollout by themselves. */
  onItsWay: boolean;
}

function differenceOf(set: KubeObject, version: z.output<typeof past>, deployment: KubeObject): Difference | undefined {
  const here = `ReplicaSet ${set.metadata.name} (${version.image})`;
  const annotations = set.metadata.annotations ?? {};
  const differs = (field: string, observed: string, expected: string, onItsWay = false): Difference => ({
    seen: { observed, expected, field: `${here} ${field}` },
    onItsWay,
  });
  if (version.revision !== undefined && Number(annotations[revisionKey]) !== version.revision) {
    return differs(`metadata.annotations["${revisionKey}"]`, annotations[revisionKey] ?? 'nothing', `${version.revision}`);
  }
  if (version.history !== undefined && !(annotations[historyKey] ?? '').split(',').includes(`${version.history}`)) {
    return differs(`metadata.annotations["${historyKey}"]`, annotations[historyKey] ?? 'nothing', `${version.history} among them`);
  }
  if (version.cause !== undefined && !patternOf(version.cause).test(annotations[causeKey] ?? '')) {
    return differs(`metadata.annotations["${causeKey}"]`, annotations[causeKey] ?? 'nothing', `it matches ${version.cause}`);
  }
  const wanted = version.replicas === 'all' ? (deployment.spec?.replicas ?? 1) : version.replicas;
  const replicas = set.spec?.replicas ?? 1;
  if (wanted !== undefined && replicas !== wanted) {
    const rolling = (deployment.status?.updatedReplicas ?? 0) < (deployment.spec?.replicas ?? 1);
    return differs('spec.replicas', `${replicas}`, `${wanted}`, rolling);
  }
  return undefined;
}
