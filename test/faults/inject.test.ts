import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeCluster } from './fake/cluster.ts';
import { fakeLife, journalAt, temporaryFolder } from './fake/life.ts';

test('nothing is done when the journal cannot be written', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const path = join(temporaryFolder(), 'kd.jsonl');
  mkdirSync(path);
  const life = fakeLife(cluster, { journal: journalAt(path, cluster) });
  await expect(life.strike('stop-component', { component: 'kube-scheduler' })).rejects.toMatchObject({ code: 'state-unwritable' });
  expect(cluster.picture()).toEqual(before);
});

test('the record is on the disk before the act, and each step of the life after it', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  const seen: string[] = [];
  const look = (name: string) => seen.push(`${name}: ${life.journal.open().map(({ state }) => state)}`);
  life.context.nodes = {
    ...cluster.nodes,
    pause: (node) => {
      look('pause');
      return cluster.nodes.pause(node);
    },
  };
  await life.strike('pause-node', { node: 'kd-worker' });
  look('after');
  expect(seen).toEqual(['pause: planned', 'after: effect-proved']);
  expect(life.journal.open()[0]).toMatchObject({
    fault: 'pause-node',
    what: 'kd-worker is paused',
    cluster: 'kd',
    clusterId: 'ours',
    namespace: 'shop',
    params: { node: 'kd-worker' },
    record: { node: 'kd-worker' },
    touches: ['machine kd-worker'],
    mend: 'docker unpause kd-worker',
  });
});

test('an act that fails half way is undone, and the message says both', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const life = fakeLife(cluster);
  const { exec } = cluster.nodes;
  life.context.nodes = {
    ...cluster.nodes,
    exec: async (node, argv, options) =>
      node === 'kd-worker2' && argv[1] === 'stop'
        ? { ok: false, outcome: 'exited', exitCode: 1, stdout: '', stderr: 'Failed to stop kubelet.service', command: '', ms: 1 }
        : exec(node, argv, options),
  };
  await expect(life.strike('stop-kubelet', { node: 'all' })).rejects.toMatchObject({
    code: 'fault-failed',
    message: 'systemctl stop kubelet on kd-worker2 failed: Failed to stop kubelet.service; it was undone',
  });
  expect(cluster.picture()).toEqual(before);
  expect(life.journal.open()).toEqual([]);
});

test('Ctrl+C while the effect is waited for undoes it', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const stop = new AbortController();
  const { exec } = cluster.nodes;
  const nodes = {
    ...cluster.nodes,
    exec: async (...args: Parameters<typeof exec>) => {
      if (args[1][0] === 'mv') stop.abort();
      return exec(...args);
    },
  };
  const life = fakeLife(cluster, { context: { signal: stop.signal, nodes } });
  await expect(life.strike('stop-component', { component: 'kube-scheduler' })).rejects.toMatchObject({
    code: 'interrupted',
    message: 'stop-component was interrupted; it was undone',
    exitCode: 130,
  });
  await cluster.clock.sleep(1000);
  expect(cluster.picture()).toEqual(before);
});

test('what could neither take effect nor be undone says the state, and the command that mends it', async () => {
  const cluster = fakeCluster();
  const life = fakeLife(cluster);
  const { exec } = cluster.nodes;
  let moved = false;
  life.context.nodes = {
    ...cluster.nodes,
    exec: async (node, argv, options) => {
      const result = await exec(node, argv, options);
      if (argv[0] === 'mv' && !moved) {
        moved = true;
        cluster.machine(node).state = 'stopped';
      }
      return result;
    },
  };
  await expect(life.strike('stop-component', { component: 'kube-scheduler' })).rejects.toMatchObject({
    code: 'fault-failed',
    message:
      'stop-component had no effect within 90 s: kd-control-plane does not answer: Error response from daemon: Container kd-control-plane is not running; ' +
      'it could not be undone: kd-control-plane does not answer: Error response from daemon: Container kd-control-plane is not running',
    hint: "Try again: kubedrill recover; or by hand: docker exec kd-control-plane sh -c 'mv /etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml /etc/kubernetes/manifests/kube-scheduler.yaml; systemctl restart kubelet'",
  });
  expect(life.journal.open().map(({ state }) => state)).toEqual(['undo-failed']);
});
