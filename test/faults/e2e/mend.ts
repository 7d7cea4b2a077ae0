import { pathOf } from '../../../src/kube/path.ts';
import { clock } from '../../../src/system/clock.ts';
import { run } from '../../../src/system/run.ts';
import { waitUntil } from '../../../src/system/wait.ts';
import { controlPlane, type openTestCluster } from './cluster.ts';
import { makeWorkload, namespace } from './picture.ts';

type Cluster = Awaited<ReturnType<typeof openTestCluster>>;

const kubernetes = '/etc/kubernetes';

/** Brings the test cluster back by hand, without any code of the faults: for the test that comes after one that failed. */
export async function mendByHand(cluster: Cluster): Promise<void> {
  const { api, facts } = cluster;
  const docker = (args: string[]) => run('docker', args, { timeoutMs: 60_000 });
  const onNode = (node: string, script: string) => docker(['exec', node, 'sh', '-c', script]);
  for (const node of [controlPlane, ...facts.workers]) {
    await docker(['start', node]);
    await docker(['unpause', node]);
    await onNode(node, 'systemctl start kubelet');
  }
  await onNode(
    controlPlane,
    `cd ${kubernetes}; for f in kubedrill-stopped/*.yaml kubedrill-kept/*.yaml; do [ -e "$f" ] && [ ! -e "manifests/\${f##*/}" ] && cp "$f" manifests/; done; rm -f manifests/*.bak kubedrill-stopped/*`,
  );
  await waitUntil(async () => ({ done: (await api.request('GET', '/readyz', { as: 'text' })).ok, seen: '' }), {
    boundMs: 180_000,
    everyMs: 1000,
    clock,
  });
  const patch = (path: string, body: object) => api.request('PATCH', path, { contentType: 'application/merge-patch+json', body });
  for (const node of facts.workers) await patch(pathOf('Node', undefined, node), { spec: { unschedulable: null, taints: null } });
  await patch(pathOf('Deployment', 'kube-system', 'coredns'), { spec: { replicas: 2 } });
  for (const kind of ['Deployment', 'Service'] as const) await api.request('DELETE', pathOf(kind, namespace, 'web'));
  for (const kind of ['ResourceQuota', 'NetworkPolicy'] as const) await api.request('DELETE', pathOf(kind, namespace));
  await makeWorkload(cluster);
}
