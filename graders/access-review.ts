import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { mustSee } from '../src/grading/see.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

const question = z.strictObject({
  verb: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  resource: z.string().min(1).describe('Plural, e.g. `pods`.'),
  group: z.string().optional().describe('API group, e.g. `apps`.'),
  namespace: z.string().optional().describe("Default: the drill's. `''` asks cluster-wide."),
});

/** Who may do what, as the API server itself answers. @see authorization.k8s.io/v1 SubjectAccessReview */
export default defineGrader({
  id: 'access-review',
  says: "A ServiceAccount or user may do all of this and none of that, by the API server's own answer.",
  params: z
    .strictObject({
      serviceAccount: z.string().min(1).optional().describe("A ServiceAccount of the drill's namespace."),
      user: z.string().min(1).optional(),
      may: z.array(question).default([]),
      mayNot: z.array(question).default([]),
    })
    .refine((params) => (params.serviceAccount === undefined) !== (params.user === undefined), '`serviceAccount` or `user` says who')
    .refine((params) => params.may.length > 0, '`may` must hold something: a subject that does not exist may do nothing'),
  reads: ({ serviceAccount }) => [
    ...(serviceAccount ? (['ServiceAccount'] as const) : []),
    'Role',
    'RoleBinding',
    'ClusterRole',
    'ClusterRoleBinding',
  ],
  looks: 'behaviour',
  example:
    '{grader: access-review, with: {serviceAccount: reader, may: [{verb: [get, list, watch], resource: pods}], mayNot: [{verb: delete, resource: pods}, {verb: list, resource: nodes, namespace: ""}]}}',
  async grade({ mirror, params, probes }) {
    const user = params.user ?? `system:serviceaccount:${mirror.namespace}:${params.serviceAccount}`;
    if (params.serviceAccount !== undefined && !mirror.get('ServiceAccount', params.serviceAccount)) {
      return fail({
        observed: `ServiceAccount ${params.serviceAccount} does not exist`,
        expected: `a ServiceAccount ${params.serviceAccount}`,
        look: kubectl(['get', 'serviceaccounts']),
      });
    }
    const asked: string[] = [];
    for (const [questions, expected] of [
      [params.may, true],
      [params.mayNot, false],
    ] as const) {
      for (const { verb: verbs, resource, group, namespace } of questions) {
        for (const verb of [verbs].flat()) {
          const answer = mustSee(await probes.accessReview({ user, verb, resource, group, namespace }));
          const words = `${verb} ${resource}${group ? `.${group}` : ''}`;
          if (answer.allowed !== expected) {
            const scope = namespace === '' ? ['--all-namespaces'] : namespace === undefined ? [] : ['-n', namespace];
            return fail({
              observed: answer.allowed ? `may ${words}` : `may not ${words}`,
              expected: expected ? `may ${words}` : `may not ${words}`,
              field: user,
              look: kubectl(['auth', 'can-i', verb, group ? `${resource}.${group}` : resource, `--as=${user}`, ...scope]),
            });
          }
          asked.push(`${expected ? '' : 'not '}${words}`);
        }
      }
    }
    return pass(`${params.serviceAccount ?? user} may ${asked.join(', ')}`);
  },
});
