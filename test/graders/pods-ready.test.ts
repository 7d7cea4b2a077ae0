import { describe, expect, it } from 'vitest';
import podsReady from '../../graders/pods-ready.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, replicaSet, rolledOut } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[]) =>
  gradeWith(podsReady as unknown as Grader, params, { mirror });
const of = { kind: 'Deployment', name: 'web' };
const web = rolledOut({ name: 'web', replicas: 2 });

describe('Pods', () => {
  it('pass when all that the workload owns are ready', async () => {
    expect(await grade({ of, count: 2 }, web.all)).toEqual({
      verdict: 'pass',
      evidence: 'Deployment web: 2 Pods ready (web-abc-1, web-abc-2)',
    });
  });

  it('do not count when they only carry the labels, or are being deleted', async () => {
    const impostor = pod({ name: 'fake', labels: { app: 'web', 'pod-template-hash': 'abc' } });
    const leaving = pod({ name: 'leaving', owner: web.replicaSet, terminating: true });
    expect(await grade({ of, count: 3 }, [...web.all, impostor, leaving])).toMatchObject({
      verdict: 'fail',
      observed: '2 of 2 Pods ready',
      expected: '3 Pods, all ready',
    });
  });

  it('fail when a look-alike is not theirs', async () => {
    const impostor = pod({ name: 'fake', labels: { app: 'web' } });
    expect(await grade({ of, noOthers: { app: 'web' } }, [...web.all, impostor])).toEqual({
      verdict: 'fail',
      observed: 'fake is not of Deployment web',
      expected: 'every Pod with app=web is of Deployment web',
      field: 'metadata.ownerReferences',
      look: "kubectl get pods -l app=web -o 'custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].name'",
    });
    expect((await grade({ of, noOthers: { app: 'web' } }, web.all)).verdict).toBe('pass');
  });

  it('wait while they start, and fail when they are stuck', async () => {
    const set = replicaSet({ name: 'counter' });
    const target = { of: { kind: 'ReplicaSet', name: 'counter' } };
    expect(await grade(target, [set, pod({ name: 'a', owner: set, phase: 'Pending' })])).toEqual({
      verdict: 'waiting',
      observed: '0 of 1 Pod ready; Pod a: Pending',
      expected: 'all ready, at least 1',
      field: 'ReplicaSet counter status.conditions[Ready]',
      look: 'kubectl describe pod a',
    });
    expect(await grade(target, [set, pod({ name: 'a', owner: set, waitingFor: 'ErrImagePull' })])).toMatchObject({
      verdict: 'fail',
      observed: '0 of 1 Pod ready; Pod a: container web: ErrImagePull',
    });
  });

  it('fail when there are none', async () => {
    expect(await grade({ of: { kind: 'ReplicaSet', name: 'counter' } }, [replicaSet({ name: 'counter', replicas: 0 })])).toMatchObject({
      verdict: 'fail',
      observed: '0 of 0 Pods ready',
    });
    expect(await grade({ labels: { app: 'x' } }, [])).toMatchObject({ verdict: 'fail', observed: 'no Pod with app=x' });
    expect(await grade({ pod: 'x' }, [])).toMatchObject({ verdict: 'fail', observed: 'Pod x does not exist' });
  });

  it('fail when they restarted too often', async () => {
    expect(await grade({ pod: 'a', maxRestarts: 0 }, [pod({ name: 'a', restarts: 2 })])).toMatchObject({
      verdict: 'fail',
      observed: '2',
      expected: '0',
      field: 'Pod a status.containerStatuses restartCount',
    });
  });

  it('are asked for in one way only', () => {
    expect((podsReady as unknown as Grader).params.safeParse({ pod: 'a', labels: { app: 'b' } }).error?.issues[0]?.message).toBe(
      'exactly one of `of`, `pod` and `labels` says which Pods are meant',
    );
  });
});
