import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { kindConfig } from '../../../src/cluster/kind/kind-config.ts';

type Patch = Record<string, unknown> & { kind: string };
const patchesOf = (machine: Parameters<typeof kindConfig>[1]) =>
  ((parse(kindConfig({ workers: 2 }, machine)) as { kubeadmConfigPatches?: string[] }).kubeadmConfigPatches ?? []).map(
    (patch) => parse(patch) as Patch,
  );

it('a cluster has a control plane and its workers', () => {
  const { nodes } = parse(kindConfig({ workers: 2 }, { airGapped: false, cgroupV1: false, cores: 8 })) as { nodes: { role: string }[] };
  expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker']);
});

it('kubeadm is told of what the machine and the node image of ours are', () => {
  const patches = (machine: Parameters<typeof kindConfig>[1]) => patchesOf(machine).map(({ kind }) => kind);
  expect(patches({ airGapped: false, cgroupV1: false, cores: 2 })).toEqual([]);
  expect(patches({ airGapped: false, cgroupV1: true, cores: 8 })).toEqual(['KubeletConfiguration']);
  expect(patches({ airGapped: true, cgroupV1: false, cores: 8 })).toEqual(['ClusterConfiguration']);
  expect(patches({ airGapped: true, cgroupV1: true, cores: 2 })).toEqual([
    'KubeletConfiguration',
    'ClusterConfiguration',
    'InitConfiguration',
  ]);
});

it('where the node image of ours runs on cgroup v1, kubelet makes the cgroups of Pods itself, as its containerd does', () => {
  const kubelet = (machine: Parameters<typeof kindConfig>[1]) => patchesOf(machine).find(({ kind }) => kind === 'KubeletConfiguration');
  expect(kubelet({ airGapped: true, cgroupV1: true, cores: 2 })).toMatchObject({ failCgroupV1: false, cgroupDriver: 'cgroupfs' });
  expect(kubelet({ airGapped: false, cgroupV1: true, cores: 2 })).not.toHaveProperty('cgroupDriver');
  expect(kubelet({ airGapped: true, cgroupV1: false, cores: 2 })).toBeUndefined();
});
