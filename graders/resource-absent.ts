import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { type KindName, kindNames, kinds } from '../src/grading/kinds.ts';
import { CannotSee, type MirrorView } from '../src/grading/mirror-view.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { controllerOf, isTerminating } from '../src/grading/ownership.ts';
import { labelsParam, namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kindWord, kubectl, labelWords, listing } from '../src/grading/words.ts';

/** Every living namespace has this ConfigMap: it proves that the mirror sees the namespace. */
const witness = 'kube-root-ca.crt';

/** Objects are gone, or were never made. @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
export default defineGrader({
  id: 'resource-absent',
  says: 'No object of these kinds with these names or labels is left; what is still being deleted is waited for.',
  params: z
    .strictObject({
      kinds: z.array(z.enum(kindNames as [KindName, ...KindName[]])).min(1),
      names: z.array(z.string().min(1)).min(1).optional(),
      labels: labelsParam.optional(),
      namePattern: z.string().min(1).optional().describe('A prefix of the names, ending in `*`: `web-*`.'),
      ownerless: z.boolean().default(false).describe('Only objects without a controller count.'),
      finished: z.boolean().default(false).describe('Only Pods that have run to their end count (with `any: true`: every one).'),
      any: z.boolean().default(false).describe('Every object of the kinds counts, whatever its name.'),
      wasThere: z.boolean().default(false).describe('They must have been there right after set-up.'),
      namespace: namespaceParam,
    })
    .refine(
      (params) => params.names || params.labels || params.namePattern || params.any,
      'one of `names`, `labels`, `namePattern`, or `any: true`',
    ),
  reads: (params) => [
    ...params.kinds.map((kind) => (params.namespace && kinds[kind].namespaced ? { kind, namespace: params.namespace } : kind)),
    params.namespace ? { kind: 'ConfigMap' as const, namespace: params.namespace } : 'ConfigMap',
  ],
  looks: 'state',
  example: '{grader: resource-absent, with: {kinds: [Deployment, ReplicaSet, Pod], labels: {app: old}}, stable: 5s}',
  grade({ mirror, params, baseline }) {
    const counts = (object: KubeObject): boolean =>
      (params.names === undefined || params.names.includes(object.metadata.name)) &&
      (params.namePattern === undefined || object.metadata.name.startsWith(params.namePattern.replace(/\*$/, ''))) &&
      (!params.ownerless || controllerOf(object) === undefined) &&
      (!params.finished || ['Succeeded', 'Failed'].includes(object.status?.phase));
    const left = params.kinds.flatMap((kind) =>
      mirror
        .list(kind, { namespace: params.namespace, labels: params.labels })
        .filter(counts)
        .map((object) => ({ kind, object })),
    );
    const what = describe(params);
    if (left.length > 0) {
      const terminating = left.every(({ object }) => isTerminating(object));
      const names = listing(left.map(({ kind, object }) => `${kind} ${object.metadata.name}`));
      const plurals = [...new Set(left.map(({ kind }) => kindWord(kind)))].join(',');
      const look = kubectl(['get', plurals, ...(params.labels ? ['-l', labelWords(params.labels)] : [])], params.namespace);
      if (terminating)
        return waiting({ observed: `${names} ${left.length === 1 ? 'is' : 'are'} being deleted`, expected: `no ${what}`, look });
      return fail({ observed: names, expected: `no ${what}`, look });
    }
    mustSeeNamespace(mirror, params.namespace);
    if (params.wasThere) {
      const start = baseline();
      const was = params.kinds.some((kind) => start.list(kind, params.namespace).some((object) => counts(object)));
      if (!was) throw new CannotSee(`no ${what} was there right after set-up`);
    }
    return pass(`no ${what}`);
  },
});

/** An empty namespace and an empty look are two things: without its witness nothing is known to be absent. */
function mustSeeNamespace(mirror: MirrorView, namespace: string | undefined): void {
  if (!mirror.get('ConfigMap', witness, namespace)) {
    throw new CannotSee(`ConfigMap ${witness}, which every namespace has, is not seen in ${namespace ?? mirror.namespace}`);
  }
}

function describe(params: {
  kinds: readonly string[];
  names?: string[];
  labels?: Record<string, string>;
  namePattern?: string;
  ownerless: boolean;
  finished: boolean;
}): string {
  const which = [
    ...(params.names ? [`named ${listing(params.names)}`] : []),
    ...(params.namePattern ? [`named ${params.namePattern}`] : []),
    ...(params.labels ? [`with ${labelWords(params.labels)}`] : []),
    ...(params.ownerless ? ['without a controller'] : []),
    ...(params.finished ? ['that has finished'] : []),
  ].join(' ');
  return which ? `${params.kinds.join(', ')} ${which}` : params.kinds.join(', ');
}
