import type { KubeList } from '../../../src/kube/api.ts';
import { pathOf } from '../../../src/kube/path.ts';
import { clock } from '../../../src/system/clock.ts';
import { run } from '../../../src/system/run.ts';
import { waitUntil } from '../../../src/system/wait.ts';
import { controlPlane, type openTestCluster } from './cluster.ts';

type Cluster = Awaited<ReturnType<typeof openTestCluster>>;
type Taint = { key: string; effect: string };

export const namespace = 'kd-faults-e2e';
const image = 'registry.k8s.io/pause:3.10.1';

/** A namespace with a Deployment and a Service for the faults that strike there. */
export async function makeWorkload({ api }: Cluster): Promise<void> {
  const labels = { app: 'web' };
  await api.request('POST', pathOf('Namespace'), { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
  await api.request('POST', pathOf('Deployment', namespace), {
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image }] } },
      },
    },
  });
  await api.request('POST', pathOf('Service', namespace), {
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80 }] } },
  });
}

/** What must be as before when everything was undone: looked up without any code of the faults. */
export async function pictureOf({ api, facts }: Cluster): Promise<unknown> {
  const exec = async (node: string, argv: string[]) => (await run('docker', ['exec', node, ...argv], { timeoutMs: 30_000 })).stdout;
  const list = async (path: string) => {
    const answer = await api.request<KubeList>('GET', path);
    if (!answer.ok) throw new Error(answer.message);
    return answer.body.items;
  };
  const machines: unknown[] = [];
  for (const node of [facts.controlPlane, ...facts.workers])
    machines.push([node, (await exec(node, ['systemctl', 'is-active', 'kubelet'])).trim()]);
  const nodes = await list(pathOf('Node'));
  const deployments = [...(await list(pathOf('Deployment', 'kube-system'))), ...(await list(pathOf('Deployment', namespace)))];
  const services = [...(await list(pathOf('Service', 'kube-system'))), ...(await list(pathOf('Service', namespace)))];
  return {
    machines,
    manifests: await exec(controlPlane, ['sh', '-c', 'sha256sum /etc/kubernetes/manifests/*']),
    nodes: nodes.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      labels: metadata.labels,
      unschedulable: spec?.unschedulable,
      taints: (spec?.taints ?? []).map(({ key, effect }: Taint) => `${key}:${effect}`),
      ready: status.conditions.find((one: { type: string }) => one.type === 'Ready').status,
    })),
    deployments: deployments.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      replicas: spec.replicas,
      available: status.availableReplicas,
      image: spec.template.spec.containers[0].image,
    })),
    services: services.map(({ metadata, spec }) => [metadata.name, spec.selector]),
    extra: [...(await list(pathOf('ResourceQuota', namespace))), ...(await list(pathOf('NetworkPolicy', namespace)))].length,
  };
}

/** The picture once it is as `wanted`, or as it was last seen after two minutes. */
export async function settledPicture(cluster: Cluster, wanted: (picture: unknown) => boolean): Promise<unknown> {
  let picture: unknown;
  await waitUntil(
    async () => {
      picture = await pictureOf(cluster).catch((error: unknown) => String(error));
      return { done: wanted(picture), seen: '' };
    },
    { boundMs: 120_000, everyMs: 1000, clock },
  );
  return picture;
}
