import { describe, expect, it } from 'vitest';
import trafficUntouched from '../../graders/traffic-untouched.ts';
import uidChanged from '../../graders/uid-changed.ts';
import uidKept from '../../graders/uid-kept.ts';
import unchanged from '../../graders/unchanged.ts';
import volumeSurvived from '../../graders/volume-survived.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { baselineOf, deployment, object, pod } from '../support/objects.ts';

const grade = (grader: object, params: object, before: KubeObject[], now: KubeObject[]) =>
  gradeWith(grader as Grader, params as Record<string, unknown>, { mirror: now, baseline: baselineOf(before) });

describe('uid-kept', () => {
  const params = { kind: 'Pod', names: ['a', 'b'] };
  const start = [pod({ name: 'a' }), pod({ name: 'b' })];

  it('passes while the objects are those of the start', async () => {
    expect(await grade(uidKept, params, start, start)).toEqual({ verdict: 'pass', evidence: 'Pod a, b: as made at the start' });
  });

  it('fails for one that was made anew, is gone, or is going', async () => {
    expect(await grade(uidKept, params, start, [pod({ name: 'a' }), pod({ name: 'b', uid: 'new' })])).toMatchObject({
      verdict: 'fail',
      observed: 'made anew at 2026-01-01T00:00:00Z',
      field: 'Pod b metadata.uid',
    });
    expect(await grade(uidKept, params, start, [pod({ name: 'a' })])).toMatchObject({ verdict: 'fail', observed: 'Pod b does not exist' });
    expect(await grade(uidKept, params, start, [pod({ name: 'a' }), pod({ name: 'b', terminating: true })])).toMatchObject({
      verdict: 'fail',
      observed: 'it is being deleted',
    });
  });

  it('is an error when it was not there at the start', async () => {
    expect(await grade(uidKept, params, [], start)).toEqual({ verdict: 'error', reason: 'Pod a was not there right after set-up' });
  });
});

describe('uid-changed', () => {
  const params = { kind: 'Pod', name: 'a' };
  it('passes for an object that was replaced', async () => {
    expect(await grade(uidChanged, params, [pod({ name: 'a' })], [pod({ name: 'a', uid: 'new' })])).toEqual({
      verdict: 'pass',
      evidence: 'Pod a: replaced since the start',
    });
  });

  it('fails for the old one, waits while it goes, fails when none came back', async () => {
    expect(await grade(uidChanged, params, [pod({ name: 'a' })], [pod({ name: 'a' })])).toMatchObject({
      verdict: 'fail',
      observed: 'the one of the start',
      expected: 'another one',
    });
    expect((await grade(uidChanged, params, [pod({ name: 'a' })], [pod({ name: 'a', terminating: true })])).verdict).toBe('waiting');
    expect((await grade(uidChanged, params, [pod({ name: 'a' })], [])).verdict).toBe('fail');
  });
});

describe('unchanged', () => {
  const params = {
    kind: 'Deployment',
    name: 'web',
    fields: ['spec.template.spec.containers[name=web].image', 'spec.template.spec.hostAliases'],
  };
  const web = (image: string, more: object = {}) =>
    deployment({ name: 'web', spec: { template: { spec: { containers: [{ name: 'web', image }], ...more } } } });

  it('passes with the values of the start, whatever else changed', async () => {
    expect((await grade(unchanged, params, [web('a')], [web('a', { restartPolicy: 'Always' })])).verdict).toBe('pass');
  });

  it('fails with a value that changed, and one that came', async () => {
    expect(await grade(unchanged, params, [web('a')], [web('b')])).toEqual({
      verdict: 'fail',
      observed: 'b',
      expected: 'a, as at the start',
      field: 'Deployment web spec.template.spec.containers[name=web].image',
      look: 'kubectl get deployment web -o yaml',
    });
    expect(await grade(unchanged, params, [web('a')], [web('a', { hostAliases: [{ ip: '10.0.0.1' }] })])).toMatchObject({
      observed: '[{"ip":"10.0.0.1"}]',
      expected: 'nothing, as at the start',
    });
  });

  it('lets fields change that are named', async () => {
    const whole = { kind: 'Deployment', name: 'web', fields: ['spec.template.spec'], except: ['spec.template.spec.containers[0].image'] };
    expect((await grade(unchanged, whole, [web('a')], [web('b')])).verdict).toBe('pass');
    expect((await grade(unchanged, whole, [web('a')], [web('b', { nodeName: 'x' })])).verdict).toBe('fail');
  });

  it('refuses paths that cannot be read', () => {
    expect((unchanged as unknown as Grader).params.safeParse({ ...params, fields: ['spec..x'] }).success).toBe(false);
  });
});

describe('traffic-untouched', () => {
  const asking = (target: string, given: object = {}) =>
    pod({
      name: 'traffic',
      container: 'traffic',
      spec: { containers: [{ name: 'traffic', image: 'kd/traffic:1.0', env: [{ name: 'TARGET', value: target }] }] },
      ...given,
    });
  it('passes for the Pod of the start', async () => {
    expect((await grade(trafficUntouched, {}, [asking('http://shop')], [asking('http://shop')])).verdict).toBe('pass');
  });

  it('fails for another Pod, another target, a restart', async () => {
    expect(await grade(trafficUntouched, {}, [asking('http://shop')], [asking('http://shop', { uid: 'new' })])).toMatchObject({
      verdict: 'fail',
      field: 'Pod traffic metadata.uid',
    });
    expect(await grade(trafficUntouched, {}, [asking('http://shop')], [asking('http://other')])).toMatchObject({
      verdict: 'fail',
      field: 'Pod traffic spec.containers',
    });
    expect(await grade(trafficUntouched, {}, [asking('http://shop')], [asking('http://shop', { restarts: 1 })])).toMatchObject({
      verdict: 'fail',
      observed: '1',
      expected: '0',
    });
    expect((await grade(trafficUntouched, {}, [asking('http://shop')], [])).verdict).toBe('fail');
  });
});

describe('volume-survived', () => {
  const params = { volume: 'shelf', claim: 'second' };
  const shelf = (given: { uid?: string; claim?: string; claimUid?: string; phase?: string; policy?: string } = {}) =>
    object(
      'PersistentVolume',
      { name: 'shelf', uid: given.uid },
      {
        spec: {
          persistentVolumeReclaimPolicy: given.policy ?? 'Retain',
          claimRef: { namespace: 'drill-lab', name: given.claim ?? 'second', uid: given.claimUid ?? 'persistentvolumeclaim-second' },
        },
        status: { phase: given.phase ?? 'Bound' },
      },
    );
  const claim = object('PersistentVolumeClaim', { name: 'second' }, { spec: { volumeName: 'shelf' }, status: { phase: 'Bound' } });

  it('passes for the very volume, Bound to the claim', async () => {
    expect((await grade(volumeSurvived, params, [shelf()], [shelf(), claim])).verdict).toBe('pass');
  });

  it('fails for a new volume, another policy, another claim', async () => {
    expect(await grade(volumeSurvived, params, [shelf()], [shelf({ uid: 'new' }), claim])).toMatchObject({
      verdict: 'fail',
      field: 'PersistentVolume shelf metadata.uid',
    });
    expect(await grade(volumeSurvived, params, [shelf()], [shelf({ policy: 'Delete' }), claim])).toMatchObject({
      verdict: 'fail',
      observed: 'Delete',
      expected: 'Retain',
    });
    expect(await grade(volumeSurvived, params, [shelf()], [shelf({ claim: 'first', phase: 'Released' }), claim])).toMatchObject({
      verdict: 'fail',
      observed: 'Released, drill-lab/first; the claim is Bound',
      expected: 'Bound, claim drill-lab/second',
    });
    expect(await grade(volumeSurvived, params, [shelf()], [shelf({ claimUid: 'earlier' }), claim])).toMatchObject({
      verdict: 'fail',
      observed: 'an earlier claim of that name',
    });
    expect(await grade(volumeSurvived, params, [shelf()], [shelf()])).toMatchObject({
      verdict: 'fail',
      observed: 'PersistentVolumeClaim second does not exist',
    });
  });

  it('waits while they are bound', async () => {
    const pending = object('PersistentVolumeClaim', { name: 'second' }, { spec: {}, status: { phase: 'Pending' } });
    expect((await grade(volumeSurvived, params, [shelf()], [shelf({ phase: 'Available' }), pending])).verdict).toBe('waiting');
  });
});
