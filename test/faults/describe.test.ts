import { describe, expect, test } from 'vitest';
import { describeFault } from '../../src/faults/describe.ts';
import { faults } from '../../src/faults/index.generated.ts';
import { faultOf } from './fake/life.ts';

test('a fault is described with all that one needs to use it', () => {
  expect(describeFault(faultOf('stop-component'))).toMatchObject({
    id: 'stop-component',
    look: 'kubectl -n kube-system get pods',
    scope: 'cluster',
    params: [
      {
        name: 'component',
        required: true,
        what: 'Which component stops.',
        choices: ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'],
      },
    ],
  });
  expect(describeFault(faultOf('taint-node')).params[3]).toEqual({
    name: 'effect',
    required: false,
    what: 'What it does to Pods that do not tolerate it.',
    choices: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
    default: 'NoSchedule',
  });
});

describe.each(faults.map((fault) => [fault.id, fault] as const))('%s', (_, fault) => {
  test('says what it does, why, and how one sees it, and each parameter what it is', () => {
    const { what, why, look, params, seconds } = describeFault(fault);
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(look).toMatch(/^kubectl /);
    for (const param of params) expect(param.what, param.name).toMatch(/^[A-Z].*\.$/);
    expect(seconds.effect).toBeLessThanOrEqual(seconds.effectBound);
    expect(seconds.recovery).toBeLessThanOrEqual(seconds.recoveryBound);
  });
});
