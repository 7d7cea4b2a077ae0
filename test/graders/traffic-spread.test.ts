import { describe, expect, it } from 'vitest';
import trafficSpread from '../../graders/traffic-spread.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { HttpAnswer, HttpRequest } from '../../src/grading/probes.ts';
import { noPage, page, seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { rolledOut, service } from '../support/objects.ts';

const web = rolledOut({ name: 'web', replicas: 3 });
const mirror = [...web.all, service({ name: 'web', selector: { app: 'web' } })];
const names = web.pods.map((pod) => pod.metadata.name);
const params = { service: 'web', of: { kind: 'Deployment', name: 'web' }, requests: 9 };
const grade = (by: object, probes: object, more: object = {}) =>
  gradeWith(trafficSpread as unknown as Grader, { ...params, by, ...more }, { mirror, probes });
const fromPods = (answering: readonly string[]) => async (request: HttpRequest) =>
  seen(Array.from({ length: request.count ?? 1 }, (_, index): HttpAnswer => page(`v=1 pod=${answering[index % answering.length]}`)));
const byBody = { body: 'pod=(\\S+)' };

describe('requests through a Service', () => {
  it('pass when every Pod gets some, told by the body', async () => {
    expect(await grade(byBody, { http: fromPods(names) })).toEqual({
      verdict: 'pass',
      evidence: '9 requests: web-abc-1 3, web-abc-2 3, web-abc-3 3',
    });
  });

  it('fail when a Pod gets none', async () => {
    expect(await grade(byBody, { http: fromPods(names.slice(0, 2)) })).toMatchObject({
      verdict: 'fail',
      observed: 'web-abc-3 got none of 9 (web-abc-1 5, web-abc-2 4, web-abc-3 0)',
      expected: 'each of 3 ready Pods gets some',
    });
  });

  it('fail when a stranger answers, too', async () => {
    expect(await grade(byBody, { http: fromPods([...names, 'decoy']) })).toMatchObject({ verdict: 'fail', observed: 'decoy answered too' });
  });

  it('fail when not all are answered', async () => {
    const http = async () => seen([...Array.from({ length: 8 }, () => page('pod=web-abc-1')), noPage('refused')]);
    expect(await grade(byBody, { http })).toMatchObject({
      verdict: 'fail',
      observed: '1 of 9 requests: connection refused (nobody listens there)',
    });
  });

  it('are told by what each Pod writes to its log', async () => {
    const lines = new Map(names.map((name) => [name, 5]));
    const logs = async ({ pod }: { pod: string }) => seen(`listening on :8080\n${'Ping from 10.0.0.9\n'.repeat(lines.get(pod) ?? 0)}`);
    const http = async () => {
      for (const name of names.slice(0, 2)) lines.set(name, (lines.get(name) ?? 0) + 4);
      return seen(Array.from({ length: 9 }, () => page('Hello')));
    };
    expect(await grade({ log: 'Ping from' }, { http, logs })).toMatchObject({
      verdict: 'fail',
      observed: 'web-abc-3 got none of 9 (web-abc-1 4, web-abc-2 4, web-abc-3 0)',
    });
    const all = async () => {
      for (const name of names) lines.set(name, (lines.get(name) ?? 0) + 3);
      return seen(Array.from({ length: 9 }, () => page('Hello')));
    };
    expect(await grade({ log: 'Ping from' }, { http: all, logs })).toMatchObject({
      verdict: 'pass',
      evidence: '9 requests: web-abc-1 3, web-abc-2 3, web-abc-3 3',
    });
  });

  it('are told by the counter of each Pod, which counts the question, too', async () => {
    const counts = new Map(web.pods.map((pod) => [pod.status.podIP as string, 10]));
    const http =
      (answering: number) =>
      async ({ url, count = 1 }: HttpRequest) => {
        const ip = [...counts.keys()].find((one) => url.includes(`${one}:`));
        const answers: HttpAnswer[] = [];
        for (let index = 0; index < count; index++) {
          const target = ip ?? [...counts.keys()][index % answering]!;
          counts.set(target, (counts.get(target) ?? 0) + 1);
          answers.push(page(`${counts.get(target)}`));
        }
        return seen(answers);
      };
    const by = { counter: '/count', port: 8080 };
    expect(await grade(by, { http: http(3) }, { path: '/count' })).toMatchObject({
      verdict: 'pass',
      evidence: '9 requests: web-abc-1 3, web-abc-2 3, web-abc-3 3',
    });
    expect(await grade(by, { http: http(1) }, { path: '/count' })).toMatchObject({
      verdict: 'fail',
      observed: 'web-abc-2, web-abc-3 got none of 9 (web-abc-1 9, web-abc-2 0, web-abc-3 0)',
    });
  });

  it('may have to bring growing numbers', async () => {
    const http = async () => seen(names.concat(names, names).map((name, index) => page(`pod=${name} #${index === 4 ? 99 : index}`)));
    expect(await grade(byBody, { http }, { increasing: { pattern: '#(\\d+)' } })).toMatchObject({
      verdict: 'fail',
      observed: '3, then 99',
    });
  });

  it('are an error when the probe or a log cannot be read', async () => {
    expect(await grade(byBody, { http: async () => unseen('no probe Pod') })).toEqual({ verdict: 'error', reason: 'no probe Pod' });
    expect(await grade({ log: 'x' }, { logs: async () => unseen('no logs') })).toEqual({ verdict: 'error', reason: 'no logs' });
  });
});
