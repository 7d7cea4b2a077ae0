import type { Clock } from '../system/clock.ts';
import type { ApiFailure, KubeApi } from './api.ts';
import { pathOf } from './path.ts';
import { deleteAndWait } from './remove.ts';

/** Where kubedrill's own Pods live; labs and learners have no business there. */
export const ownNamespace = 'kubedrill-system';
/** A ServiceAccount of its own: `default` is made by a controller, which a lab may have stopped. */
export const ownAccount = 'kubedrill';

/** What the Pod Security Standard `restricted` asks for. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export const hardened = {
  pod: { securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } } },
  container: { securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } },
} as const;

/** Makes the namespace and its account when they are not there; waits for the end of one that is being deleted. */
export async function ensureOwnNamespace(api: KubeApi, clock: Clock, signal: AbortSignal): Promise<{ ok: true } | ApiFailure> {
  const path = pathOf('Namespace', undefined, ownNamespace);
  let found = await api.request('GET', path, { signal });
  if (found.ok && found.body.metadata.deletionTimestamp) {
    const ended = await deleteAndWait(api, path, { boundMs: 60_000, clock, signal });
    if (ended.outcome === 'failed') return ended.failure;
    found = await api.request('GET', path, { signal });
  }
  if (!found.ok && found.reason !== 'NotFound') return found;
  if (!found.ok) {
    const labels = { 'app.kubernetes.io/managed-by': 'kubedrill', 'pod-security.kubernetes.io/enforce': 'restricted' };
    const made = await api.request('POST', pathOf('Namespace'), {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ownNamespace, labels } },
      signal,
    });
    if (!made.ok && made.reason !== 'AlreadyExists') return made;
  }
  const account = await api.request('GET', pathOf('ServiceAccount', ownNamespace, ownAccount), { signal });
  if (account.ok) return { ok: true };
  if (account.reason !== 'NotFound') return account;
  const made = await api.request('POST', pathOf('ServiceAccount', ownNamespace), {
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ownAccount }, automountServiceAccountToken: false },
    signal,
  });
  return made.ok || made.reason === 'AlreadyExists' ? { ok: true } : made;
}
