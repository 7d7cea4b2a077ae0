import type { OnProgress } from '../system/progress.ts';
import type { RunResult } from '../system/run.ts';

/** What the user asks for. */
export interface ClusterSpec {
  /** Name of the cluster, e.g. `kubedrill`. */
  name: string;
  workers: number;
  /** The ownership id that the nodes are made with; see `Provider.ownershipId`. */
  ownershipId: string;
  /** e.g. `1.34.4` */
  kubernetes: string;
  /** Passed through to `minikube start`. */
  providerArgs?: string[];
}

/** What a cluster was made with, and is to be started with again. */
export type MadeWith = Pick<ClusterSpec, 'ownershipId' | 'providerArgs'>;

export interface ClusterNode {
  /** Name of the Node object. */
  name: string;
  role: 'control-plane' | 'worker';
  /** The node machine is running (not stopped; a paused one is not). */
  state: 'running' | 'paused' | 'stopped';
}

/** What a provider's clusters have: labs ask for it in `needs`, never for the provider's name. */
export interface ProviderFacts {
  /** The default StorageClass. */
  storage: {
    className: string;
    provisioner: string;
    binding: 'WaitForFirstConsumer' | 'Immediate';
    nodeAffinity: boolean;
    accessModes: string[];
  };
  /** The control plane carries the NoSchedule taint. */
  controlPlaneTainted: boolean;
  /** NetworkPolicy is enforced by the cluster's network. */
  networkPolicy: boolean;
  /** Where the node keeps static Pod manifests. */
  staticPodPath: string;
  /** URL of the API server's readiness as seen from the control plane's node. */
  readyzOnNode: string;
  /** How ingress and metrics come into the cluster. */
  ingress: { how: 'stand-in' | 'addon' | 'none'; className?: string };
  metrics: { how: 'stand-in' | 'addon' | 'none' };
}

export interface ProviderStatus {
  name: string;
  exists: boolean;
  /** running: every node machine runs; partly: some do not. */
  state: 'absent' | 'running' | 'partly' | 'stopped';
  nodes: ClusterNode[];
}

/** What makes and owns a cluster. One folder per provider; all of them behave alike behind these methods. */
export interface Provider {
  readonly id: 'kind' | 'minikube' | 'external';
  create(spec: ClusterSpec, options: { kubeconfig: string; onProgress: OnProgress; signal: AbortSignal }): Promise<void>;
  delete(name: string, options: { kubeconfig: string; onProgress: OnProgress; signal: AbortSignal }): Promise<void>;
  status(name: string, signal: AbortSignal): Promise<ProviderStatus>;
  /**
   * The provider's own word on who made the cluster: the id that it was given in `create`, or why there is none.
   * It is a part of the nodes as they are made, so half-made, paused and stopped ones tell it, too. Only looks.
   */
  ownershipId(name: string, signal: AbortSignal): Promise<{ id: string } | { none: string }>;
  /** The API server's address as the provider knows it, and as the kubeconfig has it. */
  serverOf(name: string, kubeconfig: string, signal: AbortSignal): Promise<{ expected: string | undefined; found: string | undefined }>;
  /** Starts (or unpauses) node machines that do not run, e.g. after a reboot, as they were made. */
  start(name: string, options: { made: MadeWith; onProgress: OnProgress; signal: AbortSignal }): Promise<void>;
  /** Whether the lab images are in the nodes already (`baked`), or have to be brought there. */
  labImages(): Promise<'baked' | 'load'>;
  /** Path of a kubectl that fits the clusters of this provider. */
  kubectl(): Promise<string>;
  /** Runs a program on a node as root. */
  exec(
    cluster: string,
    node: string,
    argv: readonly string[],
    options: { timeoutMs: number; input?: string; signal?: AbortSignal },
  ): Promise<RunResult>;
  pause(cluster: string, node: string, signal: AbortSignal): Promise<RunResult>;
  unpause(cluster: string, node: string, signal: AbortSignal): Promise<RunResult>;
  /** Brings images (references on the engine of this machine) to every node. */
  loadImages(cluster: string, images: readonly string[], options: { onProgress: OnProgress; signal: AbortSignal }): Promise<void>;
  facts(name: string, signal: AbortSignal): Promise<ProviderFacts>;
}
