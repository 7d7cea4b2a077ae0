import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { waitUntil } from '../system/wait.ts';
import type { ApiFailure, KubeApi } from './api.ts';
import { whatHolds } from './held-namespace.ts';
import { pathOf } from './path.ts';

export interface RemoveOptions {
  boundMs: number;
  clock: Clock;
  signal?: AbortSignal;
  /** What becomes of what it owns. Default `Background`. */
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Seconds that Pods get to end; default is their own. */
  graceSeconds?: number;
  /** What is to be done as soon as its deletion has begun. */
  onDeleted?: () => Promise<unknown>;
}

export type Removed =
  /** `absent`: it was not there to begin with. */
  | { outcome: 'gone' | 'absent'; ms: number }
  /** It is still there; `seen` says in which state. */
  | { outcome: 'bound' | 'cancelled'; seen: string; ms: number }
  | { outcome: 'failed'; failure: ApiFailure };

/** Deletes an object and waits until the API says that it is not there (404), or that another one has its name. */
export async function deleteAndWait(api: KubeApi, path: string, options: RemoveOptions): Promise<Removed> {
  const { boundMs, clock, signal, propagation = 'Background', graceSeconds, onDeleted } = options;
  const started = clock.now();
  const before = await api.request('GET', path, { signal });
  if (!before.ok) return before.reason === 'NotFound' ? { outcome: 'absent', ms: 0 } : { outcome: 'failed', failure: before };
  const { uid } = before.body.metadata;
  const body = {
    propagationPolicy: propagation,
    preconditions: { uid },
    ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
  };
  const deleted = await api.request('DELETE', path, { body, signal });
  // Conflict: one with another uid has its name, so the one that was meant is gone
  if (!deleted.ok && !['NotFound', 'Conflict'].includes(deleted.reason)) return { outcome: 'failed', failure: deleted };
  if (deleted.ok) await onDeleted?.();
  const waited = await waitUntil(
    async () => {
      const now = await api.request('GET', path, { signal });
      if (!now.ok) return { done: now.reason === 'NotFound', seen: now.message };
      const { finalizers = [], uid: nowUid } = now.body.metadata;
      return {
        done: nowUid !== uid,
        seen: finalizers.length > 0 ? `it waits for its finalizers ${finalizers.join(', ')}` : 'it is being deleted',
      };
    },
    { boundMs, clock, signal },
  );
  const ms = clock.now() - started;
  return waited.outcome === 'done' ? { outcome: 'gone', ms } : { outcome: waited.outcome, seen: waited.seen, ms };
}

/**
 * Ends the Pods of a namespace that is being deleted, so that none can come after them: its controller begins only after 5 s, and
 * while it sees a Pod it does not look again for half of the Pod's grace. A refusal only means that this takes its own time.
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/namespace/namespace_controller.go
 */
const endPods = (api: KubeApi, namespace: string, { signal }: { signal?: AbortSignal }) =>
  api.request('DELETE', pathOf('Pod', namespace), { body: { gracePeriodSeconds: 1 }, signal });

/**
 * Deletes a namespace with all that is in it, and waits until it is gone.
 * A `LabError` says what holds it when it is not: objects, their finalizers, a controller that does not act.
 */
export async function deleteNamespace(
  api: KubeApi,
  name: string,
  options: { boundMs: number; clock: Clock; signal?: AbortSignal },
): Promise<void> {
  const removed = await deleteAndWait(api, pathOf('Namespace', undefined, name), {
    ...options,
    onDeleted: () => endPods(api, name, options),
  });
  switch (removed.outcome) {
    case 'gone':
    case 'absent':
      return;
    case 'cancelled':
      throw new LabError('interrupted', `namespace ${name}: interrupted while it is being deleted`);
    case 'failed':
      if (removed.failure.kind === 'cancelled') throw new LabError('interrupted', `namespace ${name}: interrupted before it was deleted`);
      throw new LabError('reset-failed', `namespace ${name} cannot be deleted: ${removed.failure.message}`, {
        hint: 'See how the cluster is: kubedrill doctor',
      });
    case 'bound': {
      const held = await whatHolds(api, name, options.signal);
      throw new LabError('reset-failed', `namespace ${name} is still there after ${options.boundMs / 1000} s: ${held.seen}`, {
        hint: held.hint,
      });
    }
  }
}
