import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ClusterNode, Provider, ProviderStatus } from '../../../src/cluster/provider.ts';

/** What bears a name on the fake machine. */
export interface FakeCluster {
  madeFor: string | undefined;
  nodes: ClusterNode['state'][];
}

/** A provider whose clusters are two nodes in memory, in front of one API server; every act that changes something is kept. */
export function fakeProvider(apiKubeconfig: string, there: FakeCluster | undefined = undefined) {
  let cluster = there;
  const acts: string[] = [];
  /** Called in the middle of `create`, when half of the cluster is there. */
  let halfMade: () => void = () => undefined;
  const notHere = () => {
    throw new Error('not in these tests');
  };
  const nodesOf = (): ClusterNode[] =>
    (cluster?.nodes ?? []).map((state, index) => ({ name: `node-${index}`, role: index === 0 ? 'control-plane' : 'worker', state }));
  const provider: Provider = {
    id: 'kind',
    async create(spec, { kubeconfig }) {
      acts.push('create');
      cluster = { madeFor: spec.ownershipId, nodes: Array.from({ length: spec.workers + 1 }, () => 'running' as const) };
      halfMade();
      mkdirSync(dirname(kubeconfig), { recursive: true });
      copyFileSync(apiKubeconfig, kubeconfig);
    },
    async delete() {
      acts.push('delete');
      cluster = undefined;
    },
    async status(name): Promise<ProviderStatus> {
      const nodes = nodesOf();
      const running = nodes.filter((node) => node.state === 'running').length;
      const state = nodes.length === 0 ? 'absent' : running === nodes.length ? 'running' : running === 0 ? 'stopped' : 'partly';
      return { name, exists: nodes.length > 0, nodes, state };
    },
    ownershipId: async () => (cluster?.madeFor === undefined ? { none: 'node node-0 was made by hand' } : { id: cluster.madeFor }),
    serverOf: async () => ({ expected: undefined, found: undefined }),
    async start() {
      acts.push('start');
      if (cluster) cluster = { ...cluster, nodes: cluster.nodes.map(() => 'running') };
    },
    labImages: async () => 'baked',
    kubectl: async () => 'kubectl',
    exec: notHere,
    pause: notHere,
    unpause: notHere,
    loadImages: notHere,
    facts: async () => ({
      storage: { className: 'standard', provisioner: 'p', binding: 'Immediate', nodeAffinity: false, accessModes: [] },
      controlPlaneTainted: true,
      networkPolicy: false,
      staticPodPath: '/etc/kubernetes/manifests',
      readyzOnNode: 'https://127.0.0.1:6443/readyz',
      ingress: { how: 'stand-in', className: 'kubedrill' },
      metrics: { how: 'stand-in' },
    }),
  };
  return {
    provider,
    acts,
    cluster: () => cluster,
    set: (next: FakeCluster | undefined) => {
      cluster = next;
    },
    duringCreate: (act: () => void) => {
      halfMade = act;
    },
  };
}
