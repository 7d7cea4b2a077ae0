import type { KindInfo } from '../../src/grading/kinds.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { type FakeApiStore, isSelected, merged } from './fake-api-store.ts';

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any;
  headers: Record<string, string | string[] | undefined>;
}

/** An object is sent as JSON, a string as text. */
export interface FakeAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export const statusAnswer = (status: number, reason: string, message: string, causes: object[] = []): FakeAnswer => ({
  status,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details: { causes }, code: status },
});

export const notFound = (what: string): FakeAnswer => statusAnswer(404, 'NotFound', `${what} not found`);
export const expired = (): FakeAnswer => statusAnswer(410, 'Expired', 'too old resource version');

/** `/api`, `/apis` and the resources of a group. */
export function discovery(store: FakeApiStore, parts: string[]): FakeAnswer | undefined {
  const groups = [...new Set(store.kinds.map((one) => one.apiVersion))].filter((one) => one.includes('/'));
  if (parts.length === 1 && parts[0] === 'api') return { status: 200, body: { kind: 'APIVersions', versions: ['v1'] } };
  if (parts.length === 1 && parts[0] === 'apis') {
    const named = groups.map((groupVersion) => ({
      name: groupVersion.split('/')[0],
      versions: [{ groupVersion }],
      preferredVersion: { groupVersion },
    }));
    return { status: 200, body: { kind: 'APIGroupList', groups: named } };
  }
  if ((parts[0] === 'api' && parts.length === 2) || (parts[0] === 'apis' && parts.length === 3)) {
    const groupVersion = parts.slice(1).join('/');
    const known = store.kinds.filter((one) => one.apiVersion === groupVersion);
    if (known.length === 0) return statusAnswer(404, 'NotFound', 'the server could not find the requested resource');
    const resources = known.flatMap(({ plural, kind, namespaced }) => [
      { name: plural, kind, namespaced, verbs: ['get', 'list', 'watch', 'create', 'delete', 'patch'] },
      { name: `${plural}/status`, kind, namespaced, verbs: ['get', 'patch'] },
    ]);
    return { status: 200, body: { kind: 'APIResourceList', groupVersion, resources } };
  }
  return undefined;
}

/** List, create and delete of a collection. */
export function collection(
  store: FakeApiStore,
  kind: KindInfo,
  namespace: string | undefined,
  { method, query, body }: FakeRequest,
): FakeAnswer {
  const items = store.list(kind, namespace).filter((object) => isSelected(object, query));
  switch (method) {
    case 'GET': {
      const from = Number(query.get('continue') ?? 0);
      const limit = Number(query.get('limit') ?? 0) || items.length;
      const next = from + limit < items.length ? { continue: String(from + limit) } : {};
      const metadata = { resourceVersion: String(store.version), ...next };
      const bare = items.slice(from, from + limit).map(({ apiVersion: _, kind: __, ...object }) => object);
      return { status: 200, body: { apiVersion: kind.apiVersion, kind: `${kind.kind}List`, metadata, items: bare } };
    }
    case 'POST': {
      const missing = missingNamespace(store, namespace);
      if (missing) return missing;
      const name = body.metadata.name ?? `${body.metadata.generateName}${store.version}`;
      if (store.get(kind, name, namespace)) return statusAnswer(409, 'AlreadyExists', `${kind.plural} "${name}" already exists`);
      return {
        status: 201,
        body: store.put({ ...body, metadata: { ...body.metadata, name, ...(namespace ? { namespace } : {}) } }),
      };
    }
    case 'DELETE':
      for (const { metadata } of items) store.remove(kind, metadata.name, namespace);
      return { status: 200, body: { kind: 'Status', status: 'Success' } };
    default:
      return statusAnswer(405, 'MethodNotAllowed', `${method} is not supported`);
  }
}

/** Get, replace, patch and delete of an object. */
export function object(
  store: FakeApiStore,
  kind: KindInfo,
  name: string,
  namespace: string | undefined,
  subresource: string | undefined,
  { method, query, body, headers }: FakeRequest,
): FakeAnswer {
  const before = store.get(kind, name, namespace);
  const home = namespace ? { namespace } : {};
  const apply = headers['content-type'] === 'application/apply-patch+yaml';
  if (!before && !(method === 'PATCH' && apply)) return notFound(`${kind.plural} "${name}"`);
  switch (method) {
    case 'GET':
      return { status: 200, body: before };
    case 'DELETE':
      return {
        status: 200,
        body: store.remove(kind, name, namespace, (body?.propagationPolicy ?? query.get('propagationPolicy')) === 'Orphan'),
      };
    case 'PUT':
      return { status: 200, body: store.put({ ...body, metadata: { ...body.metadata, name, ...home } }) };
    case 'PATCH': {
      const missing = before ? undefined : missingNamespace(store, namespace);
      if (missing) return missing;
      const patched = merged(before, subresource === 'status' ? { status: body.status } : body) as KubeObject;
      const managedFields = apply ? { managedFields: [{ manager: query.get('fieldManager'), operation: 'Apply' }] } : {};
      const dry = query.get('dryRun') === 'All';
      const object = { ...patched, metadata: { ...patched.metadata, ...managedFields, name, ...home } };
      return { status: before ? 200 : 201, body: dry ? object : store.put(object) };
    }
    default:
      return statusAnswer(405, 'MethodNotAllowed', `${method} is not supported`);
  }
}

function missingNamespace(store: FakeApiStore, namespace: string | undefined): FakeAnswer | undefined {
  if (!namespace) return undefined;
  const found = store.get(store.kindOf({ kind: 'Namespace' }), namespace);
  if (!found) return notFound(`namespaces "${namespace}"`);
  if (found.metadata.deletionTimestamp)
    return statusAnswer(403, 'Forbidden', `unable to create new content in namespace ${namespace} because it is being terminated`);
  return undefined;
}
