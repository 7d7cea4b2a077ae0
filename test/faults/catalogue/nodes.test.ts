import { describe, expect, test } from 'vitest';
import { fakeCluster } from '../fake/cluster.ts';
import { fakeLife, outcomes } from '../fake/life.ts';
import { ran } from '../fake/machine.ts';

describe('stop-kubelet', () => {
  test('stops the kubelet of one worker, or of all, never of the control plane', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('stop-kubelet', { node: 'kd-worker' });
    expect([...cluster.machines.values()].map(({ kubelet }) => kubelet)).toEqual([true, false, true]);
    await life.recover();
    await life.strike('stop-kubelet', { node: 'all' });
    expect([...cluster.machines.values()].map(({ kubelet }) => kubelet)).toEqual([true, false, false]);
    expect(outcomes(await life.recover())).toEqual(['stop-kubelet: undone: Node kd-worker is Ready; Node kd-worker2 is Ready']);
    await expect(life.strike('stop-kubelet', { node: 'kd-control-plane' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'kd-control-plane is the control plane: its kubelet is what brings everything else back',
      hint: 'The workers are: kd-worker, kd-worker2',
    });
  });

  test('a node that was restarted started its kubelet itself', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('stop-kubelet', { node: 'kd-worker' });
    cluster.machine('kd-worker').kubelet = true;
    await cluster.clock.sleep(1000);
    expect(outcomes(await life.recover())).toEqual(['stop-kubelet: already-fine: Node kd-worker is Ready']);
  });

  test('is undone on the node alone while the API server is taken away, and says so', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('stop-kubelet', { node: 'kd-worker' });
    cluster.machine('kd-control-plane').files.delete('/etc/kubernetes/manifests/kube-apiserver.yaml');
    cluster.settle();
    expect(outcomes(await life.recover())).toEqual([
      'stop-kubelet: undone: the kubelet of kd-worker runs; the API server does not answer: connect ECONNREFUSED',
    ]);
    expect(cluster.machine('kd-worker').kubelet).toBe(true);
  });

  test('in a cluster without workers it is refused', async () => {
    await expect(fakeLife(fakeCluster({ workers: [] })).strike('stop-kubelet', { node: 'all' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'this cluster has no worker whose kubelet could be stopped',
      hint: 'kubedrill up --workers 2 makes one that has',
    });
  });
});

describe('pause-node', () => {
  test('pauses a worker and unpauses it', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('pause-node', { node: 'kd-worker' });
    expect(cluster.machine('kd-worker').state).toBe('paused');
    expect(outcomes(await life.recover())).toEqual(['pause-node: undone: Node kd-worker is Ready']);
  });

  test.each([
    ['a machine that slips from being frozen is tried again', 'unable to freeze', 3, 'paused'],
    ['one that never stands still is given up, and runs on', 'unable to freeze', Number.POSITIVE_INFINITY, 'running'],
    ['any other trouble is told at once', 'permission denied', Number.POSITIVE_INFINITY, 'running'],
  ])('%s', async (_, trouble, failures, state) => {
    const cluster = fakeCluster();
    let tries = 0;
    const life = fakeLife(cluster, {
      context: {
        nodes: {
          ...cluster.nodes,
          pause: (node, signal) =>
            ++tries <= failures
              ? Promise.resolve(ran(1, '', `OCI runtime pause failed: ${trouble}: unknown`))
              : cluster.nodes.pause(node, signal),
        },
      },
    });
    const struck = life.strike('pause-node', { node: 'kd-worker' });
    if (state === 'paused') await struck;
    else
      await expect(struck).rejects.toMatchObject({
        message: expect.stringContaining(`could not pause kd-worker: OCI runtime pause failed: ${trouble}`),
      });
    expect(cluster.machine('kd-worker').state).toBe(state);
    expect(tries > 1).toBe(trouble === 'unable to freeze');
  });

  test('a node that was unpaused or restarted by hand is fine already', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('pause-node', { node: 'kd-worker' });
    cluster.machine('kd-worker').state = 'running';
    cluster.settle();
    expect(outcomes(await life.recover())).toEqual(['pause-node: already-fine: Node kd-worker is Ready']);
  });

  test('a node that is gone is a failure that stays in the journal', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('pause-node', { node: 'kd-worker' });
    cluster.machine('kd-worker').state = 'gone';
    expect(await life.recover()).toMatchObject([
      {
        outcome: 'failed',
        seen: 'could not unpause kd-worker: Error response from daemon: Container kd-worker is not paused',
        mend: 'docker unpause kd-worker',
      },
    ]);
    expect(life.journal.open().map(({ state }) => state)).toEqual(['undo-failed']);
  });
});

describe('cordon-node', () => {
  test('closes a worker and opens it', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('cordon-node', { node: 'kd-worker' });
    expect(cluster.objects.get('Node', 'kd-worker')?.spec).toMatchObject({ unschedulable: true });
    await expect(life.strike('cordon-node', { node: 'kd-worker' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'Node kd-worker is cordoned already',
    });
    expect(outcomes(await life.recover())).toEqual(['cordon-node: undone: Node kd-worker is open']);
  });

  test('a Node that was made anew and cordoned by somebody else stays cordoned', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('cordon-node', { node: 'kd-worker' });
    cluster.objects.remove('Node', 'kd-worker');
    cluster.objects.put('Node', { metadata: { name: 'kd-worker' }, spec: { unschedulable: true } });
    await life.recover();
    expect(cluster.objects.get('Node', 'kd-worker')?.spec?.unschedulable).toBe(true);
  });
});

describe('taint-node', () => {
  const taintsOf = (cluster: ReturnType<typeof fakeCluster>) => cluster.objects.get('Node', 'kd-worker')?.spec?.taints;

  test('adds its taint to those that are there, and takes only that one off', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    const own = { key: 'team', value: 'a', effect: 'NoSchedule' };
    cluster.objects.put('Node', { metadata: { name: 'kd-worker', uid: 'u' }, spec: { taints: [own] } });
    await life.strike('taint-node', { node: 'kd-worker', effect: 'NoExecute', value: 'sale' });
    expect(taintsOf(cluster)).toEqual([own, { key: 'kubedrill.io/fault', value: 'sale', effect: 'NoExecute' }]);
    expect(outcomes(await life.recover())).toEqual([
      'taint-node: undone: Node kd-worker does not have the taint kubedrill.io/fault=sale:NoExecute',
    ]);
    expect(taintsOf(cluster)).toEqual([own]);
  });

  test('a taint of the same key that somebody gave another value stays', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('taint-node', { node: 'kd-worker' });
    const theirs = { key: 'kubedrill.io/fault', value: 'mine', effect: 'NoSchedule' };
    const node = cluster.objects.get('Node', 'kd-worker');
    cluster.objects.put('Node', { ...node, metadata: { name: 'kd-worker', uid: node?.metadata.uid }, spec: { taints: [theirs] } });
    await life.recover();
    expect(taintsOf(cluster)).toEqual([theirs]);
  });

  test('refuses taints that Kubernetes puts on and takes off itself', async () => {
    await expect(
      fakeLife(fakeCluster()).strike('taint-node', { node: 'kd-worker', key: 'node.kubernetes.io/unreachable' }),
    ).rejects.toMatchObject({
      code: 'usage',
      message: 'taint-node: a key that Kubernetes does not own → at key',
    });
  });
});

describe('drain-node', () => {
  const pod = (name: string, metadata: object = {}) => ({
    metadata: { name, namespace: 'shop', labels: { app: 'other' }, ...metadata },
    spec: { nodeName: 'kd-worker', containers: [{ image: 'x' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const owned = (kind: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'x', uid: '1', controller: true }] });
  const podsOn = (cluster: ReturnType<typeof fakeCluster>, node: string) =>
    cluster.objects.list('Pod').filter((one) => one.spec.nodeName === node).length;

  test('cordons and empties a worker, but for the Pods of DaemonSets; undoing opens it', async () => {
    const cluster = fakeCluster();
    cluster.objects.put('Pod', pod('of-daemonset', owned('DaemonSet')));
    const life = fakeLife(cluster);
    expect(podsOn(cluster, 'kd-worker')).toBe(6);
    await life.strike('drain-node', { node: 'kd-worker' });
    expect(podsOn(cluster, 'kd-worker')).toBe(1);
    expect(podsOn(cluster, 'kd-worker2')).toBe(5);
    expect(outcomes(await life.recover())).toEqual(['drain-node: undone: Node kd-worker is open']);
  });

  test('refuses when Pods would be lost that nobody makes again', async () => {
    const cluster = fakeCluster();
    cluster.objects.put('Pod', pod('bare'));
    await expect(fakeLife(cluster).strike('drain-node', { node: 'kd-worker' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'on kd-worker there are Pods that nobody would make again: shop/bare',
    });
  });

  test('a budget that never allows it is reported after its bound, and the worker is opened again', async () => {
    const cluster = fakeCluster();
    cluster.objects.put('Pod', pod('guarded', { ...owned('ReplicaSet'), labels: { app: 'other', 'fake/budget': 'spent' } }));
    const life = fakeLife(cluster);
    await expect(life.strike('drain-node', { node: 'kd-worker' })).rejects.toMatchObject({
      code: 'fault-failed',
      message: 'kd-worker was not empty after 120 s: Pod shop/guarded: Cannot evict pod as it would violate its budget; it was undone',
    });
    expect(cluster.objects.get('Node', 'kd-worker')?.spec?.unschedulable).toBeUndefined();
    expect(life.journal.open()).toEqual([]);
  });
});
