import { stringify } from 'yaml';
import type { ClusterSpec } from '../provider.ts';

/** kind's configuration of a cluster: one control plane and the workers. @see https://kind.sigs.k8s.io/docs/user/configuration/ */
export function kindConfig(spec: Pick<ClusterSpec, 'workers'>, machine: { cgroupV1: boolean }): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: spec.workers }, () => ({ role: 'worker' }))],
    // kubelet refuses cgroup v1 since 1.35 and warns before; where the machine has nothing else it is told to go on
    ...(machine.cgroupV1 ? { kubeadmConfigPatches: [stringify({ kind: 'KubeletConfiguration', failCgroupV1: false })] } : {}),
  });
}
