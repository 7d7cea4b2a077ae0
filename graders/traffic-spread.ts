import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { askAnswers, hostInUrl, httpShape, judgeAnswers, notIncreasing } from '../src/grading/http-check.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { podReady } from '../src/grading/pods.ts';
import type { Probes } from '../src/grading/probes.ts';
import { mustSee } from '../src/grading/see.ts';
import { addressesOf, nodeAddresses } from '../src/grading/service-address.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, podsOfTarget, readsOfTarget, targetShape } from '../src/grading/target.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { count, kubectl, listing } from '../src/grading/words.ts';

const { status, body, timeoutMs, increasing } = httpShape;

/** Requests through a Service reach every Pod that is meant. kube-proxy picks at random, so ask at least 30 times for 3 Pods, 60 for 5. */
export default defineGrader({
  id: 'traffic-spread',
  says: 'Of many requests through a Service, each on a fresh connection, every Pod that is meant gets some, and all are answered.',
  params: z
    .strictObject({
      service: z.string().min(1),
      port: z.union([z.number().int().min(1), z.string().min(1)]).optional(),
      path: httpShape.path,
      through: z.enum(['name', 'cluster-ip', 'node-port']).default('name').describe('`node-port` uses the first Ready node.'),
      ...targetShape,
      requests: z.number().int().min(5).max(300).default(30),
      by: z
        .union([
          z.strictObject({ body: patternText.describe("A pattern whose first group is the Pod's name.") }),
          z.strictObject({ log: patternText.describe('A pattern of the log line that a Pod writes for each request.') }),
          z.strictObject({
            counter: z.string().regex(/^\//).describe('A path that answers how many requests to it this Pod has had.'),
            port: z.number().int().min(1).describe("The Pods' port."),
          }),
        ])
        .describe('How one knows which Pod answered.'),
      status,
      body,
      timeoutMs,
      increasing,
    })
    .refine(oneTarget, oneTargetMessage),
  reads: (params) => [
    params.namespace ? { kind: 'Service' as const, namespace: params.namespace } : 'Service',
    ...readsOfTarget(params),
    ...(params.through === 'node-port' ? (['Node'] as const) : []),
  ],
  looks: 'behaviour',
  every: 5,
  example: '{grader: traffic-spread, with: {service: web, of: {kind: Deployment, name: web}, requests: 30, by: {body: "pod=(\\\\S+)"}}}',
  async grade({ mirror, params, probes, cluster, now }) {
    const { service: name, namespace, requests } = params;
    const service = mirror.get('Service', name, namespace);
    if (!service) return notThere('Service', name, namespace);
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const ready = found.pods.filter(podReady);
    const look = kubectl(['get', 'endpointslices', '-l', `kubernetes.io/service-name=${name}`], namespace);
    if (ready.length === 0) return fail({ observed: 'no ready Pods', expected: `ready Pods of ${nameOfTarget(params)}`, look });
    const address = addressesOf(service, params.through, {
      port: params.port,
      namespace,
      nodes: () => nodeAddresses(mirror, cluster()).slice(0, 1),
    });
    if ('missing' in address) return address.missing;
    const [base] = address.urls;
    if (base === undefined) throw new CannotSee('no node is Ready');
    const url = `${base}${params.path}`;
    const expected = { path: params.path, count: requests, status: params.status, body: params.body, timeoutMs: params.timeoutMs };

    const countBy = counters(probes, params.by, now);
    const before = await countBy(ready);
    const answers = await askAnswers(probes, url, { ...expected, increasing: params.increasing });
    const answered = judgeAnswers(answers, expected, { url, look });
    if (answered.verdict !== 'pass') return answered;
    if (params.increasing) {
      const broken = notIncreasing(
        answers.map((answer) => answer.body),
        params.increasing,
      );
      if (broken) return fail({ ...broken, field: `GET ${url}`, look });
    }
    const after = await countBy(
      ready,
      answers.map((answer) => answer.body),
    );
    const share = ready.map((pod) => ({
      pod: pod.metadata.name,
      got: (after.get(pod.metadata.name) ?? 0) - (before.get(pod.metadata.name) ?? 0),
    }));
    const idle = share.filter((one) => one.got < 1);
    const shares = share.map((one) => `${one.pod} ${one.got}`);
    if (idle.length > 0) {
      return fail({
        observed: `${listing(idle.map((one) => one.pod))} got none of ${requests} (${listing(shares)})`,
        expected: `each of ${count(ready.length, 'ready Pod')} gets some`,
        field: `GET ${url}`,
        look,
      });
    }
    const strangers = [...after.keys()].filter(
      (pod) => !ready.some((one) => one.metadata.name === pod) && (after.get(pod) ?? 0) > (before.get(pod) ?? 0),
    );
    if (strangers.length > 0) {
      return fail({
        observed: `${listing(strangers)} answered too`,
        expected: `only Pods of ${nameOfTarget(params)} answer`,
        field: `GET ${url}`,
        look: kubectl(['get', 'pods', '--show-labels'], namespace),
      });
    }
    return pass(`${requests} requests: ${listing(shares, 8)}`);
  },
});

type Count = (pods: readonly KubeObject[], bodies?: readonly string[]) => Promise<Map<string, number>>;

/** How many requests each Pod has had so far; by bodies, how many of these it answered. */
function counters(probes: Probes, by: { body: string } | { log: string } | { counter: string; port: number }, now: number): Count {
  if ('body' in by) {
    const pattern = patternOf(by.body);
    return async (_, bodies = []) => {
      const counts = new Map<string, number>();
      for (const text of bodies) {
        const found = pattern.find(text);
        const pod = found?.groups[0] ?? found?.match ?? 'an unknown Pod';
        counts.set(pod, (counts.get(pod) ?? 0) + 1);
      }
      return counts;
    };
  }
  if ('log' in by) {
    const pattern = patternOf(by.log);
    // a busy Pod has a long log; what was written a minute ago does not matter for a difference
    const sinceTime = new Date(now - 60_000).toISOString();
    return each(async (pod) => {
      const log = mustSee(await probes.logs({ pod: pod.metadata.name, sinceTime }));
      return log.split('\n').filter((line) => pattern.test(line)).length;
    });
  }
  let own = 0;
  return each(
    async (pod) => {
      const url = `http://${hostInUrl(pod.status?.podIP ?? '')}:${by.port}${by.counter}`;
      const [answer] = mustSee(await probes.http({ url }));
      const number = Number(/\d+/.exec(answer?.body ?? '')?.[0]);
      if (answer?.status !== 200 || !Number.isFinite(number)) throw new CannotSee(`${url} gives no count`);
      // asking counts too: the second time, the first question is among the requests
      return number - own;
    },
    () => {
      own = 1;
    },
  );
}

function each(one: (pod: KubeObject) => Promise<number>, afterAll: () => void = () => undefined): Count {
  return async (pods) => {
    const counts = new Map<string, number>();
    for (const pod of pods) counts.set(pod.metadata.name, await one(pod));
    afterAll();
    return counts;
  };
}
