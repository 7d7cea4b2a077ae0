import { describe, expect, it } from 'vitest';
import deploymentAvailable from '../../graders/deployment-available.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { mirrorOf } from '../support/fake-mirror.ts';
import { gradeWith } from '../support/grade.ts';
import { deployment, pod, replicaSet, rolledOut } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[]) =>
  gradeWith(deploymentAvailable as unknown as Grader, { name: 'web', ...params }, { mirror });

describe('a Deployment', () => {
  it('passes with all its replicas updated and available', async () => {
    expect(await grade({ replicas: 3, selector: { app: 'web' } }, rolledOut({ name: 'web', replicas: 3 }).all)).toEqual({
      verdict: 'pass',
      evidence: 'Deployment web: 3 Pods wanted, updated and available',
    });
  });

  it('fails when it does not exist, or is being deleted', async () => {
    expect(await grade({}, [])).toEqual({
      verdict: 'fail',
      observed: 'Deployment web does not exist',
      expected: 'a Deployment web',
      look: 'kubectl get deployments',
    });
    expect(await grade({}, [deployment({ name: 'web', terminating: true })])).toMatchObject({
      verdict: 'fail',
      observed: 'Deployment web is being deleted',
    });
  });

  it('fails with another number of replicas', async () => {
    const two = rolledOut({ name: 'web', replicas: 2 }).all;
    expect(await grade({ replicas: 3 }, two)).toEqual({
      verdict: 'fail',
      observed: '2',
      expected: '3',
      field: 'Deployment web spec.replicas',
      look: 'kubectl get deployment web',
    });
    expect(await grade({ minReplicas: 3 }, two)).toMatchObject({ verdict: 'fail', expected: 'at least 3' });
    expect((await grade({ minReplicas: 2 }, two)).verdict).toBe('pass');
  });

  it('fails when it was scaled to nothing', async () => {
    expect(await grade({}, [deployment({ name: 'web', replicas: 0 })])).toMatchObject({
      verdict: 'fail',
      observed: '0',
      expected: 'at least 1',
    });
  });

  it('fails with another selector, also with a wider or a narrower one', async () => {
    const others: Record<string, string>[] = [{ app: 'wbe' }, { app: 'web', tier: 'x' }];
    for (const selector of others) {
      expect(await grade({ selector: { app: 'web' } }, rolledOut({ name: 'web', selector }).all)).toMatchObject({
        verdict: 'fail',
        expected: 'app=web',
        field: 'Deployment web spec.selector.matchLabels',
      });
    }
  });

  it('waits for its controller', async () => {
    expect(await grade({}, [deployment({ name: 'web', generation: 4, observed: 3 })])).toMatchObject({
      verdict: 'waiting',
      observed: 'the controller has seen generation 3',
      expected: 'generation 4',
    });
  });

  it('waits while new Pods start and old ones go', async () => {
    expect(await grade({}, [deployment({ name: 'web', replicas: 3, updated: 1, available: 3, total: 4 })])).toMatchObject({
      verdict: 'waiting',
      observed: '3 of 3 available, 1 updated, 3 old',
      expected: '3 updated and available, none of an older version',
    });
    const top = deployment({ name: 'web', replicas: 1, available: 0 });
    const set = replicaSet({ name: 'web-1', owner: top });
    expect(await grade({}, [top, set, pod({ name: 'web-1-a', owner: set, phase: 'Pending' })])).toMatchObject({
      verdict: 'waiting',
      observed: '0 of 1 available, 1 updated; Pod web-1-a: Pending',
      look: 'kubectl describe pod web-1-a',
    });
  });

  it('fails with the reason when a Pod of it is stuck', async () => {
    const top = deployment({ name: 'web', replicas: 1, available: 0 });
    const set = replicaSet({ name: 'web-1', owner: top });
    const stuck = (waitingFor: string, exitCode?: number) => grade({}, [top, set, pod({ name: 'p', owner: set, waitingFor, exitCode })]);
    expect(await stuck('ImagePullBackOff')).toMatchObject({
      verdict: 'fail',
      observed: '0 of 1 available, 1 updated; Pod p: container web: ImagePullBackOff',
    });
    expect(await stuck('CrashLoopBackOff', 14)).toMatchObject({
      verdict: 'fail',
      observed: '0 of 1 available, 1 updated; Pod p: container web: CrashLoopBackOff (exit code 14)',
    });
    const unscheduled = pod({ name: 'p', owner: set, phase: 'Pending' });
    unscheduled.status.conditions.push({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes are available: 3 Insufficient memory.',
    });
    expect(await grade({}, [top, set, unscheduled])).toMatchObject({
      verdict: 'fail',
      observed: '0 of 1 available, 1 updated; Pod p: not scheduled: 0/3 nodes are available: 3 Insufficient memory.',
    });
  });

  it('fails when the rollout is paused, refused or past its deadline', async () => {
    const half = { name: 'web', replicas: 2, updated: 1, available: 2 };
    expect(await grade({}, [deployment({ ...half, spec: { paused: true } })])).toMatchObject({
      verdict: 'fail',
      observed: '2 of 2 available, 1 updated, 1 old; the rollout is paused',
    });
    const late = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(await grade({}, [deployment({ ...half, conditions: late })])).toMatchObject({
      verdict: 'fail',
      observed: expect.stringContaining('exceeded its progress deadline'),
    });
    const refused = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' }];
    expect(await grade({}, [deployment({ ...half, conditions: refused })])).toMatchObject({
      verdict: 'fail',
      observed: expect.stringContaining('exceeded quota: small'),
    });
  });

  it('reads another namespace when it is named', async () => {
    const dns = rolledOut({ name: 'web', namespace: 'kube-system' }).all;
    expect((await grade({ namespace: 'kube-system' }, dns)).verdict).toBe('pass');
    expect(await grade({ namespace: 'kube-system' }, [])).toMatchObject({ look: 'kubectl -n kube-system get deployments' });
  });

  it('is an error when Deployments or Pods cannot be seen', async () => {
    for (const unseen of ['Deployment', 'Pod'] as const) {
      const verdict = await gradeWith(
        deploymentAvailable as unknown as Grader,
        { name: 'web' },
        { mirror: mirrorOf(rolledOut({ name: 'web' }).all, { unseen: [unseen] }) },
      );
      expect(verdict.verdict).toBe('error');
    }
  });
});
