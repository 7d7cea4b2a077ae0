import type { KindName } from '../grading/kinds.ts';
import { kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { ApiFailure, KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import { LabError } from '../lab-error.ts';
import type { FaultContext } from './fault.ts';

/** Which object: a namespaced kind needs its namespace. */
export interface ObjectRef {
  kind: KindName;
  name: string;
  namespace?: string;
}

/** `Deployment shop/web`, `Node kd-worker`. */
export const refText = ({ kind, name, namespace }: ObjectRef): string => `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';

/** Nobody answers, or the API server cannot reach its own storage: worth another try, unlike a plain no. */
const answersLater = (failure: ApiFailure): boolean => failure.kind !== 'refused' || failure.status >= 500 || failure.status === 429;

export function apiError(failure: ApiFailure, doing: string): LabError {
  if (failure.kind === 'cancelled') return new LabError('interrupted', `interrupted: ${doing}`);
  if (answersLater(failure))
    return new LabError('no-cluster', `could not ${doing}: the API server does not answer: ${failure.message}`, { cause: failure });
  return new LabError('fault-failed', `could not ${doing}: ${failure.message}`, { cause: failure });
}

/** The object, or `undefined` when there is none. */
export async function getObject(context: FaultContext, ref: ObjectRef): Promise<KubeObject | undefined> {
  const answer = await context.api.request('GET', pathOf(ref.kind, ref.namespace, ref.name), { signal: context.signal });
  if (answer.ok) return answer.body;
  if (answer.reason === 'NotFound') return undefined;
  throw apiError(answer, `read ${refText(ref)}`);
}

export async function listObjects(
  context: FaultContext,
  kind: KindName,
  options: { namespace?: string; labels?: string; fields?: string } = {},
): Promise<KubeObject[]> {
  const answer = await context.api.request<KubeList>('GET', pathOf(kind, options.namespace), {
    query: { labelSelector: options.labels, fieldSelector: options.fields },
    signal: context.signal,
  });
  if (answer.ok) return answer.body.items;
  throw apiError(answer, `list ${kinds[kind].plural}`);
}

export async function createObject(context: FaultContext, ref: ObjectRef, body: object): Promise<KubeObject> {
  const answer = await context.api.request('POST', pathOf(ref.kind, ref.namespace), { body, signal: context.signal });
  if (answer.ok) return answer.body;
  throw apiError(answer, `create ${refText(ref)}`);
}

/** `uid`: only this very object. One that is gone already is as good as deleted. */
export async function deleteObject(context: FaultContext, ref: ObjectRef, options: { uid?: string } = {}): Promise<void> {
  const answer = await context.api.request('DELETE', pathOf(ref.kind, ref.namespace, ref.name), {
    ...(options.uid ? { body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: options.uid } } } : {}),
    signal: context.signal,
  });
  if (answer.ok || answer.reason === 'NotFound' || (options.uid && answer.reason === 'Conflict')) return;
  throw apiError(answer, `delete ${refText(ref)}`);
}

export type Revised = 'patched' | 'left' | 'absent';

/**
 * Looks at an object and patches what was looked at, not what it has become since: the patch carries the
 * resourceVersion, and after a conflict everything is looked at anew. `decide` gives `undefined` to leave it alone.
 */
export async function revise(
  context: FaultContext,
  ref: ObjectRef,
  decide: (object: KubeObject) => Record<string, unknown> | undefined,
  options: { strategic?: boolean } = {},
): Promise<Revised> {
  for (let attempt = 1; ; attempt++) {
    const object = await getObject(context, ref);
    if (!object) return 'absent';
    const patch = decide(object);
    if (!patch) return 'left';
    const { resourceVersion, uid } = object.metadata;
    const metadata = { ...((patch.metadata as object | undefined) ?? {}), resourceVersion, uid };
    const answer = await context.api.request('PATCH', pathOf(ref.kind, ref.namespace, ref.name), {
      query: { fieldManager: 'kubedrill' },
      contentType: options.strategic ? strategicPatch : mergePatch,
      body: { ...patch, metadata },
      signal: context.signal,
    });
    if (answer.ok) return 'patched';
    if (answer.reason === 'NotFound') return 'absent';
    if (answer.reason !== 'Conflict' || attempt >= 10) throw apiError(answer, `patch ${refText(ref)}`);
    await context.clock.sleep(100 * attempt, context.signal);
  }
}

/** The same for an act that must take: what was planned must still be as it was. */
export async function mustRevise(
  context: FaultContext,
  ref: ObjectRef,
  decide: (object: KubeObject) => Record<string, unknown> | undefined,
  options: { strategic?: boolean } = {},
): Promise<void> {
  const outcome = await revise(context, ref, decide, options);
  if (outcome !== 'patched')
    throw new LabError(
      'fault-failed',
      `${refText(ref)} ${outcome === 'absent' ? 'is gone' : 'was changed by somebody else'} since the fault was planned`,
    );
}

/** Whether two plain JSON values are equal, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]));
}
