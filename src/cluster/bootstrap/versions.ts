/** Every version that a cluster is made of. Changing one changes the key of each step that it goes into. */
export const versions = {
  kubernetes: '1.34.4',
  etcd: '3.6.5',
  coredns: '1.12.2',
  pause: '3.10.1',
  cniPlugins: '1.7.1',
  localPathProvisioner: '0.0.30',
  kind: '0.33.0',
  debian: 'bookworm',
} as const;

/** Where a registry answers, nodes are kind's own, as published for this kind version. @see https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0 */
export const publishedNodeImage = {
  kubernetes: '1.34.11',
  reference: 'kindest/node:v1.34.11@sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d',
} as const;

/** Asked whether they answer; the first is where the published node image is. */
export const registries = ['https://registry-1.docker.io/v2/', 'https://registry.k8s.io/v2/'] as const;

/** kubeadm asks for these names; in an air-gapped node they are images of ours that are already there. */
const kubeadm = 'registry.k8s.io';
export const nodeImages = {
  apiserver: `${kubeadm}/kube-apiserver:v${versions.kubernetes}`,
  controllerManager: `${kubeadm}/kube-controller-manager:v${versions.kubernetes}`,
  scheduler: `${kubeadm}/kube-scheduler:v${versions.kubernetes}`,
  proxy: `${kubeadm}/kube-proxy:v${versions.kubernetes}`,
  etcd: `${kubeadm}/etcd:${versions.etcd}-0`,
  coredns: `${kubeadm}/coredns/coredns:v${versions.coredns}`,
  pause: `${kubeadm}/pause:${versions.pause}`,
  podNetwork: `docker.io/kubedrill/pod-network:v${versions.kubernetes}`,
  localPath: `docker.io/kubedrill/local-path-provisioner:v${versions.localPathProvisioner}`,
  localPathHelper: `docker.io/kubedrill/local-path-helper:v${versions.localPathProvisioner}`,
} as const;

/** Images that the engine of this machine holds; the tag is the key of the recipe. */
export const engineImages = { base: 'kubedrill/node-base', node: 'kubedrill/node' } as const;

/** Where no Go is installed but a registry answers, programs are built in this. */
export const goContainer = 'golang:1.26-bookworm';
/** Where Debian's own tools are missing but a registry answers, root file systems come from this. */
export const debianContainer = `debian:${versions.debian}-slim`;

/** What kubedrill accepts from PATH instead of its own. */
export const accepted = {
  /** At least this kind: older ones cannot start the published node image. */
  kind: { minor: 33 },
  /** kubectl may be one minor version older or newer than the API server. @see https://kubernetes.io/releases/version-skew-policy/#kubectl */
  kubectl: { minors: [33, 34, 35] },
} as const;
