import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KindName } from '../../../src/grading/kinds.ts';
import type { KubeObject } from '../../../src/grading/object.ts';
import type { KubeApi } from '../../../src/kube/api.ts';
import { parseManifests } from '../../../src/kube/apply.ts';
import { pathOf } from '../../../src/kube/path.ts';

const label = 'kubedrill.io/bench';
/** Making a class is no part of what is measured, and a busy machine may take its time. */
const timeoutMs = 60_000;
const atOnce = 5;

/** One learner of the class that is graded: where the work is, and how many of the eight fields are right. */
export interface Learner {
  id: string;
  namespace: string;
  /** Several, so that one namespace can stand for as many clusters as there are rights to it. */
  tokens: string[];
  right: number;
}

/** Everybody but the first has one field wrong, each another one. */
function workOf(objects: readonly KubeObject[], index: number): KubeObject[] {
  const [deployment, service, config] = structuredClone(objects) as [KubeObject, KubeObject, KubeObject];
  const { template } = deployment.spec;
  const [container] = template.spec.containers;
  const mistakes = [
    () => undefined,
    () => (container.image = 'kd/web:0.9'),
    () => (deployment.spec.replicas = 2),
    () => (template.metadata.labels.tier = 'back'),
    () => (container.resources.requests.cpu = '200m'),
    () => (container.readinessProbe.httpGet.path = '/healthz'),
    () => (service.spec.ports[0].targetPort = 80),
    () => (service.spec.selector.app = 'shop'),
    () => (config.data.MODE = 'test'),
  ];
  mistakes[index % mistakes.length]!();
  return [deployment, service, config];
}

async function must<T>(answer: ReturnType<KubeApi['request']>): Promise<T> {
  const got = await answer;
  if (!got.ok) throw new Error(got.message);
  return got.body as T;
}

/** Makes a namespace for each learner with the work in it, and an account that may look at that namespace only. */
export async function makeClass(api: KubeApi, count: number, tokensOfEach: number, manifests: string): Promise<Learner[]> {
  const { objects } = parseManifests(readFileSync(manifests, 'utf8'), manifests);
  const learners: Learner[] = [];
  const make = (kind: KindName, namespace: string | undefined, body: unknown) =>
    must(api.request('POST', pathOf(kind, namespace), { body, timeoutMs }));
  const one = async (index: number): Promise<void> => {
    const id = `bench-${String(index + 1).padStart(3, '0')}`;
    await make('Namespace', undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: id, labels: { [label]: 'class' } } });
    await make('ServiceAccount', id, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'looker', namespace: id } });
    await make('RoleBinding', id, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'looker', namespace: id },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'looker', namespace: id }],
    });
    for (const object of workOf(objects, index))
      await make(object.kind as KindName, id, { ...object, metadata: { ...object.metadata, namespace: id } });
    const tokens: string[] = [];
    for (let at = 0; at < tokensOfEach; at++) {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 + at } };
      const made = await must<{ status: { token: string } }>(
        api.request('POST', pathOf('ServiceAccount', id, 'looker', 'token'), { body, timeoutMs }),
      );
      tokens.push(made.status.token);
    }
    learners[index] = { id, namespace: id, tokens, right: index % 9 === 0 ? 8 : 7 };
  };
  for (let at = 0; at < count; at += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - at) }, (_, more) => one(at + more)));
  return learners;
}

/** Removes every class of this bench; the namespaces go on their own time. */
export async function removeClass(api: KubeApi): Promise<void> {
  const found = await must<{ items: KubeObject[] }>(
    api.request('GET', pathOf('Namespace'), { query: { labelSelector: label }, timeoutMs }),
  );
  for (const { metadata } of found.items) await api.request('DELETE', pathOf('Namespace', undefined, metadata.name), { timeoutMs });
}

/** Waits until nothing of an earlier class is left. */
export async function classIsGone(api: KubeApi): Promise<boolean> {
  const found = await must<{ items: KubeObject[] }>(
    api.request('GET', pathOf('Namespace'), { query: { labelSelector: label }, timeoutMs }),
  );
  return found.items.length === 0;
}

/** Writes a kubeconfig with one token; gives its name. */
export function writeKubeconfig(folder: string, name: string, server: string, authority: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'learner',
    clusters: [{ name: 'learner', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'learner', user: { token } }],
    contexts: [{ name: 'learner', context: { cluster: 'learner', user: 'learner' } }],
  };
  writeFileSync(join(folder, name), JSON.stringify(config), { mode: 0o600 });
  return name;
}
