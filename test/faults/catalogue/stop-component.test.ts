import { describe, expect, test } from 'vitest';
import { fakeCluster, manifests } from '../fake/cluster.ts';
import { fakeLife, outcomes } from '../fake/life.ts';

const home = `${manifests}/kube-scheduler.yaml`;
const stopped = '/etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml';

describe('stop-component', () => {
  test('moves the manifest beside its folder, and back with the same text', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    const { files, processes } = cluster.machine('kd-control-plane');
    const text = files.get(home);
    await life.strike('stop-component', { component: 'kube-scheduler' });
    expect(files.has(home)).toBe(false);
    expect(files.get(stopped)).toBe(text);
    expect(processes.has('kube-scheduler')).toBe(false);
    expect(outcomes(await life.recover())).toEqual(['stop-component: undone: kube-scheduler runs and leads']);
    expect(files.get(home)).toBe(text);
    expect(files.has(stopped)).toBe(false);
  });

  test('works on the API server and etcd, with nobody to ask', async () => {
    for (const component of ['kube-apiserver', 'etcd']) {
      const cluster = fakeCluster();
      const life = fakeLife(cluster);
      await life.strike('stop-component', { component });
      expect(cluster.apiUp()).toBe(false);
      expect(outcomes(await life.recover())).toEqual([
        'stop-component: undone: the API server is ready, scheduler and controller manager lead',
      ]);
    }
  });

  test('a manifest that was moved home by hand stays, even if it was edited; the copy goes', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    const { files } = cluster.machine('kd-control-plane');
    await life.strike('stop-component', { component: 'kube-scheduler' });
    files.set(home, 'edited by the learner');
    cluster.settle();
    expect(outcomes(await life.recover())).toEqual(['stop-component: already-fine: kube-scheduler runs and leads']);
    expect(files.get(home)).toBe('edited by the learner');
    expect(files.has(stopped)).toBe(false);
  });

  test('a copy that somebody deleted or edited comes back from the journal', async () => {
    for (const spoil of [undefined, 'edited']) {
      const cluster = fakeCluster();
      const life = fakeLife(cluster);
      const { files } = cluster.machine('kd-control-plane');
      const text = files.get(home);
      await life.strike('stop-component', { component: 'kube-scheduler' });
      if (spoil === undefined) files.delete(stopped);
      else files.set(stopped, spoil);
      await life.recover();
      expect(files.get(home)).toBe(text);
    }
  });

  test('a kubelet that holds the component back is started anew', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    const node = cluster.machine('kd-control-plane');
    await life.strike('stop-component', { component: 'kube-scheduler' });
    node.holdsBack.add('kube-scheduler');
    const before = cluster.clock.now();
    expect(outcomes(await life.recover())).toEqual(['stop-component: undone: kube-scheduler runs and leads']);
    expect(node.kubeletSince * 1000).toBeGreaterThan(before);
    expect(cluster.clock.now() - before).toBeLessThan(60_000);
  });

  test('refuses what is stopped already', async () => {
    const life = fakeLife(fakeCluster());
    await life.strike('stop-component', { component: 'kube-scheduler' });
    await expect(life.strike('stop-component', { component: 'kube-scheduler' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: `kube-scheduler is stopped already: there is no ${home} on kd-control-plane`,
      hint: 'Bring it back: kubedrill recover',
    });
  });

  test('refuses what is no component', async () => {
    await expect(fakeLife(fakeCluster()).strike('stop-component', { component: 'kubelet' })).rejects.toMatchObject({
      code: 'usage',
      message:
        'stop-component: Invalid option: expected one of "kube-scheduler"|"kube-controller-manager"|"kube-apiserver"|"etcd" → at component',
      hint: 'See what it takes: kubedrill faults stop-component',
    });
  });

  test('a control plane that does not answer is a failure with the command that mends it', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('stop-component', { component: 'kube-scheduler' });
    cluster.machine('kd-control-plane').state = 'stopped';
    expect(await life.recover()).toMatchObject([
      {
        outcome: 'failed',
        seen: 'kd-control-plane does not answer: Error response from daemon: Container kd-control-plane is not running',
        mend: `docker exec kd-control-plane sh -c 'mv ${stopped} ${home}; systemctl restart kubelet'`,
      },
    ]);
    cluster.machine('kd-control-plane').state = 'running';
    expect(outcomes(await life.recover())).toEqual(['stop-component: undone: kube-scheduler runs and leads']);
  });
});
