import { describe, expect, it } from 'vitest';
import resourceAbsent from '../../graders/resource-absent.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { baselineOf, pod, replicaSet, rolledOut, rootCertificate } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: GivenContext['mirror'], given: GivenContext = {}) =>
  gradeWith(resourceAbsent as unknown as Grader, params, { mirror, ...given });
const params = { kinds: ['Deployment', 'ReplicaSet', 'Pod'], labels: { app: 'old' } };

describe('objects that must be gone', () => {
  it('pass when none is left', async () => {
    expect(await grade(params, [rootCertificate(), pod({ name: 'other', labels: { app: 'new' } })])).toEqual({
      verdict: 'pass',
      evidence: 'no Deployment, ReplicaSet, Pod with app=old',
    });
  });

  it('fail with what is left', async () => {
    const orphans = [replicaSet({ name: 'old-1', labels: { app: 'old' } }), pod({ name: 'old-1-a', labels: { app: 'old' } })];
    expect(await grade(params, [rootCertificate(), ...orphans])).toEqual({
      verdict: 'fail',
      observed: 'ReplicaSet old-1, Pod old-1-a',
      expected: 'no Deployment, ReplicaSet, Pod with app=old',
      look: 'kubectl get replicaset,pod -l app=old',
    });
  });

  it('wait while the last of it is being deleted', async () => {
    expect(await grade(params, [rootCertificate(), pod({ name: 'p', labels: { app: 'old' }, terminating: true })])).toMatchObject({
      verdict: 'waiting',
      observed: 'Pod p is being deleted',
    });
  });

  it('are told by names, by a beginning of names, by having no controller, by having finished', async () => {
    const web = rolledOut({ name: 'web' });
    const all = [rootCertificate(), ...web.all, pod({ name: 'done', phase: 'Succeeded' })];
    expect((await grade({ kinds: ['Pod'], names: ['web-abc-1'] }, all)).verdict).toBe('fail');
    expect((await grade({ kinds: ['Pod'], names: ['web'] }, all)).verdict).toBe('pass');
    expect((await grade({ kinds: ['Pod'], namePattern: 'web-*' }, all)).verdict).toBe('fail');
    expect((await grade({ kinds: ['Pod'], labels: { app: 'web' }, ownerless: true }, all)).verdict).toBe('pass');
    expect(await grade({ kinds: ['Pod'], any: true, finished: true }, all)).toMatchObject({
      verdict: 'fail',
      observed: 'Pod done',
      expected: 'no Pod that has finished',
    });
  });

  it('are not known to be gone where the namespace is not seen', async () => {
    expect(await grade(params, [])).toEqual({
      verdict: 'error',
      reason: 'ConfigMap kube-root-ca.crt, which every namespace has, is not seen in drill-lab',
    });
  });

  it('may have to have been there', async () => {
    const asked = { ...params, wasThere: true };
    expect((await grade(asked, [rootCertificate()], { baseline: baselineOf(rolledOut({ name: 'old' }).all) })).verdict).toBe('pass');
    expect(await grade(asked, [rootCertificate()], { baseline: baselineOf([]) })).toEqual({
      verdict: 'error',
      reason: 'no Deployment, ReplicaSet, Pod with app=old was there right after set-up',
    });
    expect((await grade(asked, [rootCertificate()])).verdict).toBe('error');
  });

  it('must be named somehow', () => {
    expect((resourceAbsent as unknown as Grader).params.safeParse({ kinds: ['Pod'] }).error?.issues[0]?.message).toBe(
      'one of `names`, `labels`, `namePattern`, or `any: true`',
    );
  });
});
