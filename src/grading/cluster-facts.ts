/** What labs and graders may know of the cluster under them; never which provider made it. */
export interface ClusterFacts {
  controlPlane: string;
  workers: string[];
  /** Node name -> InternalIP. */
  nodeAddresses: Record<string, string>;
  storage: {
    className: string;
    provisioner: string;
    binding: 'WaitForFirstConsumer' | 'Immediate';
    nodeAffinity: boolean;
    accessModes: string[];
  };
  controlPlaneTainted: boolean;
  networkPolicy: boolean;
  staticPodPath: string;
  readyzOnNode: string;
  ingressClass?: string;
  /** Address (URL) of the ingress controller as seen from the probe Pod. */
  ingressUrl?: string;
  metrics: boolean;
}
