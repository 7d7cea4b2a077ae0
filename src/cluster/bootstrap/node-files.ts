import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesUnder } from './recipe.ts';
import type { TarEntry, TarMember } from './tar.ts';
import { nodeImages, versions } from './versions.ts';

/**
 * Debian packages of a node: what boots it, what kubelet, kube-proxy and kind's entrypoint call, and the container runtime. A Pod takes a dozen
 * calls of the low-level runtime: crun, in C, makes it a seventh cheaper than runc, which starts a Go runtime and itself again each time.
 */
export const nodePackages = [
  ...['systemd', 'dbus', 'util-linux', 'mount', 'kmod', 'bash', 'findutils', 'hostname', 'procps', 'jq', 'curl', 'ca-certificates', 'pigz'],
  ...['conntrack', 'ethtool', 'ipset', 'iproute2', 'iptables', 'nftables', 'socat'],
  ...['containerd', 'crun', 'libseccomp2', 'runc'],
] as const;

/** Debian packages under kube-proxy and the Pod network: both set the node's packet filter. */
export const networkPackages = ['ca-certificates', 'conntrack', 'iproute2', 'iptables', 'kmod', 'nftables', 'procps'] as const;

export const cniPlugins = ['host-local', 'loopback', 'portmap', 'ptp'] as const;

/**
 * Who makes the cgroups of Pods on cgroup v1: kubelet and crun themselves. Asking systemd for a slice for each Pod and a scope for each
 * container is a twentieth of what a Pod's coming and going costs.
 * @see https://kubernetes.io/docs/setup/production-environment/container-runtimes/#cgroup-drivers
 */
export const cgroupV1Driver = 'cgroupfs';

/**
 * On cgroup v1 systemd mounts hierarchies that the host has not mounted, and the engine then cannot give a node a part of its own: all nodes
 * of all clusters have the same root there (only a root has `cgroup.sane_behavior`). Each kubelet takes the Pods of the others in it for
 * orphans and tries to remove their cgroups, over and over. So each node takes a part for itself before anything looks. One at a time: when a
 * node starts again, containerd and kubelet come here together, and each would mount what the other has prepared.
 */
const onCgroupV1 = `[ ! -e /sys/fs/cgroup/cgroup.controllers ] || exit 0
exec 9>/run/own-cgroup.lock
flock 9
sed -i 's/SystemdCgroup = true/SystemdCgroup = false/' /etc/containerd/config.toml
for hierarchy in hugetlb net_cls,net_prio net_cls net_prio perf_event rdma misc; do
  folder=/sys/fs/cgroup/$hierarchy
  [ -e "$folder/cgroup.sane_behavior" ] || continue
  own="$folder/$(hostname)"
  mkdir -p "$own/kubelet" "$own/kubelet.slice" /run/own-cgroup
  # the shared root goes first: what looks for a hierarchy takes its first mount
  mount --bind "$own" /run/own-cgroup && umount "$folder" && mount --bind /run/own-cgroup "$folder" && umount /run/own-cgroup
done
`;
/**
 * How far a heap of Go may grow between two collections, in percent; theirs is 100. The programs of a node are many and small, and collecting
 * is a tenth of what they do. What containerd starts (shims, runc, network plugins) inherits it.
 * @see https://go.dev/doc/gc-guide
 */
export const collectLater = { GOGC: '300' };
const unitCollectsLater = Object.entries(collectLater)
  .map(([name, value]) => `Environment=${name}=${value}\n`)
  .join('');

const unitPreparesCgroupV1 = 'ExecStartPre=-/bin/sh /kind/bin/cgroup-v1.sh\n';

/**
 * With so few cores a cluster has more nodes than there are cores, and each of its programs runs on one: handing work from thread to thread
 * is a tenth of all that they do. A variable, as kubelet and containerd read it, and as patches of kubeadm for the static Pods.
 */
export const fewCores = { most: 2, patches: '/kind/few-cores' };
const onOneCore = 'GOMAXPROCS';
const unitMayRunOnOneCore = 'ExecStartPre=-/bin/sh /kind/bin/few-cores.sh\nEnvironmentFile=-/run/few-cores.env\n';
const patchesForOneCore = Object.fromEntries(
  ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => [
    `${fewCores.patches.slice(1)}/${name}+strategic.yaml`,
    `spec: {containers: [{name: ${name}, env: [{name: ${onOneCore}, value: "1"}]}]}\n`,
  ]),
);

const unitSettings = `${unitCollectsLater}${unitPreparesCgroupV1}${unitMayRunOnOneCore}`;

/** What is changed in the files that kind's module has for a node; they are made for its own builds of containerd. */
const edits: Record<string, readonly (readonly [RegExp, string])[]> = {
  'etc/systemd/system/containerd.service': [
    [/\/usr\/local\/bin\/containerd/g, '/usr/bin/containerd'],
    // both need CAP_SYS_RESOURCE, which a machine may not have
    [/^(OOMScoreAdjust|Limit\w+)=.*\n/gm, ''],
    [/^\[Service\]\n/m, `[Service]\n${unitSettings}`],
  ],
  'etc/systemd/system/kubelet.service.d/11-kind.conf': [[/^\[Service\]\n/m, `[Service]\n${unitSettings}`]],
  'etc/containerd/config.toml': [
    [/restrict_oom_score_adj = false/, 'restrict_oom_score_adj = true'],
    [/SystemdCgroup = true/g, 'SystemdCgroup = true\n    BinaryName = "crun"'],
    [/registry\.k8s\.io\/pause:[\d.]+|sandbox_image = ".*"/, `sandbox_image = "${nodeImages.pause}"`],
  ],
};

const systemd = 'etc/systemd/system';
/** What `systemctl enable` and `mask` would do. */
const links: Record<string, string> = {
  [`${systemd}/multi-user.target.wants/containerd.service`]: '/etc/systemd/system/containerd.service',
  [`${systemd}/multi-user.target.wants/kubelet.service`]: '/etc/systemd/system/kubelet.service',
  [`${systemd}/multi-user.target.wants/undo-mount-hacks.service`]: '/etc/systemd/system/undo-mount-hacks.service',
  [`${systemd}/systemd-binfmt.service`]: '/dev/null',
  'usr/sbin/init': '/usr/lib/systemd/systemd',
  'usr/bin/kubeadm': 'kube',
  'usr/bin/kubectl': 'kube',
  'usr/bin/kubelet': 'kube',
};

const texts: Record<string, string> = {
  // the kernel's log is the host's
  'etc/systemd/journald.conf.d/10-node.conf': '[Journal]\nReadKMsg=no\n',
  'kind/version': `v${versions.kubernetes}`,
  'kind/bin/cgroup-v1.sh': onCgroupV1,
  'kind/bin/few-cores.sh': `[ "$(nproc)" -gt ${fewCores.most} ] || echo ${onOneCore}=1 > /run/few-cores.env\n`,
  ...patchesForOneCore,
};

/** Units that Debian starts and that have no place in a container. @see https://systemd.io/CONTAINER_INTERFACE/ */
const unwanted = [
  /^usr\/lib\/systemd\/system\/(multi-user|local-fs|basic)\.target\.wants\//,
  /^etc\/systemd\/system\/[^/]+\.wants\//,
  /^usr\/lib\/systemd\/system\/sockets\.target\.wants\/.*(udev|initctl)/,
  /^usr\/lib\/systemd\/system\/sysinit\.target\.wants\/(systemd-tmpfiles-setup\.service|.*udev.*)$/,
  /^etc\/cni\/net\.d\//,
];

/** All of the above as plain data: it is part of the key of the node image. */
export const nodeRecipe = {
  links,
  texts,
  unwanted: unwanted.map(String),
  edits: Object.entries(edits).map(([path, list]) => [path, list.map(([what, by]) => [String(what), by])]),
};

export interface NodeSources {
  /** Folder with kube and the CNI plugins. */
  programs: (name: string) => string;
  /** The sources of kind's module. */
  kind: string;
  /** Text of images/node/manifests/pod-network.yaml. */
  podNetwork: string;
  /** What Debian's root file system has. */
  root: readonly TarMember[];
}

/** The layer that makes a Debian root file system a node: kind's files for it, the programs, what kind applies to a new cluster. */
export async function nodeLayer(sources: NodeSources): Promise<TarEntry[]> {
  const base = join(sources.kind, 'images', 'base', 'files');
  const entries: TarEntry[] = [];
  for (const path of await filesUnder(base)) {
    if (path.startsWith('LICENSES/')) continue;
    let content = await readFile(join(base, path), 'utf8');
    for (const [what, by] of edits[path] ?? []) {
      if (content.search(what) < 0) throw new Error(`${path} of kind ${versions.kind} has nothing like ${what}`);
      content = content.replace(what, () => by);
    }
    entries.push({ path, content, mode: /^(kind|usr\/local)\/bin\//.test(path) ? 0o755 : 0o644 });
  }
  entries.push(
    { path: 'usr/bin/kube', content: { file: sources.programs('kube') }, mode: 0o755 },
    ...cniPlugins.map((name): TarEntry => ({ path: `opt/cni/bin/${name}`, content: { file: sources.programs(name) }, mode: 0o755 })),
    ...Object.entries(texts).map(([path, content]): TarEntry => ({ path, content })),
    { path: 'kind/manifests/default-cni.yaml', content: sources.podNetwork.replaceAll('POD_NETWORK_IMAGE', nodeImages.podNetwork) },
    { path: 'kind/manifests/default-storage.yaml', content: await storageManifest(sources.kind) },
    { path: 'etc/kubernetes/manifests', directory: true },
    ...Object.entries(links).map(([path, link]): TarEntry => ({ path, link })),
    ...withoutUnits(sources.root),
  );
  return entries;
}

/** A layer takes a file away with a file of its name after `.wh.`. @see https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function withoutUnits(root: readonly TarMember[]): TarEntry[] {
  return root
    .filter((member) => member.type !== '5' && unwanted.some((pattern) => pattern.test(member.path)) && !(member.path in links))
    .map((member) => ({ path: member.path.replace(/([^/]*)$/, '.wh.$1'), content: '' }));
}

/** kind keeps the manifest of its storage provisioner as a constant of its source, with the images put in between. */
async function storageManifest(kind: string): Promise<string> {
  const source = await readFile(join(kind, 'pkg', 'build', 'nodeimage', 'const_storage.go'), 'utf8');
  const manifest = /const defaultStorageManifest = `\n([\s\S]*)`\n/.exec(source)?.[1];
  if (!manifest) throw new Error(`no storage manifest in the sources of kind ${versions.kind}`);
  return manifest
    .replaceAll('` + storageProvisionerImage + `', nodeImages.localPath)
    .replaceAll('` + storageHelperImage + `', nodeImages.localPathHelper);
}
