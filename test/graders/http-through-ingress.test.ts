import { describe, expect, it } from 'vitest';
import httpThroughIngress from '../../graders/http-through-ingress.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { HttpRequest } from '../../src/grading/probes.ts';
import { page, seen } from '../support/fake-probes.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { clusterFacts, object } from '../support/objects.ts';

const cluster = clusterFacts({ ingressClass: 'drill', ingressUrl: 'http://10.96.0.80/' });
const shop = (ingressClassName?: string) => object('Ingress', { name: 'shop' }, { spec: { ingressClassName } });
const grade = (params: Record<string, unknown>, given: GivenContext) =>
  gradeWith(
    httpThroughIngress as unknown as Grader,
    { ingress: 'shop', host: 'shop.local', path: '/api', ...params },
    { cluster, ...given },
  );

describe('an Ingress', () => {
  it('passes when the controller answers for its host and path', async () => {
    const asked: HttpRequest[] = [];
    const http = async (request: HttpRequest) => {
      asked.push(request);
      return seen([page('Hello Kubernetes Beginners!\n')]);
    };
    expect((await grade({ body: '^Hello' }, { mirror: [shop('drill')], probes: { http } })).verdict).toBe('pass');
    expect(asked).toEqual([{ url: 'http://10.96.0.80/api', host: 'shop.local', count: 1, timeoutMs: 2000 }]);
  });

  it('fails without its class, and with what the controller answers instead', async () => {
    const http = async () => seen([page('no backend', 503)]);
    expect(await grade({}, { mirror: [shop()], probes: { http } })).toMatchObject({
      verdict: 'fail',
      observed: 'nothing',
      expected: 'drill',
      field: 'Ingress shop spec.ingressClassName',
    });
    expect(await grade({}, { mirror: [shop('drill')], probes: { http } })).toMatchObject({
      verdict: 'fail',
      observed: 'HTTP 503: no backend',
    });
    expect((await grade({ status: 503 }, { mirror: [shop('drill')], probes: { http } })).verdict).toBe('pass');
    expect(await grade({}, { mirror: [] })).toMatchObject({
      verdict: 'fail',
      observed: 'Ingress shop does not exist',
      look: 'kubectl get ingresses',
    });
  });

  it('is an error while another namespace claims its host: the answer may be the work of somebody else', async () => {
    const probes = { http: async () => seen([page('Hello')]), ingressRivals: async () => seen(['other/shop']) };
    expect(await grade({}, { mirror: [shop('drill')], probes })).toEqual({
      verdict: 'error',
      reason: 'Ingress other/shop claims the host shop.local, too: the controller answers by one of them',
    });
    const nobody = { ...probes, ingressRivals: async () => seen([]) };
    expect((await grade({}, { mirror: [shop('drill')], probes: nobody })).verdict).toBe('pass');
  });

  it('is an error where there is no controller', async () => {
    expect(await grade({}, { mirror: [shop('drill')], cluster: clusterFacts() })).toEqual({
      verdict: 'error',
      reason: 'this cluster has no ingress controller',
    });
  });
});
