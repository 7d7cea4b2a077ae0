import type { KindInfo } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { ApiFailure, KubeApi, KubeList } from './api.ts';
import { isExpired } from './failure.ts';
import { pathOf } from './path.ts';

export type Listed = { ok: true; items: KubeObject[]; version: string } | ApiFailure;

export interface ListOptions {
  signal?: AbortSignal;
  /** Of one page. Default 30 000. */
  timeoutMs?: number;
  labelSelector?: string;
  /** Objects of one page. Default 500, as kubectl. */
  limit?: number;
}

/** Items of a list come without their kind, and with `managedFields`, which nobody here reads and which are half of their size. */
export function slim(object: KubeObject, kind: KindInfo): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  return { ...object, apiVersion: kind.apiVersion, kind: kind.kind, metadata };
}

/** Everything of a kind in a namespace (or in all of them), page by page; as of one version. */
export async function listAll(api: KubeApi, kind: KindInfo, namespace: string | undefined, options: ListOptions = {}): Promise<Listed> {
  const { signal, timeoutMs = 30_000, labelSelector, limit = 500 } = options;
  const path = pathOf(kind, namespace);
  let items: KubeObject[] = [];
  let next: string | undefined;
  for (let restarts = 0; ; ) {
    const page = await api.request<KubeList>('GET', path, { query: { limit, labelSelector, continue: next }, signal, timeoutMs });
    if (page.ok) {
      items.push(...page.body.items.map((item) => slim(item, kind)));
      next = page.body.metadata.continue || undefined;
      if (!next) return { ok: true, items, version: page.body.metadata.resourceVersion };
    } else if (next && isExpired(page) && restarts < 3) {
      // the version that the first page was of is gone: begin again
      restarts += 1;
      items = [];
      next = undefined;
    } else return page;
  }
}
