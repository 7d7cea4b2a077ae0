import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { hasLabels } from '../src/grading/labels.ts';
import { notThere } from '../src/grading/not-there.ts';
import { podsOfOwner, readsOfWorkload } from '../src/grading/ownership.ts';
import { labelsParam, namespaceParam } from '../src/grading/target.ts';
import { fail } from '../src/grading/verdict.ts';
import { kubectl, labelWords } from '../src/grading/words.ts';
import { availability } from '../src/grading/workloads.ts';

/** A Deployment has all its replicas updated, available and observed. @see apps/v1 DeploymentStatus */
export default defineGrader({
  id: 'deployment-available',
  says: 'A Deployment has all its replicas of the current template, available, and its controller has seen the last change.',
  params: z.strictObject({
    name: z.string().min(1),
    replicas: z.number().int().min(1).optional().describe('The number that `spec.replicas` must be; without it any number but 0.'),
    minReplicas: z.number().int().min(1).optional(),
    selector: labelsParam.optional().describe('Exactly these `spec.selector.matchLabels`.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => readsOfWorkload('Deployment', namespace),
  looks: 'state',
  example: '{grader: deployment-available, with: {name: web, replicas: 3}}',
  grade({ mirror, params }) {
    const { name, replicas, minReplicas, selector, namespace } = params;
    const deployment = mirror.get('Deployment', name, namespace);
    const look = kubectl(['get', 'deployment', name], namespace);
    if (!deployment) return notThere('Deployment', name, namespace);
    const wanted = deployment.spec?.replicas ?? 1;
    const field = `Deployment ${name} spec.replicas`;
    if (replicas !== undefined && wanted !== replicas) return fail({ observed: `${wanted}`, expected: `${replicas}`, field, look });
    if (minReplicas !== undefined && wanted < minReplicas) {
      return fail({ observed: `${wanted}`, expected: `at least ${minReplicas}`, field, look });
    }
    const own: Record<string, string> = deployment.spec?.selector?.matchLabels ?? {};
    if (
      selector &&
      (!hasLabels({ metadata: { name, labels: own } }, selector) || Object.keys(own).length !== Object.keys(selector).length)
    ) {
      return fail({
        observed: labelWords(own) || 'nothing',
        expected: labelWords(selector),
        field: `Deployment ${name} spec.selector.matchLabels`,
        look: kubectl(['get', 'deployment', name, '-o', 'wide'], namespace),
      });
    }
    return availability('Deployment', deployment, podsOfOwner(mirror, deployment, 'Deployment'), namespace);
  },
});
