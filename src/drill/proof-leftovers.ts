import { kinds } from '../grading/kinds.ts';
import type { KubeApi } from '../kube/api.ts';
import { deleteNamespace } from '../kube/apply.ts';
import { listAll } from '../kube/list.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { labLabel } from './set-up.ts';

const prefix = 'verify-';

/** The namespace in which a piece of a lab's proof is played; `suffix` tells it from the others. */
export const proofNamespace = (lab: string, suffix: string): string => `${prefix}${lab}${suffix}`.slice(0, 63).replace(/-+$/, '');

/**
 * Removes what proofs that were interrupted or killed left in a cluster, and waits until it is gone.
 * Only while the cluster is held: nobody else proves anything in it then.
 */
export async function removeProofLeftovers(api: KubeApi, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  const found = await listAll(api, kinds.Namespace, undefined, { labelSelector: labLabel, signal });
  if (!found.ok)
    throw new LabError('cluster-failed', `cannot see what earlier proofs left: ${found.message}`, { hint: 'Look: kubedrill doctor' });
  const left = found.items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(prefix));
  await Promise.all(left.map((name) => deleteNamespace(api, name, { boundMs: 180_000, clock, signal })));
}
