import type { KubeObject } from '../grading/object.ts';
import { podReady, troubleOf } from '../grading/pods.ts';
import type { Probed } from '../grading/probes.ts';
import type { Clock } from '../system/clock.ts';
import { waitUntil } from '../system/wait.ts';
import type { ApiAnswer, ApiFailure, KubeApi, KubeList } from './api.ts';
import { ensureOwnNamespace, hardened, ownAccount, ownNamespace } from './own-namespace.ts';
import { pathOf } from './path.ts';
import { deleteAndWait } from './remove.ts';

export interface ProbePodOptions {
  api: KubeApi;
  clock: Clock;
  signal: AbortSignal;
  /** Where it shall run; without it the Node with the control plane's label is looked up. */
  node?: string;
}

const podName = 'probe';
const port = 8091;
const image = 'kd/probe:1.0';
/** Changes whenever the Pod below does: one made by another kubedrill is then replaced. */
const revision = '1';
const revisionKey = 'kubedrill.io/revision';
const path = pathOf('Pod', ownNamespace, podName);
const readyMs = 60_000;

/**
 * The Pod through which kubedrill asks from inside the cluster. Without a scheduler (nodeName) and on the control plane,
 * so that no fault on a worker takes it away; in a namespace of its own, because labs count their Pods.
 */
const probePod = (node: string | undefined): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: podName,
    namespace: ownNamespace,
    labels: { 'app.kubernetes.io/managed-by': 'kubedrill', 'kubedrill.io/part': 'probe' },
    annotations: { [revisionKey]: revision },
  },
  spec: {
    ...(node ? { nodeName: node } : {}),
    serviceAccountName: ownAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    ...hardened.pod,
    containers: [
      {
        name: 'probe',
        image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ containerPort: port }],
        readinessProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 1 },
        resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '64Mi' } },
        ...hardened.container,
      },
    ],
  },
});

const blind = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** Asks the probe Pod; makes and mends it when it does not answer. */
export class ProbePod {
  readonly #options: ProbePodOptions;
  #ensuring: Promise<Probed<true>> | undefined;

  constructor(options: ProbePodOptions) {
    this.#options = options;
  }

  /** The JSON that the probe answers with. `ok: false` is never about what it was asked, only about not being able to ask. */
  async ask<T>(question: 'http' | 'dns', query: Record<string, string | number | undefined>, timeoutMs: number): Promise<Probed<T>> {
    let answer = await this.#put<T>(question, query, timeoutMs);
    if (!answer.ok && isNobodyThere(answer)) {
      const ensured = await this.ensure();
      if (!ensured.ok) return ensured;
      // the API server may take a moment longer than the kubelet to reach a Pod that is ready
      const { clock, signal } = this.#options;
      await waitUntil(
        async () => {
          answer = await this.#put<T>(question, query, timeoutMs);
          return { done: answer.ok || !isNobodyThere(answer), seen: '' };
        },
        { boundMs: 5000, everyMs: 250, clock, signal },
      );
    }
    return answer.ok ? { ok: true, value: answer.body } : blind(`cannot ask from inside the cluster: ${whyNot(answer)}`);
  }

  /** Creates or repairs the namespace and the Pod; many may ask at a time. */
  ensure(): Promise<Probed<true>> {
    this.#ensuring ??= this.#ensure().finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  #put<T>(question: string, query: Record<string, string | number | undefined>, timeoutMs: number): Promise<ApiAnswer<T>> {
    const { api, signal } = this.#options;
    return api.request<T>('GET', pathOf('Pod', ownNamespace, `${podName}:${port}`, `proxy/${question}`), { query, timeoutMs, signal });
  }

  async #ensure(): Promise<Probed<true>> {
    const { api, clock, signal } = this.#options;
    const failed = (what: string, failure: ApiFailure) => blind(`${what}: ${failure.message}`);

    const found = await api.request('GET', path, { signal });
    if (!found.ok && found.reason !== 'NotFound') return failed('cannot see the probe Pod', found);
    const usable = found.ok && isUsable(found.body);
    if (found.ok && !usable) {
      const removed = await deleteAndWait(api, path, { boundMs: 30_000, clock, signal, graceSeconds: 0 });
      if (removed.outcome === 'failed') return failed('cannot replace the probe Pod', removed.failure);
      if (removed.outcome === 'bound' || removed.outcome === 'cancelled') return blind(`cannot replace the probe Pod: ${removed.seen}`);
    }
    if (!usable) {
      const home = await ensureOwnNamespace(api, clock, signal);
      if (!home.ok) return failed(`cannot make namespace ${ownNamespace}`, home);
      const node = await this.#node();
      if (!node.ok) return failed('cannot see the Nodes', node);
      const made = await api.request('POST', pathOf('Pod', ownNamespace), { body: probePod(node.name), signal });
      if (!made.ok && made.reason !== 'AlreadyExists') return failed('cannot make the probe Pod', made);
    }
    const ready = await waitUntil(
      async () => {
        const now = await api.request('GET', path, { signal });
        if (!now.ok) return { done: false, seen: now.message };
        return { done: podReady(now.body), seen: troubleOf(now.body)?.reason ?? 'not ready' };
      },
      { boundMs: readyMs, everyMs: 200, clock, signal },
    );
    if (ready.outcome === 'done') return { ok: true, value: true };
    if (ready.outcome === 'cancelled') return blind('cancelled');
    return blind(
      `the probe Pod is not ready after ${readyMs / 1000} s: ${ready.seen} (kubectl -n ${ownNamespace} describe pod ${podName})`,
    );
  }

  async #node(): Promise<{ ok: true; name: string | undefined } | ApiFailure> {
    const { api, signal, node } = this.#options;
    if (node !== undefined) return { ok: true, name: node };
    const labelSelector = 'node-role.kubernetes.io/control-plane';
    const nodes = await api.request<KubeList>('GET', pathOf('Node'), { query: { labelSelector }, signal });
    // a managed control plane shows no Node: then the scheduler finds a place
    return nodes.ok ? { ok: true, name: nodes.body.items[0]?.metadata.name } : nodes;
  }
}

/** It will answer, now or once it is ready; else it must be replaced. */
function isUsable(pod: KubeObject): boolean {
  const ended = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
  return !ended && pod.metadata.deletionTimestamp === undefined && pod.metadata.annotations?.[revisionKey] === revision;
}

/** Said by the API server about the probe, not by the probe, which answers 200 and 400. */
const isNobodyThere = (failure: ApiFailure): boolean => failure.kind === 'refused' && [404, 500, 502, 503, 504].includes(failure.status);

/** The probe says what is wrong with a question as `{"error": "..."}`. */
function whyNot(failure: ApiFailure): string {
  if (failure.status !== 400) return failure.message;
  try {
    return String((JSON.parse(failure.message) as { error?: string }).error ?? failure.message);
  } catch {
    return failure.message;
  }
}
