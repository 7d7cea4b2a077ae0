import { type KindInfo, kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { ApiFailure, KubeApi } from './api.ts';
import { groupPath, pathOf } from './path.ts';

export type Discovered = { ok: true; kind: KindInfo } | ApiFailure;

/** Finds out where the API serves a kind. */
export interface Discovery {
  kindOf(object: { apiVersion?: string; kind?: string }, signal?: AbortSignal): Promise<Discovered>;
  /** The path of an object; one of a namespaced kind that names no namespace belongs to `namespace`. */
  pathOf(
    object: KubeObject,
    namespace: string | undefined,
    signal?: AbortSignal,
  ): Promise<{ ok: true; path: string; kind: KindInfo } | ApiFailure>;
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean }[];
}

const unknown = (message: string): ApiFailure => ({ ok: false, kind: 'refused', status: 404, reason: 'NotFound', message, causes: [] });

/**
 * What is known is never asked for again; what the API server did not know is, for a definition may have come in the meantime.
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
 */
export function discover(api: KubeApi): Discovery {
  const known = new Map<string, KindInfo>(
    Object.values(kinds).map((info): [string, KindInfo] => [`${info.apiVersion} ${info.kind}`, info]),
  );

  const kindOf: Discovery['kindOf'] = async ({ apiVersion = '', kind = '' }, signal) => {
    const found = known.get(`${apiVersion} ${kind}`);
    if (found) return { ok: true, kind: found };
    const answer = await api.request<ResourceList>('GET', groupPath(apiVersion), { signal });
    if (!answer.ok) return answer.status === 404 ? unknown(`the cluster does not serve ${apiVersion}`) : answer;
    for (const { name, kind: served, namespaced } of answer.body.resources ?? []) {
      if (!name.includes('/')) known.set(`${apiVersion} ${served}`, { apiVersion, kind: served, plural: name, namespaced });
    }
    const now = known.get(`${apiVersion} ${kind}`);
    return now ? { ok: true, kind: now } : unknown(`the cluster has no kind ${kind} in ${apiVersion}`);
  };

  return {
    kindOf,
    async pathOf(object, namespace, signal) {
      const found = await kindOf(object, signal);
      if (!found.ok) return found;
      const home = object.metadata.namespace ?? namespace;
      if (found.kind.namespaced && !home) return unknown(`${object.kind} ${object.metadata.name} names no namespace`);
      return { ok: true, path: pathOf(found.kind, home, object.metadata.name), kind: found.kind };
    },
  };
}
