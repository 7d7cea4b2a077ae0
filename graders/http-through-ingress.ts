import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { gradeUrls, httpShape } from '../src/grading/http-check.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

/** The ingress controller answers for a host and a path. @see networking.k8s.io/v1 Ingress */
export default defineGrader({
  id: 'http-through-ingress',
  says: 'The ingress controller answers as it must for a host and a path, by an Ingress of its class.',
  params: z.strictObject({
    ingress: z.string().min(1).describe('The Ingress that must be there, with the class of the controller.'),
    host: z.string().min(1).describe('Host header.'),
    ...httpShape,
  }),
  reads: ['Ingress'],
  looks: 'behaviour',
  example: '{grader: http-through-ingress, with: {ingress: shop, host: shop.local, path: /api, body: "Hello Kubernetes Beginners!"}}',
  async grade({ mirror, params, probes, cluster }) {
    const ingress = mirror.get('Ingress', params.ingress);
    if (!ingress) return notThere('Ingress', params.ingress);
    const { ingressClass, ingressUrl } = cluster();
    if (!ingressUrl) throw new CannotSee('this cluster has no ingress controller');
    const look = kubectl(['describe', 'ingress', params.ingress]);
    const ownClass: string | undefined = ingress.spec?.ingressClassName;
    if (ingressClass && ownClass !== ingressClass) {
      return fail({
        observed: ownClass ?? 'nothing',
        expected: ingressClass,
        field: `Ingress ${params.ingress} spec.ingressClassName`,
        look,
      });
    }
    // one who may not look into other namespaces cannot know; the controller's answer is all there is then
    const rivals = await probes.ingressRivals({ host: params.host });
    if (rivals.ok && rivals.value.length > 0) {
      throw new CannotSee(`Ingress ${rivals.value.join(', ')} claims the host ${params.host}, too: the controller answers by one of them`);
    }
    return gradeUrls(probes, [`${ingressUrl.replace(/\/$/, '')}${params.path}`], params, { look, host: params.host });
  },
});
