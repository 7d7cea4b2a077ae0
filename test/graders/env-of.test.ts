import { describe, expect, it } from 'vitest';
import envOf from '../../graders/env-of.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { ran, seen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, service } from '../support/objects.ts';

const withEnv = (container: object) => pod({ name: 'p', spec: { containers: [{ name: 'web', image: 'kd/web:1.0', ...container }] } });
const grade = (params: object, env: string, one: KubeObject = pod({ name: 'p' })) =>
  gradeWith(
    envOf as unknown as Grader,
    { pod: 'p', ...params },
    { mirror: [one, service({ name: 'web', clusterIP: '10.96.0.7' })], probes: { exec: async () => seen(ran(env)) } },
  );

describe('variables of a running container', () => {
  it('pass with their values', async () => {
    expect(
      (await grade({ env: { A: { equals: 'x=y' }, B: { matches: '^[0-9]+$' }, C: {}, D: { absent: true } } }, 'A=x=y\nB=12\nC=\n')).verdict,
    ).toBe('pass');
    expect((await grade({ env: { HOST: { equalsCel: "service('web').spec.clusterIP" } } }, 'HOST=10.96.0.7\n')).verdict).toBe('pass');
    expect((await grade({ env: { TEXT: { equals: 'one\ntwo' }, B: { equals: '2' } } }, 'TEXT=one\ntwo\nB=2\n')).verdict).toBe('pass');
  });

  it('fail with the value that the process has, also when the object has another by now', async () => {
    expect(await grade({ env: { HOST: { equalsCel: "service('web').spec.clusterIP" } } }, 'HOST=10.96.0.3\n')).toEqual({
      verdict: 'fail',
      observed: '10.96.0.3',
      expected: '10.96.0.7',
      field: 'variable HOST in Pod p',
      look: 'kubectl exec p -- env',
    });
    expect(await grade({ env: { A: { equals: 'x' } } }, 'B=x\n')).toMatchObject({ verdict: 'fail', observed: 'not set', expected: 'x' });
    expect(await grade({ env: { A: { absent: true } } }, 'A=1\n')).toMatchObject({ verdict: 'fail', observed: '1', expected: 'not set' });
    expect(await grade({ noneWith: 'WEB_' }, 'WEB_PORT=1\nWEB_SERVICE_HOST=2\n')).toMatchObject({
      verdict: 'fail',
      observed: 'WEB_PORT, WEB_SERVICE_HOST',
      expected: 'no variable that begins with WEB_',
    });
  });

  it('fail when they were written into the Pod instead of taken from where they must come', async () => {
    const params = { env: { USER: { equals: 'ali', fromSecret: { name: 'app', key: 'username' } } } };
    const ref = (secretKeyRef: object) => withEnv({ env: [{ name: 'USER', valueFrom: { secretKeyRef } }] });
    expect((await grade(params, 'USER=ali\n', ref({ name: 'app', key: 'username' }))).verdict).toBe('pass');
    expect(await grade(params, 'USER=ali\n', withEnv({ env: [{ name: 'USER', value: 'ali' }] }))).toMatchObject({
      verdict: 'fail',
      observed: 'the value ali, written there',
      expected: 'from Secret app key username',
      field: 'Pod p spec.containers env USER',
    });
    expect((await grade(params, 'USER=ali\n', ref({ name: 'other', key: 'username' }))).verdict).toBe('fail');
    expect(await grade(params, 'USER=ali\n')).toMatchObject({ verdict: 'fail', observed: 'no such variable' });
  });

  it('may come from a whole ConfigMap', async () => {
    const params = { env: { MODE: { equals: 'prod', fromConfigMap: { name: 'api' } } } };
    const whole = withEnv({ envFrom: [{ configMapRef: { name: 'api' } }] });
    expect((await grade(params, 'MODE=prod\n', whole)).verdict).toBe('pass');
    const overridden = withEnv({ envFrom: [{ configMapRef: { name: 'api' } }], env: [{ name: 'MODE', value: 'prod' }] });
    expect((await grade(params, 'MODE=prod\n', overridden)).verdict).toBe('fail');
  });
});
