import { expect, test } from 'vitest';
import { mendStrays } from '../../src/faults/strays.ts';
import { type FakeCluster, fakeCluster, manifests } from './fake/cluster.ts';
import { fakeLife } from './fake/life.ts';

const stopped = '/etc/kubernetes/kubedrill-stopped';
const mended = async (cluster: FakeCluster) =>
  (await mendStrays(cluster.context())).map(({ what, outcome, seen, mend }) => `${what}: ${outcome}: ${seen}${mend ? `: ${mend}` : ''}`);

test('a cluster that is whole has nothing to mend', async () => {
  expect(await mended(fakeCluster())).toEqual([]);
});

test('what faults left is mended without any journal: somebody removed its folder', async () => {
  const cluster = fakeCluster();
  const before = cluster.picture();
  const life = fakeLife(cluster);
  await life.strike('stop-component', { component: 'kube-scheduler' });
  await life.strike('stop-component', { component: 'kube-apiserver' });
  await life.strike('stop-kubelet', { node: 'kd-worker' });
  await life.strike('pause-node', { node: 'kd-worker2' });
  expect(await mended(cluster)).toEqual([
    'the kubelet of kd-worker does not run: undone: the cluster is whole',
    'kd-worker2 does not answer: undone: the cluster is whole',
    'there is no /etc/kubernetes/manifests/kube-scheduler.yaml on kd-control-plane: undone: the cluster is whole',
    'there is no /etc/kubernetes/manifests/kube-apiserver.yaml on kd-control-plane: undone: the cluster is whole',
  ]);
  await cluster.clock.sleep(1000);
  expect(cluster.picture()).toEqual(before);
});

test('what cannot be mended is told with the command that may', async () => {
  const cluster = fakeCluster();
  const { files } = cluster.machine('kd-control-plane');
  const text = files.get(`${manifests}/kube-scheduler.yaml`) ?? '';
  files.delete(`${manifests}/kube-scheduler.yaml`);
  cluster.machine('kd-worker').state = 'stopped';
  files.set(`${stopped}/kube-scheduler.yaml`, text);
  expect(await mended(cluster)).toEqual([
    'kd-worker does not answer: failed: not whole after 180 s: kd-worker does not answer: Error response from daemon: Container kd-worker is not running: docker unpause kd-worker',
    'there is no /etc/kubernetes/manifests/kube-scheduler.yaml on kd-control-plane: failed: not whole after 180 s: kd-worker does not answer: Error response from daemon: Container kd-worker is not running: docker exec kd-control-plane cp /etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml /etc/kubernetes/manifests/kube-scheduler.yaml',
  ]);
  expect(files.get(`${manifests}/kube-scheduler.yaml`)).toBe(text);
});
