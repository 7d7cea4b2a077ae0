import { type KindInfo, type KindName, kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { ApiFailure, KubeApi, KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';

export interface ListBounds {
  /** Greatest number of objects of one kind. */
  objects: number;
  /** Greatest size of one page in bytes. */
  pageBytes: number;
  /** Milliseconds for each page. */
  timeoutMs: number;
}

/** A namespace of a lab holds dozens of objects; what is far beyond is an accident or an attack. */
export const listBounds: ListBounds = { objects: 10_000, pageBytes: 32 * 1024 * 1024, timeoutMs: 20_000 };

export type BoundedList = { ok: true; items: KubeObject[] } | { ok: false; kind: 'too-many'; message: string } | ApiFailure;

/** Items of a list come without their kind; `managedFields` nobody reads, and they are half of the size. */
function slim(object: KubeObject, kind: KindInfo): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  return { ...object, apiVersion: kind.apiVersion, kind: kind.kind, metadata };
}

const isObject = (item: unknown): item is KubeObject =>
  item !== null && typeof item === 'object' && typeof (item as KubeObject).metadata?.name === 'string';

/**
 * Everything of a kind, once, from a server that is not trusted: its pages, its objects and its time are bounded, and what is no
 * object is left out.
 */
export async function boundedList(
  api: KubeApi,
  kind: KindName,
  namespace: string | undefined,
  bounds: ListBounds,
  signal: AbortSignal,
): Promise<BoundedList> {
  const info = kinds[kind];
  const path = pathOf(info, namespace);
  const tooMany = (message: string): BoundedList => ({ ok: false, kind: 'too-many', message });
  const items: KubeObject[] = [];
  let next: string | undefined;
  for (let page = 0; page <= bounds.objects / 500; page++) {
    const query = { limit: 500, continue: next };
    const answer = await api.request<KubeList>('GET', path, { query, signal, timeoutMs: bounds.timeoutMs, maxBytes: bounds.pageBytes });
    if (!answer.ok) return answer.reason === 'TooLarge' ? tooMany(answer.message) : answer;
    const found: unknown = answer.body?.items;
    if (!Array.isArray(found)) return { ...notAList, message: `${api.server}${path} answered with something that is no list` };
    for (const item of found) if (isObject(item)) items.push(slim(item, info));
    if (items.length > bounds.objects) return tooMany(`there are more than ${bounds.objects} ${info.plural}`);
    next = answer.body.metadata?.continue || undefined;
    if (!next) return { ok: true, items };
  }
  return tooMany(`the list of ${info.plural} does not end`);
}

const notAList: ApiFailure = { ok: false, kind: 'refused', status: 200, reason: 'NotAList', message: '', causes: [] };
