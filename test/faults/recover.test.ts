import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { injectFault, planFault } from '../../src/faults/inject.ts';
import { recoverEntries, recoveryError } from '../../src/faults/recover.ts';
import type { Progress } from '../../src/system/progress.ts';
import { fakeCluster, manifests } from './fake/cluster.ts';
import { fakeLife, faultOf, journalAt, onlyProcess, outcomes, temporaryFolder } from './fake/life.ts';
import { ran } from './fake/machine.ts';

test('what is left is undone newest first, and what waits for the API server comes after it', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const life = fakeLife(cluster);
  await life.strike('stop-component', { component: 'kube-scheduler' });
  await life.strike('cordon-node', { node: 'kd-worker' });
  await life.strike('pause-node', { node: 'kd-worker2' });
  await life.strike('stop-component', { component: 'kube-apiserver' });
  expect(outcomes(await life.recover())).toEqual([
    'stop-component: undone: the API server is ready, scheduler and controller manager lead',
    'pause-node: undone: Node kd-worker2 is Ready',
    'cordon-node: undone: Node kd-worker is open',
    'stop-component: undone: kube-scheduler runs and leads',
  ]);
  expect(cluster.picture()).toEqual(before);
  expect(readFileSync(life.journal.path, 'utf8')).toBe('');
});

test('an API server that is taken away by hand keeps what needs it in the journal, and only that', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('stop-kubelet', { node: 'kd-worker' });
  await life.strike('cordon-node', { node: 'kd-worker2' });
  const { files } = cluster.machine('kd-control-plane');
  const text = files.get(`${manifests}/kube-apiserver.yaml`) ?? '';
  files.delete(`${manifests}/kube-apiserver.yaml`);
  cluster.settle();
  expect(outcomes(await life.recover())).toEqual([
    'cordon-node: failed: could not read Node kd-worker2: the API server does not answer: connect ECONNREFUSED',
    'stop-kubelet: undone: the kubelet of kd-worker runs; the API server does not answer: connect ECONNREFUSED',
  ]);
  files.set(`${manifests}/kube-apiserver.yaml`, text);
  cluster.settle();
  expect(outcomes(await life.recover())).toEqual(['cordon-node: undone: Node kd-worker2 is open']);
});

test('an older fault never overtakes a newer one of the same object', async () => {
  const cluster = fakeCluster();
  let failing = true;
  const api: typeof cluster.api = {
    ...cluster.api,
    request: async (method, path, request) => {
      // the API server refuses the first patch for good, and lets the second one through
      if (failing && method === 'PATCH' && path.endsWith('/deployments/web'))
        return { ok: false, kind: 'refused', status: 403, reason: 'Forbidden', message: 'no', causes: [] };
      return cluster.api.request(method, path, request);
    },
  };
  const life = fakeLife(cluster);
  await life.strike('bad-image', { deployment: 'web', image: 'kd/web:22' });
  await life.strike('bad-image', { deployment: 'web' });
  const blocked = fakeLife(cluster, { context: { api }, journal: life.journal });
  expect(outcomes(await blocked.recover())).toEqual([
    'bad-image: failed: could not patch Deployment shop/web: no',
    'bad-image: failed: "Deployment shop/web has the image kd/web:no-such-tag" has to be undone first',
  ]);
  expect(cluster.objects.get('Deployment', 'web', 'shop')?.spec.template.spec.containers[0].image).toBe('kd/web:no-such-tag');
  failing = false;
  await blocked.recover();
  expect(cluster.objects.get('Deployment', 'web', 'shop')?.spec.template.spec.containers[0].image).toBe('kd/web:1.0');
});

test('a cluster that was made anew has none of the faults of the old one, and is not touched', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('cordon-node', { node: 'kd-worker' });
  const other = await recoverEntries(life.journal.open(), {
    ...life,
    cluster: { name: 'kd', id: 'another', provider: 'kind' },
    processes: onlyProcess(1),
  });
  expect(outcomes(other)).toEqual(['cordon-node: void: the cluster kd that it struck is gone']);
  expect(cluster.objects.get('Node', 'kd-worker')?.spec?.unschedulable).toBe(true);
  expect(life.journal.open()).toEqual([]);
});

test('a fault that another living process is working on is left to it', async () => {
  const cluster = fakeCluster();
  const path = join(temporaryFolder(), 'kd.jsonl');
  const journal = journalAt(path, cluster, 1);
  const life = fakeLife(cluster, { journal });
  const id = await life.strike('cordon-node', { node: 'kd-worker' });
  await journal.mark(id, 'undoing');
  const other = fakeLife(cluster, { journal: journalAt(path, cluster, 2) });
  const both = { self: () => ({ pid: 2, startTime: 'then' }), isAlive: () => true };
  expect(outcomes(await recoverEntries(other.journal.open(), { ...other, processes: both }))).toEqual([
    'cordon-node: busy: process 1 is at it',
  ]);
  await journal.mark(id, 'effect-proved');
  expect(outcomes(await recoverEntries(other.journal.open(), { ...other, processes: both }))).toEqual([
    'cordon-node: undone: Node kd-worker is open',
  ]);
});

test('a fault that this kubedrill does not know stays, with the command that mends it', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.journal.plan({
    fault: 'melt-cpu',
    what: 'the CPU is molten',
    lab: undefined,
    namespace: 'shop',
    cluster: 'kd',
    clusterId: 'ours',
    provider: 'kind',
    params: {},
    record: {},
    touches: [],
    mend: 'docker restart kd-worker',
  });
  const recoveries = await life.recover();
  expect(recoveries).toMatchObject([
    { outcome: 'failed', seen: 'this kubedrill does not know the fault melt-cpu', mend: 'docker restart kd-worker' },
  ]);
  expect(recoveryError(recoveries)).toMatchObject({
    code: 'recovery-failed',
    message: 'not undone: the CPU is molten: this kubedrill does not know the fault melt-cpu',
    hint: 'Try again: kubedrill recover; or by hand: docker restart kd-worker',
  });
});

test('what is undone but not well within its bound stays in the journal, with the exact state', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('scale-to-zero');
  for (const name of ['kd-worker', 'kd-worker2']) cluster.machine(name).kubelet = false;
  cluster.settle();
  expect(outcomes(await life.recover())).toEqual(['scale-to-zero: failed: not well after 90 s: 0 of 2 replicas of coredns are available']);
  for (const name of ['kd-worker', 'kd-worker2']) cluster.machine(name).kubelet = true;
  cluster.settle();
  for (const pod of cluster.objects.list('Pod', 'kube-system')) cluster.objects.remove('Pod', pod.metadata.name, 'kube-system');
  cluster.settle();
  expect(outcomes(await life.recover())).toEqual(['scale-to-zero: already-fine: 2 of 2 replicas of coredns are available']);
});

test('an act that a killed process had sent off takes effect after the undo, and is undone again', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const life = fakeLife(cluster);
  const planned = await planFault(faultOf('stop-kubelet'), { node: 'kd-worker' }, life);
  // it dies as soon as its `systemctl stop` is on its way
  const died = fakeLife(cluster, {
    context: { nodes: { ...cluster.nodes, exec: () => new Promise(() => undefined) } },
    journal: life.journal,
  });
  void injectFault(planned, died, undefined);
  await expect.poll(() => life.journal.open()).toHaveLength(1);
  const arrives = cluster.clock.now() + 3000;
  let arrived = false;
  const { sleep } = cluster.clock;
  life.context.clock = {
    ...cluster.clock,
    sleep: async (ms) => {
      if (!arrived && cluster.clock.now() >= arrives) {
        arrived = true;
        cluster.machine('kd-worker').kubelet = false;
      }
      await sleep(ms);
    },
  };
  expect(outcomes(await life.recover())).toEqual(['stop-kubelet: undone: Node kd-worker is Ready']);
  expect(arrived).toBe(true);
  await cluster.clock.sleep(1000);
  expect(cluster.picture()).toEqual(before);
});

test('what goes wrong once is tried again', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('stop-kubelet', { node: 'kd-worker' });
  const { exec } = cluster.nodes;
  let failures = 0;
  life.context.nodes = {
    ...cluster.nodes,
    exec: async (node, argv, options) =>
      argv[1] === 'start' && failures++ < 2
        ? ran(1, '', 'Failed to start kubelet.service: Connection timed out')
        : exec(node, argv, options),
  };
  expect(outcomes(await life.recover())).toEqual(['stop-kubelet: undone: Node kd-worker is Ready']);
  expect(failures).toBe(3);
});

test('an older fault waits for a newer one of the same object that another process is at', async () => {
  const cluster = fakeCluster();
  const path = join(temporaryFolder(), 'kd.jsonl');
  const first = fakeLife(cluster, { journal: journalAt(path, cluster, 1) });
  await first.strike('bad-image', { deployment: 'web', image: 'kd/web:22' });
  const newer = await first.strike('bad-image', { deployment: 'web' });
  await first.journal.mark(newer, 'undoing');
  const other = fakeLife(cluster, { journal: journalAt(path, cluster, 2) });
  const both = { self: () => ({ pid: 2, startTime: 'then' }), isAlive: () => true };
  expect(outcomes(await recoverEntries(other.journal.open(), { ...other, processes: both }))).toEqual([
    'bad-image: busy: process 1 is at it',
    'bad-image: failed: "Deployment shop/web has the image kd/web:no-such-tag" has to be undone first',
  ]);
});

test('an interrupted recovery keeps what it did not prove', async () => {
  const cluster = fakeCluster();
  const stop = new AbortController();
  const life = fakeLife(cluster);
  await life.strike('cordon-node', { node: 'kd-worker' });
  stop.abort();
  const interrupted = fakeLife(cluster, { context: { signal: stop.signal }, journal: life.journal });
  expect(outcomes(await interrupted.recover())).toEqual(['cordon-node: failed: interrupted; nothing yet']);
  expect(outcomes(await life.recover())).toEqual(['cordon-node: already-fine: Node kd-worker is open']);
});

test('progress says what is undone and what is waited for, with the bound', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('stop-component', { component: 'kube-apiserver' });
  const progress: Progress[] = [];
  await recoverEntries(life.journal.open(), { ...life, processes: onlyProcess(1), onProgress: (one) => void progress.push(one) });
  expect(progress.map((one) => `${one.type}: ${one.type === 'step-note' ? one.note : one.step}`)).toEqual([
    'step-started: undo: kube-apiserver is stopped',
    'step-done: undo: kube-apiserver is stopped',
    'step-started: wait until well again: kube-apiserver is stopped',
    'step-done: wait until well again: kube-apiserver is stopped',
  ]);
});

test('after a torn last line the fault whose record was torn was never begun, and the others are undone', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  await life.strike('cordon-node', { node: 'kd-worker' });
  const whole = readFileSync(life.journal.path, 'utf8').length;
  appendFileSync(life.journal.path, '{"type":"planned","id":"torn","fault":"stop-comp');
  expect(outcomes(await life.recover())).toEqual(['cordon-node: undone: Node kd-worker is open']);
  expect(whole).toBeGreaterThan(0);
  expect(readFileSync(life.journal.path, 'utf8')).toBe('');
});

test('wherever the last line is torn, the fault is undone', async () => {
  for (let cut = 1; cut < 60; cut += 7) {
    const cluster = fakeCluster();
    const before = cluster.picture();
    const life = fakeLife(cluster);
    await life.strike('stop-kubelet', { node: 'kd-worker' });
    truncateSync(life.journal.path, readFileSync(life.journal.path).length - cut);
    await life.recover();
    expect(cluster.picture()).toEqual(before);
    expect(life.journal.open()).toEqual([]);
  }
});
