import { describe, expect, it } from 'vitest';
import controllerRevisions from '../../graders/controller-revisions.ts';
import cronJob from '../../graders/cron-job.ts';
import daemonSetCoverage from '../../graders/daemonset-coverage.ts';
import hpaActive from '../../graders/hpa-active.ts';
import jobComplete from '../../graders/job-complete.ts';
import statefulSetIdentity from '../../graders/statefulset-identity.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { clusterFacts, node, object, pod, service, threeNodes } from '../support/objects.ts';

const grade = (grader: object, params: object, mirror: KubeObject[]) =>
  gradeWith(grader as Grader, params as Record<string, unknown>, { mirror, cluster: clusterFacts() });
const generation = (one: KubeObject, number: number): KubeObject => ({ ...one, metadata: { ...one.metadata, generation: number } });

describe('statefulset-identity', () => {
  const set = (given: { replicas?: number; serviceName?: string; ready?: number } = {}) => {
    const replicas = given.replicas ?? 2;
    return generation(
      object(
        'StatefulSet',
        { name: 'counter' },
        {
          spec: { replicas, serviceName: given.serviceName ?? 'counter-app', volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
          status: {
            observedGeneration: 1,
            replicas,
            currentRevision: 'r',
            updateRevision: 'r',
            availableReplicas: given.ready ?? replicas,
          },
        },
      ),
      1,
    );
  };
  const claim = (name: string, phase = 'Bound') => object('PersistentVolumeClaim', { name }, { status: { phase } });
  const headless = service({ name: 'counter-app', clusterIP: 'None', selector: { app: 'counter' } });
  const whole = (top = set()) => [
    top,
    ...[0, 1].map((n) => pod({ name: `counter-${n}`, owner: top })),
    claim('data-counter-0'),
    claim('data-counter-1'),
    headless,
  ];
  const params = { name: 'counter', replicas: 2 };

  it('passes with names, claims and the headless Service', async () => {
    expect(await grade(statefulSetIdentity, params, whole())).toEqual({
      verdict: 'pass',
      evidence: 'StatefulSet counter: counter-0, counter-1, each with data',
    });
  });

  it('fails without the governing Service, or with one that has an IP', async () => {
    const without = whole().filter((one) => one.kind !== 'Service');
    expect(await grade(statefulSetIdentity, params, without)).toMatchObject({
      verdict: 'fail',
      observed: 'Service counter-app does not exist',
      field: 'StatefulSet counter spec.serviceName',
    });
    expect(await grade(statefulSetIdentity, params, [...without, service({ name: 'counter', clusterIP: 'None' })])).toMatchObject({
      verdict: 'fail',
    });
    expect(await grade(statefulSetIdentity, params, [...without, service({ name: 'counter-app' })])).toMatchObject({
      verdict: 'fail',
      observed: '10.96.0.10',
      expected: 'None',
    });
  });

  it('fails without a claim, and for Pods that are not its own', async () => {
    expect(
      await grade(
        statefulSetIdentity,
        params,
        whole().filter((one) => one.metadata.name !== 'data-counter-1'),
      ),
    ).toMatchObject({ verdict: 'fail', observed: 'PersistentVolumeClaim data-counter-1 does not exist' });
    const bare = whole().map((one) => (one.kind === 'Pod' ? pod({ name: one.metadata.name }) : one));
    expect(await grade(statefulSetIdentity, params, bare)).toMatchObject({
      verdict: 'fail',
      observed: 'none',
      expected: 'counter-0, counter-1',
    });
    expect(await grade(statefulSetIdentity, { name: 'counter', replicas: 3 }, whole())).toMatchObject({
      verdict: 'fail',
      observed: '2',
      expected: '3',
    });
  });

  it('knows the claims that a scale-down leaves', async () => {
    const asked = { ...params, keptClaims: [2] };
    expect((await grade(statefulSetIdentity, asked, [...whole(), claim('data-counter-2')])).verdict).toBe('pass');
    expect(await grade(statefulSetIdentity, asked, whole())).toMatchObject({
      verdict: 'fail',
      observed: 'PersistentVolumeClaim data-counter-2 does not exist',
    });
  });

  it('waits while Pods come, and while the one too many goes', async () => {
    expect((await grade(statefulSetIdentity, params, whole(set({ ready: 1 })))).verdict).toBe('waiting');
    const top = set();
    expect(
      await grade(statefulSetIdentity, params, [...whole(top), pod({ name: 'counter-2', owner: top, terminating: true })]),
    ).toMatchObject({ observed: 'also counter-2' });
  });
});

describe('daemonset-coverage', () => {
  const set = (desired: number, available = desired) =>
    generation(
      object(
        'DaemonSet',
        { name: 'log' },
        {
          status: {
            observedGeneration: 1,
            desiredNumberScheduled: desired,
            currentNumberScheduled: desired,
            updatedNumberScheduled: desired,
            numberAvailable: available,
          },
        },
      ),
      1,
    );
  const on = (top: KubeObject, ...nodes: string[]) => nodes.map((name) => pod({ name: `log-${name}`, owner: top, node: name }));
  const all = ['kd-control-plane', 'kd-worker', 'kd-worker2'];

  it('passes with a ready Pod on every node', async () => {
    const top = set(3);
    expect(await grade(daemonSetCoverage, { name: 'log' }, [...threeNodes(), top, ...on(top, ...all)])).toEqual({
      verdict: 'pass',
      evidence: 'DaemonSet log: a ready Pod on kd-control-plane, kd-worker, kd-worker2',
    });
  });

  it('fails where a node is left out because of its taint, and waits where one is about to come', async () => {
    const two = set(2);
    expect(await grade(daemonSetCoverage, { name: 'log' }, [...threeNodes(), two, ...on(two, 'kd-worker', 'kd-worker2')])).toMatchObject({
      verdict: 'fail',
      observed: 'no Pod on kd-control-plane',
      expected: 'one on each of 3 nodes',
    });
    expect(
      (await grade(daemonSetCoverage, { name: 'log', nodes: 'workers' }, [...threeNodes(), two, ...on(two, 'kd-worker', 'kd-worker2')]))
        .verdict,
    ).toBe('pass');
    const three = set(3, 2);
    expect(
      (await grade(daemonSetCoverage, { name: 'log' }, [...threeNodes(), three, ...on(three, 'kd-worker', 'kd-worker2')])).verdict,
    ).toBe('waiting');
  });

  it('fails when three Pods of a Deployment play the part', async () => {
    const top = set(0);
    const impostors = all.map((name) => pod({ name: `fake-${name}`, node: name, labels: { app: 'log' } }));
    expect((await grade(daemonSetCoverage, { name: 'log' }, [...threeNodes(), top, ...impostors])).verdict).toBe('fail');
    expect(await grade(daemonSetCoverage, { name: 'log' }, [...threeNodes(), ...impostors])).toMatchObject({
      verdict: 'fail',
      observed: 'DaemonSet log does not exist',
    });
  });

  it('counts the nodes with a label', async () => {
    const params = { name: 'log', nodes: { labels: { disk: 'ssd' } }, count: 1 };
    const ssd = (name: string) => node({ name, labels: { disk: 'ssd' } });
    const top = set(1);
    expect(
      (await grade(daemonSetCoverage, params, [ssd('kd-worker'), node({ name: 'kd-worker2' }), top, ...on(top, 'kd-worker')])).verdict,
    ).toBe('pass');
    expect(await grade(daemonSetCoverage, params, [ssd('kd-worker'), ssd('kd-worker2'), top])).toMatchObject({
      verdict: 'fail',
      observed: 'kd-worker, kd-worker2',
      expected: 'exactly 1 node with disk=ssd',
    });
    expect(
      await grade(daemonSetCoverage, params, [ssd('kd-worker'), node({ name: 'kd-worker2' }), top, ...on(top, 'kd-worker', 'kd-worker2')]),
    ).toMatchObject({ verdict: 'fail', observed: 'also on kd-worker2' });
  });
});

describe('job-complete', () => {
  const job = (status: object, spec: object = {}, owner?: KubeObject) =>
    object('Job', { name: 'rotate', owner }, { spec: { completions: 3, parallelism: 1, ...spec }, status });
  const complete = { succeeded: 3, conditions: [{ type: 'Complete', status: 'True' }] };
  const params = { name: 'rotate', succeeded: 3, parallelism: 1, maxFailed: 0 };

  it('passes when it ran to its end as asked', async () => {
    expect(await grade(jobComplete, params, [job(complete)])).toEqual({
      verdict: 'pass',
      evidence: 'Job rotate is Complete: 3 succeeded, 0 failed',
    });
  });

  it('fails when it failed, or was set up otherwise', async () => {
    expect(
      await grade(jobComplete, params, [
        job({ failed: 0, conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] }),
      ]),
    ).toMatchObject({ verdict: 'fail', observed: 'Failed: BackoffLimitExceeded' });
    expect(await grade(jobComplete, params, [job(complete, { parallelism: 3 })])).toMatchObject({
      verdict: 'fail',
      observed: '3',
      expected: '1',
      field: 'Job rotate spec.parallelism',
    });
    expect(await grade(jobComplete, params, [job({ ...complete, failed: 1 })])).toMatchObject({
      verdict: 'fail',
      observed: '1',
      expected: '0',
      field: 'Job rotate status.failed',
    });
    expect(await grade(jobComplete, { name: 'rotate', succeeded: 3 }, [job({ ...complete, succeeded: 1 })])).toMatchObject({
      verdict: 'fail',
      observed: '1',
      expected: '3',
    });
    expect(await grade(jobComplete, params, [])).toMatchObject({ verdict: 'fail', observed: 'Job rotate does not exist' });
  });

  it('waits while it runs, and fails when a Pod of it is stuck or it is suspended', async () => {
    expect(await grade(jobComplete, params, [job({ succeeded: 1 })])).toMatchObject({ verdict: 'waiting', observed: '1 of 3 done' });
    const running = job({});
    expect(await grade(jobComplete, params, [running, pod({ name: 'r', owner: running, waitingFor: 'ErrImagePull' })])).toMatchObject({
      verdict: 'fail',
      observed: '0 of 3 done; Pod r: container web: ErrImagePull',
    });
    expect((await grade(jobComplete, params, [job({}, { suspend: true })])).verdict).toBe('fail');
  });

  it('knows the CronJob that it was made from', async () => {
    const cron = object('CronJob', { name: 'log' });
    const asked = { name: 'rotate', fromCronJob: 'log' };
    expect((await grade(jobComplete, asked, [cron, job(complete, {}, cron)])).verdict).toBe('pass');
    expect(await grade(jobComplete, asked, [cron, job(complete)])).toMatchObject({
      verdict: 'fail',
      observed: 'no owner',
      expected: 'CronJob log',
    });
  });
});

describe('cron-job', () => {
  const cron = (spec: object = {}, status: object = { lastScheduleTime: '2026-01-01T00:01:00Z' }) =>
    object('CronJob', { name: 'log' }, { spec: { schedule: '* * * * *', concurrencyPolicy: 'Forbid', suspend: true, ...spec }, status });
  const params = { name: 'log', schedule: '*/1 * * * *', concurrencyPolicy: 'Forbid', scheduled: true, suspend: true, noActiveJob: true };

  it('passes as asked, by whichever way every minute is written', async () => {
    expect(await grade(cronJob, params, [cron()])).toEqual({
      verdict: 'pass',
      evidence: 'CronJob log: * * * * *, Forbid, suspended, last scheduled at 2026-01-01T00:01:00Z',
    });
  });

  it('fails with another schedule or policy, or when it goes on', async () => {
    expect(await grade(cronJob, params, [cron({ schedule: '0 * * * *' })])).toMatchObject({
      verdict: 'fail',
      observed: '0 * * * *',
      expected: '*/1 * * * *',
    });
    expect(await grade(cronJob, params, [cron({ concurrencyPolicy: 'Allow' })])).toMatchObject({ verdict: 'fail', observed: 'Allow' });
    expect(await grade(cronJob, params, [cron({ suspend: false })])).toMatchObject({
      verdict: 'fail',
      observed: 'false',
      field: 'CronJob log spec.suspend',
    });
  });

  it('waits for its first run and for the last Job; suspended before it ever ran, it fails', async () => {
    expect(await grade(cronJob, params, [cron({ suspend: false }, {})])).toMatchObject({ verdict: 'waiting', observed: 'never' });
    expect(await grade(cronJob, params, [cron({}, {})])).toMatchObject({ verdict: 'fail', observed: 'never, and it is suspended' });
    const owner = cron();
    expect(await grade(cronJob, params, [owner, object('Job', { name: 'log-1', owner }, { status: { active: 1 } })])).toMatchObject({
      verdict: 'waiting',
      observed: 'log-1',
    });
  });
});

describe('controller-revisions', () => {
  const set = generation(object('DaemonSet', { name: 'counter' }, { status: { observedGeneration: 2 } }), 2);
  const revision = (number: number, image: string, owner: KubeObject | undefined = set) =>
    object(
      'ControllerRevision',
      { name: `counter-${number}`, owner },
      { revision: number, data: { spec: { template: { spec: { containers: [{ name: 'counter', image }] } } } } },
    );
  const params = { of: { kind: 'DaemonSet', name: 'counter' }, images: ['kd/shell:1.1'], newest: 'kd/shell:1.0' };

  it('passes with a past version and the newest one', async () => {
    expect(await grade(controllerRevisions, params, [set, revision(2, 'kd/shell:1.1'), revision(3, 'kd/shell:1.0')])).toEqual({
      verdict: 'pass',
      evidence: 'DaemonSet counter: revisions of kd/shell:1.0, kd/shell:1.1, the newest of kd/shell:1.0',
    });
  });

  it('fails when a version never was, is still live, or is not of this DaemonSet', async () => {
    expect(await grade(controllerRevisions, params, [set, revision(1, 'kd/shell:1.0')])).toMatchObject({
      verdict: 'fail',
      observed: 'kd/shell:1.0',
      expected: 'one with kd/shell:1.1',
    });
    expect(await grade(controllerRevisions, params, [set, revision(1, 'kd/shell:1.0'), revision(2, 'kd/shell:1.1')])).toMatchObject({
      verdict: 'fail',
      observed: 'revision 2 has kd/shell:1.1',
    });
    const foreign = object('DaemonSet', { name: 'other' });
    expect(
      (await grade(controllerRevisions, params, [set, revision(1, 'kd/shell:1.0'), revision(2, 'kd/shell:1.1', foreign)])).verdict,
    ).toBe('fail');
  });

  it('waits for the controller', async () => {
    expect((await grade(controllerRevisions, params, [generation(set, 3)])).verdict).toBe('waiting');
  });
});

describe('hpa-active', () => {
  const hpa = (spec: object = {}, condition: object = { status: 'True' }, status: object = {}) =>
    object(
      'HorizontalPodAutoscaler',
      { name: 'php' },
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'php' },
          minReplicas: 1,
          maxReplicas: 4,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
          ...spec,
        },
        status: { desiredReplicas: 1, conditions: [{ type: 'ScalingActive', ...condition }], ...status },
      },
    );
  const params = { name: 'php', target: { name: 'php' }, min: 1, max: 4, utilization: { percent: 50 } };

  it('passes when it sees its metric', async () => {
    expect((await grade(hpaActive, params, [hpa()])).verdict).toBe('pass');
  });

  it('fails with other bounds, another metric or target', async () => {
    expect(await grade(hpaActive, params, [hpa({ minReplicas: 4 })])).toMatchObject({ verdict: 'fail', observed: '4', expected: '1' });
    const memory = [{ type: 'Resource', resource: { name: 'memory', target: { averageUtilization: 50 } } }];
    expect(await grade(hpaActive, params, [hpa({ metrics: memory })])).toMatchObject({
      verdict: 'fail',
      observed: 'memory 50 %',
      expected: 'cpu 50 %',
    });
    expect(await grade(hpaActive, params, [hpa({ scaleTargetRef: { kind: 'Deployment', name: 'other' } })])).toMatchObject({
      verdict: 'fail',
      observed: 'Deployment other',
    });
    expect(await grade(hpaActive, { ...params, maxScaleDownWindow: 60 }, [hpa()])).toMatchObject({
      verdict: 'fail',
      observed: 'nothing (300)',
      expected: 'at most 60',
    });
  });

  it('fails when requests are missing, waits for metrics and for replicas', async () => {
    const missing = { status: 'False', message: 'failed to get cpu utilization: missing request for cpu in container' };
    expect(await grade(hpaActive, params, [hpa({}, missing)])).toMatchObject({
      verdict: 'fail',
      observed: expect.stringContaining('missing request for cpu'),
    });
    expect((await grade(hpaActive, params, [hpa({}, { status: 'False', message: 'no metrics returned' })])).verdict).toBe('waiting');
    expect(await grade(hpaActive, { ...params, minDesired: 2 }, [hpa()])).toMatchObject({
      verdict: 'waiting',
      observed: '1',
      expected: 'at least 2',
    });
  });
});
