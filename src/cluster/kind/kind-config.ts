import { stringify } from 'yaml';
import { cgroupV1Driver, fewCores } from '../bootstrap/node-files.ts';
import { versions } from '../bootstrap/versions.ts';
import type { ClusterSpec } from '../provider.ts';

/** kind's configuration of a cluster: one control plane and the workers. @see https://kind.sigs.k8s.io/docs/user/configuration/ */
export function kindConfig(spec: Pick<ClusterSpec, 'workers'>, machine: { cgroupV1: boolean; airGapped: boolean; cores: number }): string {
  const kubelet = {
    // it refuses cgroup v1 since 1.35 and warns before; where the machine has nothing else it is told to go on
    ...(machine.cgroupV1 ? { failCgroupV1: false } : {}),
    // as the containerd of our node image there
    ...(machine.cgroupV1 && machine.airGapped ? { cgroupDriver: cgroupV1Driver } : {}),
  };
  const patches = [
    ...(Object.keys(kubelet).length > 0 ? [{ kind: 'KubeletConfiguration', ...kubelet }] : []),
    // the node image of ours has another CoreDNS than kubeadm asks for
    ...(machine.airGapped ? [{ kind: 'ClusterConfiguration', dns: { imageTag: `v${versions.coredns}` } }] : []),
    ...(machine.airGapped && machine.cores <= fewCores.most
      ? [{ kind: 'InitConfiguration', patches: { directory: fewCores.patches } }]
      : []),
  ];
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: spec.workers }, () => ({ role: 'worker' }))],
    ...(patches.length > 0 ? { kubeadmConfigPatches: patches.map((patch) => stringify(patch)) } : {}),
  });
}
