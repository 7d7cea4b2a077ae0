import { describe, expect, test } from 'vitest';
import { readdressed } from '../../src/faults/node-address.ts';
import { fakeCluster, manifests } from './fake/cluster.ts';
import { fakeLife, outcomes } from './fake/life.ts';

const home = `${manifests}/kube-apiserver.yaml`;
const manifestAt = (address: string) => `metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: ${address}:6443
spec:
  containers:
  - command: [kube-apiserver, --advertise-address=${address}, --etcd-servers=https://127.0.0.1:2379]
    livenessProbe: {httpGet: {host: ${address}}}
`;

describe('a manifest for the address that its node has now', () => {
  test('has it wherever it had the one before, and nothing else is touched', () => {
    expect(readdressed(manifestAt('172.18.0.8'), '172.18.0.2')).toBe(manifestAt('172.18.0.2'));
    const etcd = (address: string) =>
      `kubeadm.kubernetes.io/etcd.advertise-client-urls: https://${address}:2379\n--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379 172.18.0.80`;
    expect(readdressed(etcd('172.18.0.8'), '172.18.0.2')).toBe(etcd('172.18.0.2'));
  });

  test('is left as it is where the address is the same, unknown, or not in it', () => {
    const kept = manifestAt('172.18.0.8');
    expect([readdressed(kept, '172.18.0.8'), readdressed(kept, undefined), readdressed('spec: 172.18.0.8', '172.18.0.2')]).toEqual([
      kept,
      kept,
      'spec: 172.18.0.8',
    ]);
  });
});

/** The engine gives the control plane another address when it starts it again; the node mends what is at home by then. */
function restartElsewhere(cluster: ReturnType<typeof fakeCluster>): void {
  const machine = cluster.machine('kd-control-plane');
  machine.address = '172.18.0.8';
  const text = machine.files.get(home);
  if (text !== undefined) machine.files.set(home, readdressed(text, machine.address));
}

describe('after the node was started at another address', () => {
  test('a component that was stopped comes back for the new one', async () => {
    const cluster = fakeCluster();
    const { files } = cluster.machine('kd-control-plane');
    files.set(home, manifestAt('172.18.0.2'));
    const life = fakeLife(cluster);
    await life.strike('stop-component', { component: 'kube-apiserver' });
    restartElsewhere(cluster);
    expect(outcomes(await life.recover())).toEqual([
      'stop-component: undone: the API server is ready, scheduler and controller manager lead',
    ]);
    expect(files.get(home)).toBe(manifestAt('172.18.0.8'));
    expect(files.has('/etc/kubernetes/kubedrill-stopped/kube-apiserver.yaml')).toBe(false);
  });
});
