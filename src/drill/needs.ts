import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { Lab } from '../lab/schema.ts';

/** Why a lab cannot run on this cluster; empty when it can. */
export function unmetNeeds(lab: Lab, facts: ClusterFacts): string[] {
  const { needs } = lab;
  const unmet: string[] = [];
  if (facts.workers.length < needs.workers)
    unmet.push(`it needs ${needs.workers} worker${needs.workers === 1 ? '' : 's'}, the cluster has ${facts.workers.length}`);
  if (needs.metrics && !facts.metrics) unmet.push('it needs metrics-server, the cluster has none');
  if (needs.ingress && !facts.ingressClass) unmet.push('it needs an ingress controller, the cluster has none');
  if (needs.taintedControlPlane && !facts.controlPlaneTainted) unmet.push('it needs a tainted control plane, this one takes Pods');
  // with one node alone every volume is where the Pods are
  if (needs.localVolumes && facts.workers.length > 0 && !facts.storage.nodeAffinity)
    unmet.push('it needs volumes that belong to a node, this cluster gives one to Pods of several nodes without saying so');
  return unmet;
}
