import { type KindInfo, kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { KubeApi } from './api.ts';
import { listAll } from './list.ts';
import { pathOf } from './path.ts';

const doctor = 'See how the cluster is: kubedrill doctor';
/** More than this is not looked at: one thing that can be mended is enough. */
const shownKinds = 4;
const shownObjects = 3;

/** `persistentvolumeclaims. has 1 resource instances, widgets.example.com has 2 resource instances` */
const remaining = (message: string): { plural: string; group: string }[] =>
  [...message.matchAll(/([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource instances/g)].map(([, plural = '', group = '']) => ({
    plural,
    group,
  }));

const kindNamed = ({ plural, group }: { plural: string; group: string }): KindInfo | undefined =>
  Object.values(kinds).find((one: KindInfo) => one.plural === plural && one.apiVersion.startsWith(group === '' ? 'v' : `${group}/`));

function stateOf(kind: KindInfo, object: KubeObject): string {
  const name = `${kind.kind} ${object.metadata.name}`;
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (!deletionTimestamp) return `${name} is not being deleted yet`;
  return finalizers.length > 0 ? `${name} waits for its finalizers ${finalizers.join(', ')}` : `${name} is still ending`;
}

/**
 * Why a namespace that was deleted is still there, from its conditions and from what is left in it.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/#NamespaceStatus
 */
export async function whatHolds(api: KubeApi, name: string, signal?: AbortSignal): Promise<{ seen: string; hint: string }> {
  const namespace = await api.request('GET', pathOf('Namespace', undefined, name), { signal });
  if (!namespace.ok) return { seen: namespace.message, hint: doctor };
  const conditions: { type: string; status: string; message?: string }[] = namespace.body.status?.conditions ?? [];
  const message = (type: string) => conditions.find((one) => one.type === type && one.status === 'True')?.message;

  const undiscovered = message('NamespaceDeletionDiscoveryFailure');
  if (undiscovered) return { seen: undiscovered, hint: 'An API is registered that does not answer: kubectl get apiservices' };

  const states: string[] = [];
  let first: { plural: string; name: string } | undefined;
  for (const left of remaining(message('NamespaceContentRemaining') ?? '').slice(0, shownKinds)) {
    const kind = kindNamed(left);
    const listed = kind && (await listAll(api, kind, name, { signal, timeoutMs: 5000 }));
    if (!kind || !listed?.ok) {
      states.push(`${left.plural} are left`);
      first ??= { plural: left.group ? `${left.plural}.${left.group}` : left.plural, name: '' };
      continue;
    }
    for (const object of listed.items.slice(0, shownObjects)) {
      states.push(stateOf(kind, object));
      first ??= { plural: left.plural, name: object.metadata.name };
    }
  }
  if (first) return { seen: states.join('; '), hint: `Look: kubectl -n ${name} get ${`${first.plural} ${first.name}`.trim()} -o yaml` };

  const own = namespace.body.metadata.finalizers ?? [];
  if (own.length > 0) return { seen: `it waits for its finalizers ${own.join(', ')}`, hint: `Look: kubectl get namespace ${name} -o yaml` };
  const trouble = message('NamespaceDeletionContentFailure') ?? message('NamespaceDeletionGroupVersionParsingFailure');
  if (trouble) return { seen: trouble, hint: `Look: kubectl get namespace ${name} -o yaml` };
  return { seen: 'nobody empties it', hint: `Is the controller manager well? ${doctor}` };
}
