import type { MirrorView } from './mirror-view.ts';
import type { KubeObject } from './object.ts';
import { controllerOf } from './ownership.ts';

/** What a Service sends traffic to, as its EndpointSlices say. */
export interface Backend {
  /** Name of the Pod behind it; undefined for an address without one. */
  pod: string | undefined;
  uid: string | undefined;
  address: string;
  ready: boolean;
}

export interface Backends {
  backends: Backend[];
  ports: { name: string; port: number; protocol: string }[];
  /** Slices that somebody made by hand: they are not the work of a selector. */
  byHand: string[];
}

const serviceLabel = 'kubernetes.io/service-name';
const managerLabel = 'endpointslice.kubernetes.io/managed-by';
const endpointSliceController = 'endpointslice-controller.k8s.io';

/** The EndpointSlice controller made it for this very Service. */
const isControllers = (slice: KubeObject, service: KubeObject): boolean =>
  slice.metadata.labels?.[managerLabel] === endpointSliceController && controllerOf(slice)?.uid === service.metadata.uid;

/** Reads the slices of a Service. @see discovery.k8s.io/v1 EndpointSlice */
export function backendsOf(mirror: MirrorView, service: KubeObject): Backends {
  const slices = mirror.list('EndpointSlice', {
    namespace: service.metadata.namespace,
    labels: { [serviceLabel]: service.metadata.name },
  });
  const backends = new Map<string, Backend>();
  const ports = new Map<string, Backends['ports'][number]>();
  for (const slice of slices) {
    for (const endpoint of slice.endpoints ?? []) {
      for (const address of endpoint.addresses ?? []) {
        backends.set(address, {
          pod: endpoint.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined,
          uid: endpoint.targetRef?.uid,
          address,
          // an absent condition means ready; what is being deleted is never ready, but may still serve
          ready: endpoint.conditions?.ready !== false,
        });
      }
    }
    if ((slice.endpoints ?? []).length > 0) {
      for (const port of slice.ports ?? [])
        ports.set(`${port.name} ${port.port}`, { name: port.name ?? '', port: port.port, protocol: port.protocol ?? 'TCP' });
    }
  }
  const byHand = slices.filter((slice) => !isControllers(slice, service)).map((slice) => slice.metadata.name);
  return { backends: [...backends.values()], ports: [...ports.values()], byHand };
}
