import { pathOf } from '../kube/path.ts';
import type { LabSetupAction } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { waitUntil } from '../system/wait.ts';
import type { DrillCluster } from './cluster.ts';

type Traffic = Extract<LabSetupAction, { traffic: unknown }>['traffic'];

/** URL that the traffic Pod asks: by the Service's ClusterIP, so that DNS is out of the path, or by its name. */
async function targetOf(traffic: Traffic, cluster: DrillCluster, namespace: string, signal: AbortSignal): Promise<string> {
  if (traffic.by === 'name') return traffic.target;
  const url = new URL(traffic.target);
  const service = await cluster.api.request('GET', pathOf('Service', namespace, url.hostname), { signal });
  if (!service.ok) throw new LabError('set-up-failed', `traffic to ${traffic.target}: Service ${url.hostname}: ${service.message}`);
  url.hostname = service.body.spec.clusterIP;
  return url.toString();
}

/** A Pod on the control plane that asks a Service again and again and keeps every answer; graders read its record. */
export async function startTraffic(
  traffic: Traffic,
  options: { cluster: DrillCluster; namespace: string; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { cluster, namespace, clock, signal } = options;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: traffic.name, namespace, labels: { 'kubedrill.io/part': 'traffic' } },
    spec: {
      nodeName: cluster.facts.controlPlane,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      containers: [
        {
          name: 'traffic',
          image: 'kd/traffic:1.0',
          imagePullPolicy: 'IfNotPresent',
          ports: [{ containerPort: 8090 }],
          env: [
            { name: 'TARGET', value: await targetOf(traffic, cluster, namespace, signal) },
            { name: 'RATE', value: String(traffic.rate) },
            { name: 'TIMEOUT_MS', value: String(traffic.timeoutMs) },
          ],
          readinessProbe: { tcpSocket: { port: 8090 }, periodSeconds: 1 },
        },
      ],
    },
  };
  const made = await cluster.api.request('POST', pathOf('Pod', namespace), { body: pod, signal });
  if (!made.ok && made.reason !== 'AlreadyExists') throw new LabError('set-up-failed', `could not start the traffic Pod: ${made.message}`);
  const ready = await waitUntil(
    async () => {
      const now = await cluster.api.request('GET', pathOf('Pod', namespace, traffic.name), { signal });
      const conditions: { type: string; status: string }[] = now.ok ? (now.body.status?.conditions ?? []) : [];
      return {
        done: conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
        seen: now.ok ? (now.body.status?.phase ?? 'Pending') : now.message,
      };
    },
    { boundMs: 60_000, clock, signal, everyMs: 300 },
  );
  if (ready.outcome !== 'done')
    throw new LabError('set-up-failed', `the traffic Pod was not ready within 60 s: ${ready.seen}`, {
      hint: `Look: kubectl -n ${namespace} describe pod ${traffic.name}`,
    });
}
