import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, seconds } from '../src/grading/words.ts';

/** A component of the control plane is alive: it renews the lease that its leader holds. @see coordination.k8s.io/v1 Lease */
export default defineGrader({
  id: 'recent-lease',
  says: 'The lease of a control-plane component has a holder that renewed it seconds ago (or, with `stale`, has not).',
  params: z.strictObject({
    name: z.string().min(1).describe('e.g. `kube-scheduler`, `kube-controller-manager`.'),
    maxAgeSeconds: z.number().int().min(1).max(600).default(15),
    stale: z.boolean().default(false).describe('The lease is not renewed any more: the component is down.'),
    namespace: z.string().min(1).default('kube-system'),
  }),
  reads: ({ namespace }) => [{ kind: 'Lease', namespace }],
  looks: 'behaviour',
  example: '{grader: recent-lease, with: {name: kube-scheduler, maxAgeSeconds: 15}}',
  grade({ mirror, params, now }) {
    const { name, namespace, maxAgeSeconds, stale } = params;
    const lease = mirror.get('Lease', name, namespace);
    if (!lease) return notThere('Lease', name, namespace);
    const holder: string = lease.spec?.holderIdentity ?? '';
    const renewed = Date.parse(lease.spec?.renewTime ?? '');
    const age = Number.isNaN(renewed) ? Number.POSITIVE_INFINITY : Math.max(0, now - renewed);
    const fresh = holder !== '' && age <= maxAgeSeconds * 1000;
    const observed = holder === '' ? 'no holder' : Number.isFinite(age) ? `renewed ${seconds(age)} ago` : 'never renewed';
    const field = `Lease ${name} spec.renewTime`;
    const look = kubectl(['get', 'lease', name, '-o', 'yaml'], namespace);
    if (stale)
      return fresh
        ? waiting({ observed, expected: `not renewed for ${maxAgeSeconds} s`, field, look })
        : pass(`Lease ${name} is not renewed any more`);
    if (fresh) return pass(`Lease ${name}: held by ${holder}, renewed within ${maxAgeSeconds} s`);
    return fail({ observed, expected: `renewed within ${maxAgeSeconds} s`, field, look });
  },
});
