import type { ClusterFacts } from './cluster-facts.ts';
import { hostInUrl } from './http-check.ts';
import type { MirrorView } from './mirror-view.ts';
import type { KubeObject } from './object.ts';
import { conditionOf } from './pods.ts';
import { type Fail, fail } from './verdict.ts';
import { kubectl, listing } from './words.ts';

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
}

/** The port of a Service that is meant: by number or name, else its first. */
export function portOf(service: KubeObject, wanted: number | string | undefined): ServicePort | undefined {
  const ports: ServicePort[] = service.spec?.ports ?? [];
  return wanted === undefined ? ports[0] : ports.find((port) => port.port === wanted || port.name === wanted);
}

/** Ready nodes with their InternalIP: each of them must answer on a nodePort. */
export function nodeAddresses(mirror: MirrorView, cluster: ClusterFacts): [string, string][] {
  const ready = new Set(
    mirror
      .list('Node')
      .filter((node) => conditionOf(node, 'Ready') === 'True')
      .map((node) => node.metadata.name),
  );
  return Object.entries(cluster.nodeAddresses)
    .filter(([name]) => ready.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The addresses (without a path) through which a Service is reached, or why there are none. */
export function addressesOf(
  service: KubeObject,
  through: 'name' | 'cluster-ip' | 'node-port',
  options: { port: number | string | undefined; namespace: string | undefined; nodes: () => [string, string][] },
): { urls: string[] } | { missing: Fail } {
  const { name } = service.metadata;
  const look = kubectl(['describe', 'service', name], options.namespace);
  const port = portOf(service, options.port);
  if (through === 'name' && service.spec?.type === 'ExternalName') {
    return { urls: [`http://${nameInUrl(name, options.namespace)}${options.port === undefined ? '' : `:${options.port}`}`] };
  }
  if (!port) {
    const ports: ServicePort[] = service.spec?.ports ?? [];
    return {
      missing: fail({
        observed: listing(ports.map((one) => `${one.port}`)),
        expected: `${options.port ?? 'a port'}`,
        field: `Service ${name} spec.ports`,
        look,
      }),
    };
  }
  if (through === 'name') return { urls: [`http://${nameInUrl(name, options.namespace)}:${port.port}`] };
  if (through === 'cluster-ip') {
    const address: string | undefined = service.spec?.clusterIP;
    if (address && address !== 'None') return { urls: [`http://${hostInUrl(address)}:${port.port}`] };
    return { missing: fail({ observed: address ?? 'nothing', expected: 'a cluster IP', field: `Service ${name} spec.clusterIP`, look }) };
  }
  if (port.nodePort) return { urls: options.nodes().map(([, address]) => `http://${hostInUrl(address)}:${port.nodePort}`) };
  return {
    missing: fail({
      observed: `type ${service.spec?.type ?? 'ClusterIP'}`,
      expected: 'a node port',
      field: `Service ${name} spec.ports nodePort`,
      look,
    }),
  };
}

const nameInUrl = (name: string, namespace: string | undefined): string => (namespace ? `${name}.${namespace}.svc.cluster.local` : name);
