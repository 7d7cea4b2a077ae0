import type { KubeObject } from '../../grading/object.ts';
import type { ApiFailure, KubeApi } from '../../kube/api.ts';
import { applyObjects, deleteAndWait } from '../../kube/apply.ts';
import { discover } from '../../kube/discovery.ts';
import type { Clock } from '../../system/clock.ts';

export type Submitted =
  /** The API server refused some objects by its own rules: the learner's mistakes, in words. */
  | { outcome: 'applied'; refused: string[] }
  /** Grading's own guard rails refused something, or the cluster is at fault: no score. */
  | { outcome: 'not-gradable'; reason: string };

/** What the guard rails of the throwaway namespace say, as opposed to the API server's own rules. */
export const guardRails = /violates PodSecurity|exceeded quota|failed quota|(?:maximum|minimum) [\w.]+ usage per|is forbidden: /;
const immutable =
  /field is immutable|pod updates may not change fields|updates to statefulset spec for fields other than|is immutable after/;
/** Server-side apply answers a manifest of the wrong shape with a bare 500. */
const wrongShape = /failed to create typed patch object|field not declared in schema|expected \w+, got|cannot unmarshal|unable to decode/;
const learnersMistake = new Set(['Invalid', 'BadRequest', 'NotFound', 'UnsupportedMediaType', 'RequestEntityTooLarge']);

const railed = (failure: ApiFailure): boolean => failure.reason === 'Forbidden' && guardRails.test(failure.message);

/**
 * Applies a submission as `kubectl apply` over the lab's start state would: the same manager, so that what is no longer written goes away.
 * What cannot be changed in place is made anew.
 */
export async function submit(
  api: KubeApi,
  objects: readonly KubeObject[],
  options: { namespace: string; clock: Clock; signal: AbortSignal },
): Promise<Submitted> {
  const discovery = discover(api);
  const refused: string[] = [];
  for (const object of objects) {
    let [result] = await applyObjects(api, [object], { ...options, discovery });
    if (result && !result.ok && result.failure.reason === 'Invalid' && immutable.test(result.failure.message)) {
      const found = await discovery.pathOf(object, options.namespace, options.signal);
      if (found.ok) {
        const { clock, signal } = options;
        const removed = await deleteAndWait(api, found.path, { boundMs: 60_000, graceSeconds: 1, clock, signal });
        if (removed.outcome === 'gone' || removed.outcome === 'absent')
          [result] = await applyObjects(api, [object], { ...options, discovery });
      }
    }
    if (!result) return { outcome: 'not-gradable', reason: 'the submission was not applied' };
    if (result.ok) continue;
    const { failure, what } = result;
    if (railed(failure)) return { outcome: 'not-gradable', reason: `${what} is refused by the guard rails of grading: ${failure.message}` };
    if (failure.kind !== 'refused' || !(learnersMistake.has(failure.reason) || wrongShape.test(failure.message)))
      return { outcome: 'not-gradable', reason: `${what} could not be applied: ${failure.message}` };
    refused.push(`${what} was refused by the API server: ${failure.message}`);
  }
  return { outcome: 'applied', refused };
}
