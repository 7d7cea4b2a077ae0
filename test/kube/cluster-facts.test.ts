import { beforeEach, describe, expect, it } from 'vitest';
import type { ProviderFacts } from '../../src/cluster/provider.ts';
import { gatherFacts } from '../../src/kube/cluster-facts.ts';
import { api, server } from '../support/each-api.ts';
import { statusAnswer } from '../support/fake-api-server.ts';

const provider: ProviderFacts = {
  storage: {
    className: 'standard',
    provisioner: 'rancher.io/local-path',
    binding: 'WaitForFirstConsumer',
    nodeAffinity: true,
    accessModes: ['ReadWriteOnce'],
  },
  controlPlaneTainted: true,
  networkPolicy: false,
  staticPodPath: '/etc/kubernetes/manifests',
  readyzOnNode: 'https://127.0.0.1:6443/readyz',
  ingress: { how: 'stand-in', className: 'kubedrill' },
  metrics: { how: 'none' },
};

const node = (name: string, address: string, labels = {}) =>
  server.put({
    kind: 'Node',
    metadata: { name, labels },
    status: {
      addresses: [
        { type: 'Hostname', address: name },
        { type: 'InternalIP', address },
      ],
    },
  });

beforeEach(async () => {
  node('worker2', '172.18.0.4');
  node('worker', '172.18.0.3');
  node('cp', '172.18.0.2', { 'node-role.kubernetes.io/control-plane': '' });
});

describe('the facts of a cluster', () => {
  it('are its nodes, and what the provider says', async () => {
    expect(await gatherFacts(api, provider)).toEqual({
      controlPlane: 'cp',
      workers: ['worker', 'worker2'],
      nodeAddresses: { cp: '172.18.0.2', worker: '172.18.0.3', worker2: '172.18.0.4' },
      storage: provider.storage,
      controlPlaneTainted: true,
      networkPolicy: false,
      staticPodPath: '/etc/kubernetes/manifests',
      readyzOnNode: 'https://127.0.0.1:6443/readyz',
      metrics: false,
    });
  });

  it('are the storage class that claims get here', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    server.put({
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations },
      provisioner: 'example.com/fast',
      volumeBindingMode: 'Immediate',
    });
    server.put({ kind: 'StorageClass', metadata: { name: 'standard' }, provisioner: 'rancher.io/local-path' });
    expect((await gatherFacts(api, provider)).storage).toEqual({
      className: 'fast',
      provisioner: 'example.com/fast',
      binding: 'Immediate',
      nodeAffinity: true,
      accessModes: ['ReadWriteOnce'],
    });
  });

  it('know of volumes what their provisioner is known for, and take the youngest of two defaults', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const add = (name: string, provisioner: string, creationTimestamp: string) =>
      server.put({
        kind: 'StorageClass',
        metadata: { name, annotations, creationTimestamp },
        provisioner,
        volumeBindingMode: 'WaitForFirstConsumer',
      });
    const hostpath = { ...provider.storage, provisioner: 'k8s.io/minikube-hostpath', binding: 'Immediate' as const, nodeAffinity: false };
    add('local-path', 'rancher.io/local-path', '2026-01-02T00:00:00Z');
    add('standard', 'k8s.io/minikube-hostpath', '2026-01-01T00:00:00Z');
    expect((await gatherFacts(api, { ...provider, storage: hostpath })).storage).toEqual({
      className: 'local-path',
      provisioner: 'rancher.io/local-path',
      binding: 'WaitForFirstConsumer',
      nodeAffinity: true,
      accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'],
    });
  });

  it('have metrics while the metrics API answers', async () => {
    server.when(({ path }) => path === '/apis/metrics.k8s.io/v1beta1', { status: 200, body: { kind: 'APIResourceList' } });
    expect((await gatherFacts(api, provider)).metrics).toBe(true);
  });

  it('have an ingress when its class and its Service are there', async () => {
    server.put({ kind: 'IngressClass', metadata: { name: 'kubedrill' } });
    expect(await gatherFacts(api, provider)).not.toHaveProperty('ingressClass');
    server.put({
      kind: 'Service',
      metadata: { name: 'kubedrill-ingress', namespace: 'kubedrill-ingress' },
      spec: { clusterIP: '10.96.7.7' },
    });
    expect(await gatherFacts(api, provider)).toMatchObject({ ingressClass: 'kubedrill', ingressUrl: 'http://10.96.7.7' });
  });

  it('name no control plane where none can be seen', async () => {
    server.remove('Node', 'cp');
    expect((await gatherFacts(api, provider)).controlPlane).toBe('');
  });

  it('cannot be guessed: an API server that is away or refuses is an error', async () => {
    server.when(({ path }) => path.endsWith('/nodes'), statusAnswer(403, 'Forbidden', 'nodes is forbidden'));
    await expect(gatherFacts(api, provider)).rejects.toMatchObject({
      code: 'no-cluster',
      message: 'cannot look at the cluster: nodes is forbidden',
      hint: 'See how it is: kubedrill doctor',
    });
    await server.away();
    await expect(gatherFacts(api, provider)).rejects.toMatchObject({ code: 'no-cluster' });
  });

  it('are no error when it is the person who stops', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(gatherFacts(api, provider, { signal: controller.signal })).rejects.toMatchObject({ code: 'interrupted' });
  });
});
