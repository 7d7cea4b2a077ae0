import { type KindInfo, kinds } from '../../../src/grading/kinds.ts';
import type { KubeObject } from '../../../src/grading/object.ts';
import type { ApiAnswer, ApiFailure, ApiRequest, KubeApi } from '../../../src/kube/api.ts';
import { groupPath } from '../../../src/kube/path.ts';

const failure = (status: number, reason: string, message: string, kind: ApiFailure['kind'] = 'refused'): ApiFailure => ({
  ok: false,
  kind,
  status,
  reason,
  message,
  causes: [],
});

/** What the fake API server answers while it is down. */
export const away = (): ApiFailure => failure(0, '', 'connect ECONNREFUSED', 'away');

/** Merge patch (RFC 7396); `strategic` merges lists of objects by their name, as Kubernetes does for containers. */
function merged(target: unknown, patch: unknown, strategic: boolean): unknown {
  if (Array.isArray(patch)) {
    if (!strategic || !Array.isArray(target) || !patch.every((one) => typeof one?.name === 'string')) return patch;
    return target.map((one) => {
      const found = patch.find((part) => part.name === one.name);
      return found ? merged(one, found, strategic) : one;
    });
  }
  if (typeof patch !== 'object' || patch === null) return patch;
  const result: Record<string, unknown> = { ...(typeof target === 'object' && target !== null ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value, strategic);
  }
  return result;
}

export interface FakeObjects {
  all: Map<string, KubeObject>;
  put(kind: string, object: KubeObject): KubeObject;
  get(kind: string, name: string, namespace?: string): KubeObject | undefined;
  list(kind: string, namespace?: string): KubeObject[];
  remove(kind: string, name: string, namespace?: string): void;
}

/** The stored objects; a change gets a new resourceVersion. */
export function fakeObjects(): FakeObjects {
  const all = new Map<string, KubeObject>();
  let counter = 1;
  const key = (kind: string, name: string, namespace = '') => `${kind}/${namespace}/${name}`;
  return {
    all,
    put: (kind, object) => {
      const { metadata } = object;
      const stored = {
        ...object,
        kind,
        metadata: { ...metadata, uid: metadata.uid ?? `uid-${counter++}`, resourceVersion: String(counter++) },
      };
      all.set(key(kind, metadata.name, metadata.namespace), stored);
      return stored;
    },
    get: (kind, name, namespace) => all.get(key(kind, name, namespace)),
    list: (kind, namespace) =>
      [...all]
        .filter(([path, object]) => path.startsWith(`${kind}/`) && (namespace === undefined || object.metadata.namespace === namespace))
        .map(([, object]) => object),
    remove: (kind, name, namespace) => void all.delete(key(kind, name, namespace)),
  };
}

function matches(object: KubeObject, selector: string): boolean {
  return selector
    .split(',')
    .filter(Boolean)
    .every((pair) => {
      const [label = '', value = ''] = pair.split('=');
      return object.metadata.labels?.[label] === value;
    });
}

interface Target {
  kind: KindInfo;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
}

function targetOf(path: string): Target {
  for (const kind of Object.values(kinds) as KindInfo[]) {
    const pattern = new RegExp(`^${groupPath(kind.apiVersion)}(?:/namespaces/([^/]+))?/${kind.plural}(?:/([^/]+))?(?:/([^/]+))?$`);
    const found = pattern.exec(path);
    if (found) return { kind, namespace: kind.namespaced ? found[1] : undefined, name: found[2], subresource: found[3] };
  }
  throw new Error(`the fake API has no path ${path}`);
}

/** An API server over stored objects. `up` is asked at each request, `changed` told after each change. */
export function fakeApi(objects: FakeObjects, up: () => boolean, changed: () => void): KubeApi {
  const answer = <T>(body: unknown, status = 200): ApiAnswer<T> => ({ ok: true, status, body: body as T, warnings: [] });

  function act<T>(method: string, path: string, request: ApiRequest): ApiAnswer<T> {
    if (path === '/readyz') return answer('ok');
    const { kind, namespace, name, subresource } = targetOf(path);
    const found = name === undefined ? undefined : objects.get(kind.kind, name, namespace);
    const missing = () => failure(404, 'NotFound', `${kind.plural} "${name}" not found`);
    if (method === 'GET' && name === undefined) {
      const { labelSelector = '', fieldSelector = '' } = request.query ?? {};
      const node = /^spec\.nodeName=(.*)$/.exec(String(fieldSelector))?.[1];
      const items = objects
        .list(kind.kind, namespace)
        .filter((object) => matches(object, String(labelSelector)) && (node === undefined || object.spec?.nodeName === node));
      return answer({ metadata: { resourceVersion: '1' }, items });
    }
    if (method === 'GET') return found ? answer(found) : missing();
    if (method === 'POST' && subresource === 'eviction') {
      if (!found) return missing();
      if (found.metadata.labels?.['fake/budget'] === 'spent')
        return failure(429, 'TooManyRequests', 'Cannot evict pod as it would violate its budget');
      objects.remove('Pod', found.metadata.name, namespace);
      return answer({});
    }
    if (method === 'POST') {
      const body = request.body as KubeObject;
      if (objects.get(kind.kind, body.metadata.name, namespace))
        return failure(409, 'AlreadyExists', `${kind.plural} "${body.metadata.name}" already exists`);
      return answer(objects.put(kind.kind, { ...body, metadata: { ...body.metadata, ...(namespace ? { namespace } : {}) } }), 201);
    }
    if (!found) return missing();
    if (method === 'DELETE') {
      const uid = (request.body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid;
      if (uid && uid !== found.metadata.uid) return failure(409, 'Conflict', 'the UID in the precondition does not match');
      objects.remove(kind.kind, found.metadata.name, namespace);
      return answer({});
    }
    if (method === 'PATCH') {
      const { metadata = {}, ...patch } = request.body as { metadata?: { resourceVersion?: string; uid?: string; labels?: object } };
      const { resourceVersion, uid, ...rest } = metadata;
      if ((resourceVersion && resourceVersion !== found.metadata.resourceVersion) || (uid && uid !== found.metadata.uid))
        return failure(409, 'Conflict', 'the object has been modified');
      const strategic = request.contentType === 'application/strategic-merge-patch+json';
      return answer(objects.put(kind.kind, merged(found, { ...patch, metadata: rest }, strategic) as KubeObject));
    }
    throw new Error(`the fake API does not know ${method}`);
  }

  return {
    server: 'https://fake',
    request: async <T>(method: string, path: string, request: ApiRequest = {}) => {
      if (!up()) return away();
      // what was answered is a copy: whoever edits it edits nothing
      const result = structuredClone(act<T>(method, path, request));
      if (method !== 'GET' && result.ok) changed();
      return result;
    },
    watch: () => {
      throw new Error('faults do not watch');
    },
    exec: async () => ({ ok: false, reason: 'faults do not exec into containers' }),
    close: async () => undefined,
  };
}
