import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { controllerOf, podsOfOwner } from '../src/grading/ownership.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';
import { availability } from '../src/grading/workloads.ts';

/** A StatefulSet gives its Pods names, claims and DNS names that last. @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity */
export default defineGrader({
  id: 'statefulset-identity',
  says: 'A StatefulSet has its Pods ready under their ordinal names, each with claims of its own, behind its headless Service.',
  params: z.strictObject({
    name: z.string().min(1),
    replicas: z.number().int().min(1).optional(),
    headless: z.boolean().default(true).describe('Its `serviceName` is a Service with `clusterIP: None` that selects its Pods.'),
    claims: z.boolean().default(true).describe('Each Pod has a Bound claim for each of the claim templates.'),
    keptClaims: z
      .array(z.number().int().min(0))
      .optional()
      .describe('Ordinals without a Pod whose claims are still Bound, left by a scale-down.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) =>
    (['StatefulSet', 'Pod', 'PersistentVolumeClaim', 'Service'] as const).map((kind) => (namespace ? { kind, namespace } : kind)),
  looks: 'state',
  example: '{grader: statefulset-identity, with: {name: counter, replicas: 2, keptClaims: [2]}}',
  grade({ mirror, params }) {
    const { name, namespace, replicas } = params;
    const set = mirror.get('StatefulSet', name, namespace);
    if (!set) return notThere('StatefulSet', name, namespace);
    const look = kubectl(['get', 'statefulset,pods,pvc'], namespace);
    const wanted: number = set.spec?.replicas ?? 1;
    if (replicas !== undefined && wanted !== replicas) {
      return fail({ observed: `${wanted}`, expected: `${replicas}`, field: `StatefulSet ${name} spec.replicas`, look });
    }
    const pods = podsOfOwner(mirror, set, 'StatefulSet');
    const available = availability('StatefulSet', set, pods, namespace);
    if (available.verdict !== 'pass') return available;
    const first: number = set.spec?.ordinals?.start ?? 0;
    const names = Array.from({ length: wanted }, (_, index) => `${name}-${first + index}`);
    const missing = names.filter((one) => !pods.some((pod) => pod.metadata.name === one));
    if (missing.length > 0)
      return fail({
        observed: listing(pods.map((pod) => pod.metadata.name).sort()),
        expected: listing(names),
        field: `Pods of StatefulSet ${name}`,
        look,
      });
    const surplus = mirror
      .list('Pod', { namespace })
      .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && !names.includes(pod.metadata.name));
    if (surplus.length > 0)
      return fail({
        observed: `also ${listing(surplus.map((pod) => pod.metadata.name))}`,
        expected: `only ${listing(names)}`,
        field: `Pods of StatefulSet ${name}`,
        look,
      });

    if (params.headless) {
      const serviceName: string = set.spec?.serviceName ?? '';
      const service = serviceName ? mirror.get('Service', serviceName, namespace) : undefined;
      if (!service) {
        const { observed, expected } = notThere('Service', serviceName || '(none named)', namespace);
        return fail({ observed, expected, field: `StatefulSet ${name} spec.serviceName`, look: kubectl(['get', 'services'], namespace) });
      }
      if (service.spec?.clusterIP !== 'None') {
        return fail({
          observed: service.spec?.clusterIP ?? 'nothing',
          expected: 'None',
          field: `Service ${serviceName} spec.clusterIP`,
          look: kubectl(['get', 'service', serviceName], namespace),
        });
      }
    }
    const templates: string[] = (set.spec?.volumeClaimTemplates ?? []).map((one: KubeObject) => one.metadata.name);
    if (params.claims && templates.length === 0) {
      return fail({ observed: 'none', expected: 'at least one', field: `StatefulSet ${name} spec.volumeClaimTemplates`, look });
    }
    const claimed = params.claims ? names : [];
    for (const owner of [...claimed, ...(params.keptClaims ?? []).map((ordinal) => `${name}-${ordinal}`)]) {
      for (const template of templates) {
        const claim = mirror.get('PersistentVolumeClaim', `${template}-${owner}`, namespace);
        if (!claim) return notThere('PersistentVolumeClaim', `${template}-${owner}`, namespace);
        if (claim.status?.phase !== 'Bound') {
          return fail({
            observed: claim.status?.phase ?? 'nothing',
            expected: 'Bound',
            field: `PersistentVolumeClaim ${template}-${owner} status.phase`,
            look,
          });
        }
      }
    }
    return pass(`StatefulSet ${name}: ${listing(names)}${params.claims ? `, each with ${listing(templates)}` : ''}`);
  },
});
