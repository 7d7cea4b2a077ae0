import type { FaultContext } from './fault.ts';
import { fileExists, tryOnNode } from './node-acts.ts';

/** The static Pods of a control plane made by kubeadm. */
export const components = ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'] as const;
export type Component = (typeof components)[number];

export const manifestPath = (context: FaultContext, component: Component): string => `${context.cluster.staticPodPath}/${component}.yaml`;

/** A folder beside the manifests: same file system, so moving is atomic, and not watched by the kubelet. */
export const folderBeside = (context: FaultContext, name: 'kubedrill-stopped' | 'kubedrill-kept'): string =>
  `${context.cluster.staticPodPath.replace(/\/[^/]+\/?$/, '')}/${name}`;

/** Seconds since the component's process started, or `undefined` when none runs. The kernel keeps 15 characters of a name. */
export async function componentAge(context: FaultContext, component: Component): Promise<number | undefined> {
  const result = await tryOnNode(context, context.cluster.controlPlane, ['ps', '-C', component.slice(0, 15), '-o', 'etimes=']);
  const ages = result.stdout.split('\n').flatMap((line) => (line.trim() ? [Number(line)] : []));
  return ages.length > 0 ? Math.min(...ages) : undefined;
}

export const isAtHome = (context: FaultContext, component: Component): Promise<boolean> =>
  fileExists(context, context.cluster.controlPlane, manifestPath(context, component));

/** Without these nobody can ask the API anything, and what a node shows has to do. */
export async function apiIsTakenAway(context: FaultContext): Promise<boolean> {
  return !(await isAtHome(context, 'kube-apiserver')) || !(await isAtHome(context, 'etcd'));
}
