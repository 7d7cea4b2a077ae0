import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigOf, readRecord } from '../../../src/cluster/records.ts';
import type { FaultCluster } from '../../../src/faults/desk.ts';
import type { ClusterFacts } from '../../../src/grading/cluster-facts.ts';
import { connect } from '../../../src/kube/connect.ts';
import { run } from '../../../src/system/run.ts';
import { aloneCluster, testState } from '../../e2e/cluster.ts';

/** Name of the kind cluster that these tests may break. Its nodes are stopped, paused and restarted. */
export const clusterName = process.env.KUBEDRILL_TEST_CLUSTER ?? aloneCluster;
const state = process.env.KUBEDRILL_TEST_STATE ?? testState;
export const kubeconfig = process.env.KUBEDRILL_TEST_KUBECONFIG ?? kubeconfigOf({ state, cache: '' }, clusterName);
export const kubectl = process.env.KUBEDRILL_TEST_KUBECTL ?? readRecord({ state, cache: '' }, clusterName)?.kubectl ?? 'kubectl';

export const controlPlane = `${clusterName}-control-plane`;
const docker = (args: string[], input?: string) => run('docker', args, { timeoutMs: 60_000, input });

/** The nodes of the kind cluster as docker knows them: the API server need not answer. */
export async function openTestCluster(): Promise<FaultCluster & { close(): Promise<void> }> {
  const listed = await docker(['ps', '-a', '--filter', `label=io.x-k8s.kind.cluster=${clusterName}`, '--format', '{{.Names}}']);
  const nodes = listed.stdout.split('\n').filter(Boolean).sort();
  const facts: ClusterFacts = {
    controlPlane,
    workers: nodes.filter((node) => node !== controlPlane),
    nodeAddresses: {},
    storage: {
      className: 'standard',
      provisioner: '',
      binding: 'WaitForFirstConsumer',
      nodeAffinity: true,
      accessModes: ['ReadWriteOnce'],
    },
    controlPlaneTainted: true,
    networkPolicy: true,
    staticPodPath: '/etc/kubernetes/manifests',
    readyzOnNode: 'https://127.0.0.1:6443/readyz',
    metrics: false,
  };
  const api = await connect(kubeconfig);
  return {
    name: clusterName,
    id: 'test',
    provider: { id: 'kind' },
    api,
    facts,
    nodes: {
      exec: (node, argv, { input } = {}) => docker(['exec', ...(input === undefined ? [] : ['-i']), node, ...argv], input),
      pause: (node) => docker(['pause', node]),
      unpause: (node) => docker(['unpause', node]),
    },
    close: () => api.close(),
  };
}

export const temporaryState = (name: string): string => {
  const folder = join(process.env.TMPDIR ?? '/tmp', `kubedrill-faults-${process.pid}`, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};
