import { describe, expect, test } from 'vitest';
import { type FakeCluster, fakeCluster, manifests } from './fake/cluster.ts';
import { fakeLife, outcomes } from './fake/life.ts';

const byHand: Record<string, (cluster: FakeCluster) => void> = {
  'moves a manifest away': (cluster) => cluster.machine('kd-control-plane').files.delete(`${manifests}/kube-scheduler.yaml`),
  'moves every manifest away': (cluster) => {
    for (const path of cluster.machine('kd-control-plane').files.keys()) cluster.machine('kd-control-plane').files.delete(path);
  },
  'edits a manifest': (cluster) => cluster.machine('kd-control-plane').files.set(`${manifests}/kube-controller-manager.yaml`, 'broken: ['),
  'leaves a copy in the folder of the manifests': (cluster) =>
    cluster.machine('kd-control-plane').files.set(`${manifests}/kube-scheduler.yaml.bak`, 'kind: Pod'),
  'stops the kubelet of a worker': (cluster) => {
    cluster.machine('kd-worker').kubelet = false;
  },
  'stops the kubelet of the control plane': (cluster) => {
    cluster.machine('kd-control-plane').kubelet = false;
  },
  'pauses a node': (cluster) => {
    cluster.machine('kd-worker').state = 'paused';
  },
  'deletes a Node': (cluster) => cluster.objects.remove('Node', 'kd-worker'),
  'cordons, taints and labels a node': (cluster) => {
    const node = cluster.objects.get('Node', 'kd-worker');
    cluster.objects.put('Node', {
      metadata: { name: 'kd-worker', uid: node?.metadata.uid, labels: { disk: 'ssd' } },
      spec: { unschedulable: true, taints: [{ key: 'mine', effect: 'NoExecute' }] },
    });
  },
  'untaints the control plane': (cluster) => {
    const node = cluster.objects.get('Node', 'kd-control-plane');
    cluster.objects.put('Node', { metadata: { name: 'kd-control-plane', uid: node?.metadata.uid, labels: {} }, spec: {} });
  },
  'scales CoreDNS to one': (cluster) => {
    const object = cluster.objects.get('Deployment', 'coredns', 'kube-system');
    if (object) cluster.objects.put('Deployment', { ...object, spec: { ...object.spec, replicas: 1 } });
  },
  'deletes CoreDNS and its Service': (cluster) => {
    cluster.objects.remove('Deployment', 'coredns', 'kube-system');
    cluster.objects.remove('Service', 'kube-dns', 'kube-system');
  },
  'edits the Corefile': (cluster) => {
    const object = cluster.objects.get('ConfigMap', 'coredns', 'kube-system');
    if (object) cluster.objects.put('ConfigMap', { ...object, data: { Corefile: 'nonsense', more: 'x' } });
  },
};

describe('a lab that has the cluster alone', () => {
  test.each(Object.entries(byHand))('a learner who %s by hand finds it mended afterwards', async (_, breakIt) => {
    const cluster = fakeCluster();
    const before = cluster.picture();
    const life = fakeLife(cluster);
    await life.strike('exclusive-lab', { lab: 'in-break-the-cluster' });
    breakIt(cluster);
    await cluster.clock.sleep(61_000);
    const recoveries = await life.recover();
    expect(outcomes(recoveries)).toEqual(['exclusive-lab: undone: the cluster is as it was']);
    await cluster.clock.sleep(1000);
    expect(cluster.picture()).toEqual(before);
    expect(life.journal.open()).toEqual([]);
  });

  test('does not begin on a cluster that is broken already: it would be noted as what it has to be', async () => {
    const broken: Record<string, (cluster: FakeCluster) => void> = {
      'the kubelet of kd-worker does not run': byHand['stops the kubelet of a worker']!,
      'there is no /etc/kubernetes/manifests/kube-scheduler.yaml on kd-control-plane': byHand['moves a manifest away']!,
    };
    for (const [seen, breakIt] of Object.entries(broken)) {
      const cluster = fakeCluster();
      breakIt(cluster);
      const life = fakeLife(cluster);
      await expect(life.strike('exclusive-lab', { lab: 'in-break-the-cluster' })).rejects.toMatchObject({
        code: 'cluster-failed',
        message: `in-break-the-cluster needs the whole cluster, and it is not whole: ${seen}`,
        hint: 'Mend it: kubedrill recover; or make it anew: kubedrill down, then kubedrill up',
      });
      expect(life.journal.open()).toEqual([]);
    }
  });

  test('in which nothing was broken leaves everything as it is', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('exclusive-lab', { lab: 'in-break-the-cluster' });
    const versions = [...cluster.objects.all.values()]
      .filter(({ kind }) => kind === 'Node' || kind === 'Deployment')
      .map(({ metadata }) => metadata.resourceVersion);
    expect(outcomes(await life.recover())).toEqual(['exclusive-lab: already-fine: the cluster is as it was']);
    expect(
      [...cluster.objects.all.values()]
        .filter(({ kind }) => kind === 'Node' || kind === 'Deployment')
        .map(({ metadata }) => metadata.resourceVersion),
    ).toEqual(versions);
  });

  test('keeps a copy of the manifests on the node, beside them', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('exclusive-lab', { lab: 'in-break-the-cluster' });
    const { files } = cluster.machine('kd-control-plane');
    expect(files.get('/etc/kubernetes/kubedrill-kept/etcd.yaml')).toBe(files.get(`${manifests}/etcd.yaml`));
    expect(life.journal.open()[0]).toMatchObject({
      what: 'in-break-the-cluster has the cluster alone',
      mend: "docker exec kd-control-plane sh -c 'cp /etc/kubernetes/kubedrill-kept/*.yaml /etc/kubernetes/manifests/'",
    });
  });

  test('a node that cannot be reached is told, and everything else is mended all the same', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('exclusive-lab', { lab: 'in-break-the-cluster' });
    cluster.machine('kd-worker').state = 'stopped';
    cluster.machine('kd-worker2').kubelet = false;
    cluster.machine('kd-control-plane').files.delete(`${manifests}/kube-scheduler.yaml`);
    cluster.settle();
    expect(outcomes(await life.recover())).toEqual([
      'exclusive-lab: failed: kd-worker does not answer: Error response from daemon: Container kd-worker is not running',
    ]);
    expect(cluster.machine('kd-worker2').kubelet).toBe(true);
    expect(cluster.machine('kd-control-plane').processes.has('kube-scheduler')).toBe(true);
  });

  test('faults on top of what was broken by hand are undone with it, in any mixture', async () => {
    const cluster = fakeCluster();
    const before = cluster.picture();
    const life = fakeLife(cluster);
    await life.strike('exclusive-lab', { lab: 'in-break-the-cluster' });
    await life.strike('stop-kubelet', { node: 'kd-worker' });
    await life.strike('stop-component', { component: 'kube-scheduler' });
    await life.strike('scale-to-zero');
    byHand['moves every manifest away']?.(cluster);
    byHand['pauses a node']?.(cluster);
    cluster.settle();
    await life.recover();
    await cluster.clock.sleep(1000);
    expect(life.journal.open()).toEqual([]);
    expect(cluster.picture()).toEqual(before);
  });
});
