import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KubeApi, KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import type { PlaceholderValues } from '../lab/placeholders.ts';
import { LabError } from '../lab-error.ts';

/** What the placeholders of a lab stand for on this cluster. */
export function valuesOf(facts: ClusterFacts, namespace: string): PlaceholderValues {
  return {
    namespace,
    controlPlane: facts.controlPlane,
    workers: facts.workers,
    storageClass: facts.storage.className,
    ingressClass: facts.ingressClass,
  };
}

/** The node on which a Pod of that name, or of that Deployment, runs now. */
export async function nodeOf(workload: string, api: KubeApi, namespace: string, signal: AbortSignal): Promise<string> {
  const pods = await api.request<KubeList>('GET', pathOf('Pod', namespace), { signal });
  if (!pods.ok) throw new LabError('could-not-grade', `could not list Pods to find the node of ${workload}: ${pods.message}`);
  const runs = (name: string) =>
    name === workload || (name.startsWith(`${workload}-`) && /^[a-z0-9]+(-[a-z0-9]{5})?$/.test(name.slice(workload.length + 1)));
  const pod = pods.body.items.find((one) => !one.metadata.deletionTimestamp && one.spec?.nodeName && runs(one.metadata.name));
  if (!pod) throw new LabError('command-failed', `no Pod of ${workload} runs on a node yet`);
  return pod.spec.nodeName as string;
}
