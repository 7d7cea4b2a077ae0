import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { KubeApi } from '../kube/api.ts';
import type { RunResult } from '../system/run.ts';

/** The node machines, reached without the API server. Without a `signal` of its own, an act ends with the command (Ctrl+C). */
export interface NodeAccess {
  exec(node: string, argv: readonly string[], options?: { timeoutMs?: number; input?: string; signal?: AbortSignal }): Promise<RunResult>;
  pause(node: string, signal?: AbortSignal): Promise<RunResult>;
  unpause(node: string, signal?: AbortSignal): Promise<RunResult>;
}

/** A cluster that kubedrill owns, opened: what a drill needs of it. */
export interface DrillCluster {
  name: string;
  api: KubeApi;
  facts: ClusterFacts;
  nodes: NodeAccess;
  /** Path of the private kubeconfig. */
  kubeconfig: string;
  /** Path of the kubectl to use. */
  kubectl: string;
}
