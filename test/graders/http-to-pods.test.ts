import { describe, expect, it } from 'vitest';
import httpToPods from '../../graders/http-to-pods.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { noPage, page, seen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, rolledOut } from '../support/objects.ts';

const web = rolledOut({ name: 'shop', replicas: 2 });
const params = { of: { kind: 'Deployment', name: 'shop' }, port: 8080, path: '/env?name=DB_ADDR', bodyIs: 'orders-db:6379' };
const grade = (bodies: Record<string, string>, mirror = web.all) =>
  gradeWith(httpToPods as unknown as Grader, params, {
    mirror,
    probes: {
      http: async ({ url }) =>
        seen(
          [Object.entries(bodies).find(([ip]) => url.startsWith(`http://${ip}:8080/env?name=DB_ADDR`))?.[1] ?? ''].map((body) =>
            body ? page(body) : noPage('refused'),
          ),
        ),
    },
  });

describe('Pods asked at their own addresses', () => {
  it('pass when each answers as it must', async () => {
    expect((await grade({ '10.1.0.1': 'orders-db:6379\n', '10.1.0.2': 'orders-db:6379' })).verdict).toBe('pass');
  });

  it('fail when one answers the old way, or not at all', async () => {
    expect(await grade({ '10.1.0.1': 'orders-db:6379', '10.1.0.2': 'mongo-db-service:6379' })).toMatchObject({
      verdict: 'fail',
      observed: 'body mongo-db-service:6379',
      expected: 'the body orders-db:6379',
      field: 'GET http://10.1.0.2:8080/env?name=DB_ADDR',
    });
    expect((await grade({ '10.1.0.1': 'orders-db:6379' })).verdict).toBe('fail');
  });

  it('wait for Pods that start, and fail without Pods', async () => {
    const starting = pod({ name: 'new', owner: web.replicaSet, phase: 'Pending' });
    expect(await grade({}, [...web.all, starting])).toMatchObject({ verdict: 'waiting', observed: 'Pod new: Pending' });
    expect(await grade({}, [web.deployment, web.replicaSet])).toMatchObject({ verdict: 'fail', observed: 'no Pods' });
  });
});
