import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { NodeAccess } from './cluster.ts';

/**
 * Whether the API server is down because somebody took its static Pod manifest away: seen on the node, not asked of the API.
 * Then not being able to see is what the lab wants, and a check waits instead of erring.
 */
export async function apiServerTakenAway(nodes: NodeAccess, facts: ClusterFacts): Promise<boolean> {
  const manifest = await nodes.exec(facts.controlPlane, ['test', '-e', `${facts.staticPodPath}/kube-apiserver.yaml`], { timeoutMs: 5000 });
  return manifest.outcome === 'exited' && manifest.exitCode === 1;
}
