import type { KubeObject } from '../grading/object.ts';
import type { Clock } from '../system/clock.ts';
import { waitUntil } from '../system/wait.ts';
import type { ApiFailure, KubeApi } from './api.ts';
import { type Discovery, discover } from './discovery.ts';

export { type ParsedManifests, parseManifests } from './manifests.ts';
export { deleteAndWait, deleteNamespace, type Removed, type RemoveOptions } from './remove.ts';

export interface ApplyOptions {
  /** For objects of namespaced kinds that name none. */
  namespace?: string;
  /** Default `kubedrill`. */
  fieldManager?: string;
  /** Asks only whether it would be accepted. */
  dryRun?: boolean;
  discovery?: Discovery;
  clock: Clock;
  signal?: AbortSignal;
}

/** What became of one object. */
export type Applied =
  | { ok: true; what: string; object: KubeObject; created: boolean; warnings: string[] }
  | { ok: false; what: string; failure: ApiFailure };

const establishedMs = 30_000;

/** What others need comes first: namespaces, then definitions of kinds; else the order is kept. */
const rank = (object: KubeObject): number => (object.kind === 'Namespace' ? 0 : object.kind === 'CustomResourceDefinition' ? 1 : 2);

/** An unknown field comes back from server-side apply as a bare 500. */
function clearer(failure: ApiFailure): ApiFailure {
  const field = /(\.[\w.[\]"=-]+): field not declared in schema/.exec(failure.message)?.[1];
  return field ? { ...failure, reason: 'Invalid', message: `unknown field ${field.slice(1)}` } : failure;
}

/**
 * Server-side apply of each object, with force and strict fields. Goes on after a refusal, and stops when nobody answers.
 * It cannot take away what another manager set: to start afresh, delete, wait for the 404, then apply.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export async function applyObjects(api: KubeApi, objects: readonly KubeObject[], options: ApplyOptions): Promise<Applied[]> {
  const { discovery = discover(api), signal } = options;
  const results: Applied[] = [];
  for (const object of [...objects].sort((a, b) => rank(a) - rank(b))) {
    const result = await applyOne(api, object, { ...options, discovery });
    results.push(result);
    if (!result.ok && result.failure.kind !== 'refused') break;
    if (result.ok && object.kind === 'CustomResourceDefinition' && !options.dryRun) {
      const failure = await established(api, object, { ...options, discovery });
      if (failure) results[results.length - 1] = { ok: false, what: result.what, failure };
    }
    if (signal?.aborted) break;
  }
  return results;
}

async function applyOne(api: KubeApi, object: KubeObject, options: ApplyOptions & { discovery: Discovery }): Promise<Applied> {
  const { namespace, fieldManager = 'kubedrill', dryRun, discovery, signal } = options;
  const what = `${object.kind} ${object.metadata.name}`;
  const found = await discovery.pathOf(object, namespace, signal);
  if (!found.ok) return { ok: false, what, failure: found };
  const answer = await api.request('PATCH', found.path, {
    query: { fieldManager, force: true, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal,
  });
  if (!answer.ok) return { ok: false, what, failure: clearer(answer) };
  return { ok: true, what, object: answer.body, created: answer.status === 201, warnings: answer.warnings };
}

/** Waits until objects of a defined kind can be made. */
async function established(
  api: KubeApi,
  definition: KubeObject,
  options: ApplyOptions & { discovery: Discovery },
): Promise<ApiFailure | undefined> {
  const { clock, signal, discovery } = options;
  const found = await discovery.pathOf(definition, undefined, signal);
  if (!found.ok) return found;
  const waited = await waitUntil(
    async () => {
      const now = await api.request('GET', found.path, { signal });
      if (!now.ok) return { done: false, seen: now.message };
      const conditions: { type: string; status: string; message?: string }[] = now.body.status?.conditions ?? [];
      const refused = conditions.find((one) => one.type === 'NamesAccepted' && one.status === 'False');
      const done = conditions.some((one) => one.type === 'Established' && one.status === 'True');
      return { done, seen: refused?.message ?? 'not established yet' };
    },
    { boundMs: establishedMs, everyMs: 100, clock, signal },
  );
  if (waited.outcome === 'done') return undefined;
  const message = `${definition.metadata.name} is not established after ${establishedMs / 1000} s: ${waited.seen}`;
  return { ok: false, kind: 'refused', status: 0, reason: 'NotEstablished', message, causes: [] };
}
