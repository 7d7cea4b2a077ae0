import type { FaultContext } from './fault.ts';
import { askNode } from './node-acts.ts';

/** The static Pods of a control plane made by kubeadm. */
export const components = ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'] as const;
export type Component = (typeof components)[number];

export const manifestPath = (context: FaultContext, component: Component): string => `${context.cluster.staticPodPath}/${component}.yaml`;

/** A folder beside the manifests: same file system, so moving is atomic, and not watched by the kubelet. */
export const folderBeside = (context: FaultContext, name: 'kubedrill-stopped' | 'kubedrill-kept'): string =>
  `${context.cluster.staticPodPath.replace(/\/[^/]+\/?$/, '')}/${name}`;

/** What the node of the control plane tells of its components now. */
export interface ComponentsLook {
  /** Its clock, in seconds. */
  now: number;
  /** Those whose manifest is where the kubelet looks for it. */
  atHome: ReadonlySet<Component>;
  /** Seconds since the process started, of those that run. */
  ages: ReadonlyMap<Component, number>;
}

/** The kernel keeps 15 characters of a program's name. */
const processOf = (component: Component): string => component.slice(0, 15);

export async function lookAtComponents(context: FaultContext): Promise<ComponentsLook> {
  const [date, processes, ...manifests] = await askNode(context, context.cluster.controlPlane, [
    ['date', '+%s'],
    ['ps', '-C', components.map(processOf).join(','), '-o', 'comm=,etimes='],
    ...components.map((component) => ['test', '-e', manifestPath(context, component)]),
  ]);
  const running = (processes?.stdout ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  const ages = components.flatMap((component): [Component, number][] => {
    const own = running.filter(([name]) => name === processOf(component)).map(([, seconds]) => Number(seconds));
    return own.length > 0 ? [[component, Math.min(...own)]] : [];
  });
  return {
    now: Number(date?.stdout),
    atHome: new Set(components.filter((_, index) => manifests[index]?.ok)),
    ages: new Map(ages),
  };
}
