import { describe, expect, it } from 'vitest';
import accessReview from '../../graders/access-review.ts';
import canary from '../../graders/canary.ts';
import manifestsAtHome from '../../graders/manifests-at-home.ts';
import nodePortEverywhere from '../../graders/node-port-everywhere.ts';
import nodeProcess from '../../graders/node-process.ts';
import pvcSurvives from '../../graders/pvc-survives.ts';
import readinessGates from '../../graders/readiness-gates.ts';
import recentLease from '../../graders/recent-lease.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { AccessRequest, ExecAnswer, HttpRequest } from '../../src/grading/probes.ts';
import { noPage, page, ran, seen, unseen } from '../support/fake-probes.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { baselineOf, clusterFacts, object, pod, rolledOut, service, threeNodes } from '../support/objects.ts';

const grade = (grader: object, params: object, given: GivenContext) =>
  gradeWith(grader as Grader, params as Record<string, unknown>, { cluster: clusterFacts(), ...given });
const now = Date.parse('2026-01-01T01:00:00Z');

describe('recent-lease', () => {
  const lease = (renewTime: string, holderIdentity = 'cp_1') => [
    object('Lease', { name: 'kube-scheduler', namespace: 'kube-system' }, { spec: { holderIdentity, renewTime } }),
  ];
  const params = { name: 'kube-scheduler' };

  it('passes when it was renewed seconds ago', async () => {
    expect(await grade(recentLease, params, { now, mirror: lease('2026-01-01T00:59:50.123456Z') })).toEqual({
      verdict: 'pass',
      evidence: 'Lease kube-scheduler: held by cp_1, renewed within 15 s',
    });
  });

  it('fails when it is old, has no holder, or is not there', async () => {
    expect(await grade(recentLease, params, { now, mirror: lease('2026-01-01T00:59:10.000000Z') })).toMatchObject({
      verdict: 'fail',
      observed: 'renewed 50 s ago',
      expected: 'renewed within 15 s',
    });
    expect(await grade(recentLease, params, { now, mirror: lease('2026-01-01T00:59:59.000000Z', '') })).toMatchObject({
      verdict: 'fail',
      observed: 'no holder',
    });
    expect((await grade(recentLease, params, { now, mirror: [] })).verdict).toBe('fail');
  });

  it('may have to be stale', async () => {
    const stale = { ...params, stale: true };
    expect((await grade(recentLease, stale, { now, mirror: lease('2026-01-01T00:59:10.000000Z') })).verdict).toBe('pass');
    expect((await grade(recentLease, stale, { now, mirror: lease('2026-01-01T00:59:58.000000Z') })).verdict).toBe('waiting');
  });
});

describe('node-process', () => {
  const pgrep = (lines: string[]) => ran(lines.map((line, index) => `${1000 + index} ${line}\n`).join(''), lines.length > 0 ? 0 : 1);
  const onNode = (running: string[], curl: ExecAnswer = ran('')) => ({
    node: async ({ command }: { command: string[] }) =>
      seen(command[0] === 'curl' ? curl : pgrep(running.filter((line) => new RegExp(command.at(-1) ?? '').test(line)))),
  });

  it('passes for what runs and what does not', async () => {
    const params = { present: ['etcd'], absent: ['kube-scheduler'], readyz: 'silent' };
    expect(await grade(nodeProcess, params, { probes: onNode(['etcd --name=cp'], ran('', 7)) })).toEqual({
      verdict: 'pass',
      evidence: 'etcd running; no kube-scheduler; the API server is silent on kd-control-plane',
    });
  });

  it('fails for what runs and must not, and the other way round', async () => {
    expect(
      await grade(
        nodeProcess,
        { absent: ['kube-scheduler', 'kube-controller-manager'] },
        { probes: onNode(['/usr/local/bin/kube-scheduler --v=2']) },
      ),
    ).toMatchObject({ verdict: 'fail', observed: 'kube-scheduler running' });
    expect(await grade(nodeProcess, { present: ['kube-scheduler'], node: 'worker1' }, { probes: onNode([]) })).toMatchObject({
      verdict: 'fail',
      observed: 'kube-scheduler not running',
      field: 'processes of kd-worker2',
    });
    expect(await grade(nodeProcess, { readyz: 'silent' }, { probes: onNode([]) })).toMatchObject({
      verdict: 'fail',
      observed: 'answers',
      expected: 'no answer',
    });
    expect(await grade(nodeProcess, { readyz: 'answering' }, { probes: onNode([], ran('', 7)) })).toMatchObject({
      verdict: 'fail',
      observed: 'no answer (curl exit code 7)',
    });
  });

  it('takes a program for what its command line begins with, whatever else is in it', async () => {
    const others = onNode(['tail -f /var/log/etcd', 'kube-scheduler-extender', 'sh -c etcd']);
    expect((await grade(nodeProcess, { absent: ['etcd', 'kube-scheduler'] }, { probes: others })).verdict).toBe('pass');
  });

  it('is an error when the node cannot be looked at, has no such program, or is none of this cluster', async () => {
    expect(
      await grade(nodeProcess, { absent: ['etcd'] }, { probes: { node: async () => unseen('docker exec: no such container') } }),
    ).toEqual({ verdict: 'error', reason: 'docker exec: no such container' });
    expect(
      (await grade(nodeProcess, { absent: ['etcd'] }, { probes: { node: async () => seen(ran('', 127, 'pgrep: not found')) } })).verdict,
    ).toBe('error');
    expect((await grade(nodeProcess, { readyz: 'silent' }, { probes: { node: async () => seen(ran('', 127)) } })).verdict).toBe('error');
    expect(await grade(nodeProcess, { node: 'worker7', absent: ['etcd'] }, { probes: onNode([]) })).toEqual({
      verdict: 'error',
      reason: 'this cluster has no node worker7',
    });
  });
});

describe('manifests-at-home', () => {
  const hash = (letter: string) => letter.repeat(64);
  const baseline = baselineOf([], { manifests: { 'kube-scheduler.yaml': hash('a'), 'etcd.yaml': hash('b') } });
  const disk = (files: Record<string, string>) => ({
    node: async ({ command: [program, ...rest] }: { command: string[] }) => {
      expect([program, rest[0], rest.includes('sha256sum')]).toEqual(['find', '/etc/kubernetes/manifests', true]);
      return seen(
        ran(
          Object.entries(files)
            .map(([name, hash]) => `${hash}  ${rest[0]}/${name}\n`)
            .join(''),
        ),
      );
    },
  });

  it('passes with the content of the start', async () => {
    expect(
      await grade(manifestsAtHome, {}, { baseline, probes: disk({ 'kube-scheduler.yaml': hash('a'), 'etcd.yaml': hash('b') }) }),
    ).toEqual({
      verdict: 'pass',
      evidence: '2 manifests as at the start in /etc/kubernetes/manifests on kd-control-plane',
    });
    expect((await grade(manifestsAtHome, { only: ['etcd'] }, { baseline, probes: disk({ 'etcd.yaml': hash('b') }) })).verdict).toBe('pass');
  });

  it('fails when one is away or edited', async () => {
    expect(await grade(manifestsAtHome, {}, { baseline, probes: disk({ 'etcd.yaml': hash('b') }) })).toMatchObject({
      verdict: 'fail',
      observed: 'kube-scheduler.yaml not there',
    });
    expect(
      await grade(manifestsAtHome, {}, { baseline, probes: disk({ 'kube-scheduler.yaml': hash('c'), 'etcd.yaml': hash('b') }) }),
    ).toMatchObject({ verdict: 'fail', observed: 'kube-scheduler.yaml edited' });
  });

  it('is an error when nothing was recorded, or the node cannot be looked at', async () => {
    expect(await grade(manifestsAtHome, {}, { baseline: baselineOf([]), probes: disk({}) })).toEqual({
      verdict: 'error',
      reason: 'the manifests of the start were not recorded',
    });
    expect((await grade(manifestsAtHome, {}, { baseline, probes: { node: async () => unseen('away') } })).verdict).toBe('error');
    expect((await grade(manifestsAtHome, {}, { baseline, probes: { node: async () => seen(ran('', 127)) } })).verdict).toBe('error');
  });
});

describe('canary', () => {
  const bird = (alive: boolean, ms: number) => ({
    canary: async () => seen({ alive, seen: alive ? 'on kd-worker' : 'still without a node', ms }),
  });
  it('passes when it lives in time', async () => {
    expect(await grade(canary, { kind: 'Pod' }, { probes: bird(true, 900) })).toEqual({
      verdict: 'pass',
      evidence: 'a canary Pod was bound: on kd-worker',
    });
    expect((await grade(canary, { kind: 'ReplicaSet', withinSeconds: 40 }, { probes: bird(true, 30_000) })).verdict).toBe('pass');
  });
  it('fails when it does not, and is an error when there can be none', async () => {
    expect(await grade(canary, { kind: 'Pod' }, { probes: bird(false, 20_000) })).toMatchObject({
      verdict: 'fail',
      observed: 'still without a node, after 20 s',
      expected: 'a Pod without a node is bound within 20 s',
    });
    expect((await grade(canary, { kind: 'Pod' }, { probes: { canary: async () => unseen('forbidden') } })).verdict).toBe('error');
  });
});

describe('access-review', () => {
  const reader = object('ServiceAccount', { name: 'reader' });
  const allowing = (...allowed: string[]) => ({
    accessReview: async ({ user, verb, resource, namespace }: AccessRequest) =>
      seen({
        allowed:
          user === 'system:serviceaccount:drill-lab:reader' &&
          allowed.includes(`${verb} ${resource}${namespace === '' ? ' everywhere' : ''}`),
      }),
  });
  const params = {
    serviceAccount: 'reader',
    may: [{ verb: ['get', 'list'], resource: 'pods' }],
    mayNot: [
      { verb: 'delete', resource: 'pods' },
      { verb: 'list', resource: 'nodes', namespace: '' },
    ],
  };

  it('passes when it may this and not that', async () => {
    expect(await grade(accessReview, params, { mirror: [reader], probes: allowing('get pods', 'list pods') })).toEqual({
      verdict: 'pass',
      evidence: 'reader may get pods, list pods, not delete pods, not list nodes',
    });
  });

  it('fails for too little and too much', async () => {
    expect(await grade(accessReview, params, { mirror: [reader], probes: allowing('get pods') })).toMatchObject({
      verdict: 'fail',
      observed: 'may not list pods',
      expected: 'may list pods',
      look: 'kubectl auth can-i list pods --as=system:serviceaccount:drill-lab:reader',
    });
    expect(
      await grade(accessReview, params, { mirror: [reader], probes: allowing('get pods', 'list pods', 'list nodes everywhere') }),
    ).toMatchObject({ verdict: 'fail', observed: 'may list nodes', expected: 'may not list nodes' });
    expect(await grade(accessReview, params, { mirror: [], probes: allowing() })).toMatchObject({
      verdict: 'fail',
      observed: 'ServiceAccount reader does not exist',
    });
  });

  it('never passes on what may not alone', () => {
    expect(
      (accessReview as unknown as Grader).params.safeParse({ serviceAccount: 'reader', mayNot: [{ verb: 'get', resource: 'pods' }] })
        .success,
    ).toBe(false);
  });
});

describe('readiness-gates', () => {
  const probe = { readinessProbe: { httpGet: { path: '/', port: 80 } } };
  const shop = (readySince: string, container: object = probe, given: object = {}) =>
    pod({
      name: 'p',
      startedAt: '2026-01-01T00:00:01Z',
      readySince,
      spec: { containers: [{ name: 'web', image: 'kd/web:1.0', ...container }] },
      ...given,
    });
  const params = { pod: 'p', minSeconds: 9, path: '/', port: 80 };

  it('passes when the Pod became ready late enough', async () => {
    expect(await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:11Z')] })).toEqual({
      verdict: 'pass',
      evidence: '1 Pod ready 10 s or more after the start',
    });
  });

  it('fails when it was ready at once, or has another probe or none', async () => {
    expect(await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:02Z')] })).toMatchObject({
      verdict: 'fail',
      observed: 'ready 1 s after its container started',
      expected: 'at least 9 s',
    });
    expect(await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:11Z', {})] })).toMatchObject({
      verdict: 'fail',
      observed: 'none',
      expected: 'a readinessProbe',
    });
    expect(
      await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:11Z', { readinessProbe: { exec: { command: ['true'] } } })] }),
    ).toMatchObject({ verdict: 'fail', observed: 'no httpGet' });
    expect(
      await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:11Z', { livenessProbe: probe.readinessProbe })] }),
    ).toMatchObject({ verdict: 'fail', observed: 'none' });
  });

  it('waits for the Pod', async () => {
    expect((await grade(readinessGates, params, { mirror: [shop('2026-01-01T00:00:02Z', probe, { ready: false })] })).verdict).toBe(
      'waiting',
    );
  });
});

describe('node-port-everywhere', () => {
  const solo = rolledOut({ name: 'solo' });
  const entry = (externalTrafficPolicy: string) =>
    service({
      name: 'solo-node',
      type: 'NodePort',
      selector: { app: 'solo' },
      ports: [{ port: 80, nodePort: 31000 }],
      spec: { externalTrafficPolicy },
    });
  const answering = (...ips: string[]) => ({
    http: async ({ url }: HttpRequest) => seen([ips.some((ip) => url === `http://${ip}:31000/`) ? page('ok') : noPage('timeout')]),
  });
  const params = { service: 'solo-node', of: { kind: 'Deployment', name: 'solo' } };
  const mirror = (policy: string) => [...threeNodes(), ...solo.all, entry(policy)];

  it('passes when every node answers, or with policy Local only the home of the Pod', async () => {
    expect(
      (await grade(nodePortEverywhere, params, { mirror: mirror('Cluster'), probes: answering('172.18.0.2', '172.18.0.3', '172.18.0.4') }))
        .verdict,
    ).toBe('pass');
    expect(
      await grade(nodePortEverywhere, { ...params, policy: 'Local' }, { mirror: mirror('Local'), probes: answering('172.18.0.3') }),
    ).toEqual({
      verdict: 'pass',
      evidence: 'node port 31000: kd-worker of 3 Ready nodes answer',
    });
  });

  it('does not judge the node of the probe Pod by policy Local: kube-proxy passes over it for what comes from the node itself', async () => {
    expect(
      await grade(
        nodePortEverywhere,
        { ...params, policy: 'Local' },
        { mirror: mirror('Local'), probes: answering('172.18.0.2', '172.18.0.3') },
      ),
    ).toMatchObject({ verdict: 'pass' });
  });

  it('fails when a node is silent, when one answers that must not, and with the other policy', async () => {
    expect(await grade(nodePortEverywhere, params, { mirror: mirror('Cluster'), probes: answering('172.18.0.3') })).toMatchObject({
      verdict: 'fail',
      observed: expect.stringContaining('kd-control-plane: no answer in time'),
    });
    expect(
      await grade(
        nodePortEverywhere,
        { ...params, policy: 'Local' },
        { mirror: mirror('Local'), probes: answering('172.18.0.3', '172.18.0.4') },
      ),
    ).toMatchObject({ verdict: 'fail', observed: 'kd-worker2 answers without a Pod' });
    expect(await grade(nodePortEverywhere, { ...params, policy: 'Local' }, { mirror: mirror('Cluster') })).toMatchObject({
      verdict: 'fail',
      observed: 'Cluster',
      expected: 'Local',
    });
    expect(await grade(nodePortEverywhere, params, { mirror: [...solo.all, service({ name: 'solo-node' })] })).toMatchObject({
      verdict: 'fail',
      observed: 'type ClusterIP',
      expected: 'a node port',
    });
  });
});

describe('pvc-survives', () => {
  const claim = (phase = 'Bound') =>
    object(
      'PersistentVolumeClaim',
      { name: 'data' },
      { spec: { volumeName: 'pv-1', storageClassName: 'standard', accessModes: ['ReadWriteOnce'] }, status: { phase } },
    );
  const volume = object('PersistentVolume', { name: 'pv-1', created: '2026-01-01T00:01:00Z' });
  const storage = object('StorageClass', { name: 'standard' }, { volumeBindingMode: 'WaitForFirstConsumer' });
  const user = (created: string, more: object = {}) =>
    pod({
      name: 'p',
      created,
      spec: {
        containers: [{ name: 'web', image: 'kd/web:1.0', volumeMounts: [{ name: 'v', mountPath: '/app' }] }],
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
        ...more,
      },
    });
  const params = { pod: 'p', claim: 'data', mountPath: '/app' };
  const file = { file: { path: '/app/n', matches: '^\\d+$' } };
  const probes = { exec: async () => seen(ran('42\n')) };

  it('passes for a Pod that came after another one, and finds the data', async () => {
    expect(
      await grade(pvcSurvives, { ...params, ...file }, { mirror: [claim(), volume, storage, user('2026-01-01T00:05:00Z')], probes }),
    ).toEqual({ verdict: 'pass', evidence: 'Pod p: p on claim data' });
  });

  it('fails for the first Pod on the claim', async () => {
    expect(await grade(pvcSurvives, params, { mirror: [claim(), volume, storage, user('2026-01-01T00:00:59Z')] })).toMatchObject({
      verdict: 'fail',
      observed: 'Pod p is the first one that used the claim',
    });
  });

  it('fails without the claim, the mount, or the data', async () => {
    const later = '2026-01-01T00:05:00Z';
    expect(await grade(pvcSurvives, params, { mirror: [claim('Pending'), volume, storage, user(later)] })).toMatchObject({
      verdict: 'fail',
      observed: 'Pending',
      expected: 'Bound',
    });
    expect(
      await grade(pvcSurvives, params, { mirror: [claim(), volume, storage, user(later, { volumes: [{ name: 'v', emptyDir: {} }] })] }),
    ).toMatchObject({ verdict: 'fail', observed: 'not mounted' });
    expect(await grade(pvcSurvives, { ...params, mountPath: '/data' }, { mirror: [claim(), volume, storage, user(later)] })).toMatchObject({
      verdict: 'fail',
      observed: 'mounted at /app',
    });
    const empty = { exec: async () => seen(ran('', 1)) };
    expect(
      await grade(pvcSurvives, { ...params, ...file }, { mirror: [claim(), volume, storage, user(later)], probes: empty }),
    ).toMatchObject({ verdict: 'fail', observed: 'no such file' });
    expect(
      await grade(pvcSurvives, { ...params, accessMode: 'ReadWriteMany' }, { mirror: [claim(), volume, storage, user(later)] }),
    ).toMatchObject({ verdict: 'fail', observed: 'ReadWriteOnce' });
  });

  it('asks the recording where volumes are bound at once', async () => {
    const atOnce = { ...storage, volumeBindingMode: 'Immediate' };
    const mirror = [claim(), volume, atOnce, user('2026-01-01T00:05:00Z')];
    const earlier = { ...user('2026-01-01T00:02:00Z'), metadata: { name: 'p', uid: 'before', namespace: 'drill-lab' } };
    const timeline = [
      { at: 0, type: 'recording-started' as const },
      { at: 1, type: 'object' as const, change: 'added' as const, kind: 'Pod' as const, object: earlier },
    ];
    expect((await grade(pvcSurvives, params, { mirror })).verdict).toBe('error');
    expect((await grade(pvcSurvives, params, { mirror, timeline })).verdict).toBe('pass');
    expect((await grade(pvcSurvives, params, { mirror, timeline: timeline.slice(0, 1) })).verdict).toBe('fail');
  });
});
