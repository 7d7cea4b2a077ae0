import { randomUUID } from 'node:crypto';
import type { KubeApi } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import { LabError } from '../lab-error.ts';
import type { Provider } from './provider.ts';
import type { ClusterRecord } from './records.ts';

/** The ConfigMap in kube-system with which kubedrill marks a cluster that it made. */
export const markerName = 'kubedrill-owner';

export const newOwnershipId = (): string => randomUUID();

const namespacePath = pathOf('Namespace', undefined, 'kube-system');
const markerPath = pathOf('ConfigMap', 'kube-system', markerName);

const refused = (name: string, why: string) =>
  new LabError('not-owned', `kubedrill does not touch the cluster "${name}": ${why}`, {
    hint: 'Make one of its own beside it: kubedrill up --name drill',
  });

/** Writes the marker into a cluster that was just made. */
export async function markCluster(api: KubeApi, record: ClusterRecord, signal: AbortSignal): Promise<void> {
  const system = await api.request('GET', namespacePath, { signal });
  if (!system.ok)
    throw new LabError('cluster-failed', `the new cluster does not answer: ${system.message}`, { hint: 'Look at it: kubedrill doctor' });
  const made = await api.request('POST', pathOf('ConfigMap', 'kube-system'), {
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: markerName, namespace: 'kube-system' },
      data: {
        id: record.id,
        name: record.name,
        provider: record.provider,
        'kube-system-uid': system.body.metadata.uid ?? '',
        'created-at': record.createdAt,
      },
    },
    signal,
  });
  if (!made.ok && made.reason !== 'AlreadyExists') throw new LabError('cluster-failed', `could not mark the new cluster: ${made.message}`);
}

/** The record, once the provider says that the nodes of this name were made for it: what must hold before one is so much as started. Only looks. */
export async function verifyMaker(
  record: ClusterRecord | undefined,
  { name, provider, signal }: { name: string; provider: Provider; signal: AbortSignal },
): Promise<ClusterRecord> {
  if (!record) throw refused(name, 'there is no record that kubedrill made it');
  if (record.name !== name) throw refused(name, `its record is one of "${record.name}"`);
  const maker = await provider.ownershipId(name, signal);
  if ('none' in maker) throw refused(name, maker.none);
  if (maker.id !== record.id) throw refused(name, 'its nodes were made for another record');
  return record;
}

/**
 * Whether this is the cluster that kubedrill made under this name. Only reads. All of these must agree, or it refuses and says which does not:
 * the record in the state folder, the provider's own word on whom its nodes were made for, the address in the private kubeconfig,
 * and the marker in kube-system with the uid of that namespace.
 * While the API server is away its part cannot be asked; the rest must agree, and nothing can be written through the API anyway.
 */
export async function verifyOwnership(
  record: ClusterRecord | undefined,
  options: { name: string; provider: Provider; kubeconfig: string; api: KubeApi; signal: AbortSignal },
): Promise<{ id: string; api: 'answers' | 'away' }> {
  const { name, provider, api, signal } = options;
  const { id } = await verifyMaker(record, options);
  const server = await provider.serverOf(name, options.kubeconfig, signal);
  if (server.expected !== undefined && server.expected !== server.found)
    throw refused(name, `its kubeconfig leads to ${server.found ?? 'nowhere'}, but the API server is at ${server.expected}`);
  const [system, marker] = await Promise.all([api.request('GET', namespacePath, { signal }), api.request('GET', markerPath, { signal })]);
  if (!system.ok && system.kind === 'away') return { id, api: 'away' };
  if (!system.ok) throw refused(name, `kube-system cannot be read: ${system.message}`);
  if (!marker.ok)
    throw refused(
      name,
      marker.reason === 'NotFound' ? 'it carries no marker of kubedrill' : `its marker cannot be read: ${marker.message}`,
    );
  const data = marker.body.data ?? {};
  if (data.id !== id) throw refused(name, 'its marker is of another cluster');
  if (data['kube-system-uid'] !== system.body.metadata.uid) throw refused(name, 'its marker was copied from another cluster');
  return { id, api: 'answers' };
}
