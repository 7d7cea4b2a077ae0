import { randomUUID } from 'node:crypto';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import { kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { AccessRequest, DnsAnswer, ExecAnswer, HttpAnswer, Probed, Probes, TrafficStats } from '../grading/probes.ts';
import type { Clock } from '../system/clock.ts';
import type { RunResult } from '../system/run.ts';
import type { KubeApi } from './api.ts';
import { sendCanary } from './canary.ts';
import { absoluteUrl, searchListOf } from './cluster-names.ts';
import { listAll } from './list.ts';
import { pathOf } from './path.ts';
import { ProbePod } from './probe-pod.ts';
import { Turns } from './turns.ts';

export interface ProbesOptions {
  api: KubeApi;
  /** The drill's namespace. */
  namespace: string;
  /** Runs a program on a node, without the API. */
  nodeExec: (node: string, command: readonly string[]) => Promise<RunResult>;
  clock: Clock;
  signal: AbortSignal;
  /** Says where the probe Pod shall run. */
  facts?: Pick<ClusterFacts, 'controlPlane'>;
}

const trafficPort = 8090;
const defaultLogBytes = 1024 * 1024;
/** For the way there and back, beyond what the question itself may take. */
const marginMs = 5000;

const blind = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** Probes of a live cluster. What the learner's Pods and Services do is a value; that it could not be seen is `ok: false`. */
export function makeProbes(options: ProbesOptions): Probes & { ensureProbe(): Promise<Probed<true>> } {
  const { api, namespace, clock, signal } = options;
  const probe = new ProbePod({ api, clock, signal, node: options.facts?.controlPlane });
  const turns = new Turns();

  return {
    ensureProbe: () => probe.ensure(),

    async http({ url, count = 1, host, timeoutMs = 2000, concurrency = count <= 10 ? 1 : 5, alone = false }) {
      const asked = absoluteUrl(url, namespace);
      const query = { url: asked.url, host: host ?? asked.host, count, timeoutMs, concurrency };
      const boundMs = Math.ceil(count / concurrency) * timeoutMs + marginMs;
      const answer = await turns[alone ? 'alone' : 'together'](() => probe.ask<{ answers: RawHttpAnswer[] }>('http', query, boundMs));
      return answer.ok ? { ok: true, value: answer.value.answers.map(httpAnswer) } : answer;
    },

    async dns({ name, type = 'A' }) {
      if (!isDnsName(name)) return blind(`${JSON.stringify(name)} is not a DNS name`);
      const query = { name, type, search: searchListOf(namespace), ndots: 5 };
      // five names at the most, each asked twice with 2 s
      const answer = await probe.ask<RawDnsAnswer>('dns', query, 20_000 + marginMs);
      return answer.ok ? { ok: true, value: dnsAnswer(answer.value) } : answer;
    },

    async exec({ pod, container, command, timeoutMs = 10_000 }) {
      const answer = await api.exec({ namespace, pod, container, command, timeoutMs, signal });
      if (!answer.ok) return blind(`cannot run ${command[0]} in Pod ${pod}: ${answer.reason}`);
      const { exitCode, stdout, stderr } = answer;
      return { ok: true, value: { exitCode, stdout, stderr } };
    },

    async logs({ pod, container, previous, tailLines, sinceTime, limitBytes = defaultLogBytes }) {
      const query = { container, previous, tailLines, sinceTime, limitBytes };
      const answer = await api.request<string>('GET', pathOf('Pod', namespace, pod, 'log'), { query, as: 'text', signal });
      return answer.ok ? { ok: true, value: answer.body } : blind(`cannot read the log of Pod ${pod}: ${answer.message}`);
    },

    async traffic({ pod, since, until }) {
      const query = { since: rounded(since), until: rounded(until) };
      const path = pathOf('Pod', namespace, `${pod}:${trafficPort}`, 'proxy/stats');
      const answer = await api.request<TrafficStats>('GET', path, { query, signal });
      return answer.ok ? { ok: true, value: answer.body } : blind(`cannot read what traffic Pod ${pod} saw: ${answer.message}`);
    },

    async accessReview(request) {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: accessSpec(request, namespace) };
      const answer = await api.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body, signal });
      if (!answer.ok) return blind(`cannot ask what ${request.user} may do: ${answer.message}`);
      const { allowed = false, reason, evaluationError } = answer.body.status ?? {};
      if (!allowed && evaluationError) return blind(`cannot ask what ${request.user} may do: ${evaluationError}`);
      return { ok: true, value: { allowed, ...(reason ? { reason } : {}) } };
    },

    async ingressRivals({ host }) {
      const listed = await listAll(api, kinds.Ingress, undefined, { signal });
      if (!listed.ok) return blind(`cannot see who else claims the host ${host}: ${listed.message}`);
      const claims = (ingress: KubeObject) => (ingress.spec?.rules ?? []).some((rule: { host?: string }) => rule.host === host);
      const others = listed.items.filter((ingress) => ingress.metadata.namespace !== namespace && claims(ingress));
      return { ok: true, value: others.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`) };
    },

    async node({ node, command }) {
      const result = await options.nodeExec(node, command);
      return nodeAnswer(node, command, result);
    },

    canary: ({ kind, withinMs }) => sendCanary(kind, withinMs, { api, clock, signal, name: `canary-${randomUUID().slice(0, 8)}` }),
  };
}

const isDnsName = (name: string): boolean =>
  name
    .replace(/\.$/, '')
    .split('.')
    .every((label) => label !== '' && label.length <= 63);

const rounded = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.round(ms));

type RawHttpAnswer = Omit<HttpAnswer, 'errorKind'> & { errorKind?: HttpAnswer['errorKind'] | '' };

const httpAnswer = ({ status, body, ms, error, errorKind }: RawHttpAnswer): HttpAnswer => ({
  status,
  body,
  ms,
  ...(errorKind ? { errorKind } : {}),
  ...(error ? { error } : {}),
});

interface RawDnsAnswer {
  /** Empty when the DNS server gave no answer. */
  rcode: string;
  answers: string[] | null;
  cname?: string;
  errorKind?: string;
}

/** A DNS server that does not answer is what a Pod of the learner would see too, and so an answer. */
const dnsAnswer = ({ rcode, answers, cname, errorKind }: RawDnsAnswer): DnsAnswer => ({
  rcode: rcode || (errorKind === 'timeout' ? 'TIMEOUT' : 'UNREACHABLE'),
  answers: answers ?? [],
  ...(cname ? { cname } : {}),
});

/** A ServiceAccount's groups are not implied by its name: bindings to them count only when they are given. */
function accessSpec({ user, verb, resource, group, namespace }: AccessRequest, drillNamespace: string): object {
  const [plural, subresource] = resource.split('/');
  const [, home] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? [];
  const groups = home ? ['system:serviceaccounts', `system:serviceaccounts:${home}`] : [];
  return {
    user,
    groups: [...groups, 'system:authenticated'],
    resourceAttributes: { verb, resource: plural, subresource, group: group ?? '', namespace: namespace ?? drillNamespace },
  };
}

/** What the container engine says itself, before the program ran. */
const engineRefusal = /^(Error response from daemon|Error: No such container|OCI runtime exec failed)/m;

function nodeAnswer(node: string, command: readonly string[], result: RunResult): Probed<ExecAnswer> {
  const cannot = (why: string) => blind(`cannot run ${command[0]} on node ${node}: ${why}`);
  if (result.outcome === 'timed-out') return cannot('it did not end in time');
  if (result.outcome !== 'exited' || result.exitCode === undefined) return cannot(result.stderr.trim() || result.outcome);
  if (result.exitCode !== 0 && engineRefusal.test(result.stderr)) return cannot(result.stderr.trim());
  return { ok: true, value: { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr } };
}
