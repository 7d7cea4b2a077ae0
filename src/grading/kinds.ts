/** A kind of object as the Kubernetes API serves it. `plural` is the last part of its path. */
export interface KindInfo {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

const namespaced = (apiVersion: string, kind: string, plural: string): KindInfo => ({ apiVersion, kind, plural, namespaced: true });
const clusterScoped = (apiVersion: string, kind: string, plural: string): KindInfo => ({ apiVersion, kind, plural, namespaced: false });

/** The kinds that graders may read, by their name alone. @see https://kubernetes.io/docs/reference/kubernetes-api/ */
export const kinds = {
  Pod: namespaced('v1', 'Pod', 'pods'),
  Service: namespaced('v1', 'Service', 'services'),
  ConfigMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  Secret: namespaced('v1', 'Secret', 'secrets'),
  PersistentVolumeClaim: namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  ServiceAccount: namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  ResourceQuota: namespaced('v1', 'ResourceQuota', 'resourcequotas'),
  LimitRange: namespaced('v1', 'LimitRange', 'limitranges'),
  Event: namespaced('events.k8s.io/v1', 'Event', 'events'),
  Deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  ReplicaSet: namespaced('apps/v1', 'ReplicaSet', 'replicasets'),
  StatefulSet: namespaced('apps/v1', 'StatefulSet', 'statefulsets'),
  DaemonSet: namespaced('apps/v1', 'DaemonSet', 'daemonsets'),
  ControllerRevision: namespaced('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  Job: namespaced('batch/v1', 'Job', 'jobs'),
  CronJob: namespaced('batch/v1', 'CronJob', 'cronjobs'),
  EndpointSlice: namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  Ingress: namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  NetworkPolicy: namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  PodDisruptionBudget: namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  HorizontalPodAutoscaler: namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  Role: namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  RoleBinding: namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  Lease: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  Node: clusterScoped('v1', 'Node', 'nodes'),
  Namespace: clusterScoped('v1', 'Namespace', 'namespaces'),
  PersistentVolume: clusterScoped('v1', 'PersistentVolume', 'persistentvolumes'),
  StorageClass: clusterScoped('storage.k8s.io/v1', 'StorageClass', 'storageclasses'),
  IngressClass: clusterScoped('networking.k8s.io/v1', 'IngressClass', 'ingressclasses'),
  ClusterRole: clusterScoped('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'),
  ClusterRoleBinding: clusterScoped('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'),
} as const satisfies Record<string, KindInfo>;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as KindName[];
