import { describe, expect, it } from 'vitest';
import httpThroughService from '../../graders/http-through-service.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import type { HttpAnswer, HttpRequest } from '../../src/grading/probes.ts';
import { noPage, page, seen, unseen } from '../support/fake-probes.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { clusterFacts, node, service, threeNodes } from '../support/objects.ts';

const web = service({
  name: 'web',
  selector: { app: 'web' },
  ports: [
    { port: 80, name: 'http', nodePort: 31234 },
    { port: 9090, name: 'alt' },
  ],
  type: 'NodePort',
});
function grade(
  params: Record<string, unknown>,
  answers: HttpAnswer[] | ((request: HttpRequest) => HttpAnswer[]),
  given: GivenContext & { mirror?: KubeObject[] } = {},
) {
  const asked: HttpRequest[] = [];
  const http = async (request: HttpRequest) => {
    asked.push(request);
    return seen(typeof answers === 'function' ? answers(request) : answers);
  };
  const verdict = gradeWith(
    httpThroughService as unknown as Grader,
    { service: 'web', ...params },
    { mirror: [web], probes: { http }, ...given },
  );
  return { verdict, asked };
}

describe('a Service asked over HTTP', () => {
  it('passes when it answers as it must', async () => {
    const { verdict, asked } = grade({ body: '^Welcome to nginx' }, [page('Welcome to nginx! version=1.0')]);
    expect(await verdict).toEqual({ verdict: 'pass', evidence: 'http://web:80/: 1 of 1 request answered HTTP 200' });
    expect(asked).toEqual([{ url: 'http://web:80/', count: 1, timeoutMs: 2000 }]);
  });

  it('is asked by its name, its cluster IP, or the node port of every Ready node', async () => {
    const urls = async (params: Record<string, unknown>, given: GivenContext & { mirror?: KubeObject[] } = {}) => {
      const { verdict, asked } = grade(params, [page('ok')], given);
      await verdict;
      return asked.map((one) => one.url);
    };
    expect(await urls({ port: 'alt', path: '/hello' })).toEqual(['http://web:9090/hello']);
    expect(await urls({ through: 'cluster-ip', port: 9090 })).toEqual(['http://10.96.0.10:9090/']);
    const down = node({ name: 'kd-worker2', ready: false });
    const given = { mirror: [web, ...threeNodes().slice(0, 2), down], cluster: clusterFacts() };
    expect(await urls({ through: 'node-port' }, given)).toEqual(['http://172.18.0.2:31234/', 'http://172.18.0.3:31234/']);
    expect(await urls({ through: 'node-port', nodes: 'one' }, given)).toEqual(['http://172.18.0.2:31234/']);
  });

  it('fails with what it answered instead', async () => {
    const observed = async (answers: HttpAnswer[], params: Record<string, unknown> = {}) => await grade(params, answers).verdict;
    expect(await observed([noPage('refused')])).toEqual({
      verdict: 'fail',
      observed: 'connection refused (nobody listens there)',
      expected: 'HTTP 200',
      field: 'GET http://web:80/',
      look: 'kubectl describe service web',
    });
    expect(await observed([noPage('nxdomain')])).toMatchObject({ observed: 'no such name (NXDOMAIN)' });
    expect(await observed([noPage('timeout')])).toMatchObject({ observed: 'no answer in time' });
    expect(await observed([page('oops', 500)])).toMatchObject({ observed: 'HTTP 500: oops', expected: 'HTTP 200' });
    expect(await observed([page('hello')], { body: 'Welcome' })).toMatchObject({
      observed: 'body hello',
      expected: 'a body that matches Welcome',
    });
    expect(await observed([page('prod2\n')], { bodyIs: 'prod' })).toMatchObject({ observed: 'body prod2', expected: 'the body prod' });
    expect((await observed([page('prod\n')], { bodyIs: 'prod' })).verdict).toBe('pass');
  });

  it('fails when some of many requests fail, unless so many may', async () => {
    const answers = [page('a'), noPage('reset'), page('b')];
    expect(await grade({ count: 3 }, answers).verdict).toMatchObject({ verdict: 'fail', observed: '1 of 3 requests: connection reset' });
    expect((await grade({ count: 3, minOk: 2 }, answers).verdict).verdict).toBe('pass');
  });

  it('fails when numbers do not grow as they must', async () => {
    const increasing = { pattern: 'visitor #(\\d+)' };
    const visitors = (...numbers: number[]) => numbers.map((n) => page(`Hello, you're visitor #${n}.`));
    expect((await grade({ count: 3, increasing }, visitors(7, 8, 9)).verdict).verdict).toBe('pass');
    expect(await grade({ count: 3, increasing }, visitors(7, 9, 10)).verdict).toMatchObject({
      verdict: 'fail',
      observed: '7, then 9',
      expected: 'each number is one more than the one before',
    });
    expect((await grade({ count: 3, increasing: { ...increasing, by: 'any' } }, visitors(7, 9, 10)).verdict).verdict).toBe('pass');
    expect((await grade({ count: 2, increasing: { ...increasing, by: 'any' } }, visitors(7, 7)).verdict).verdict).toBe('fail');
  });

  it('asks alone for numbers that grow by one, so that no other check is counted among them', async () => {
    const increasing = { pattern: 'visitor #(\\d+)' };
    const one = grade({ count: 1, increasing }, [page('visitor #7')]);
    await one.verdict;
    expect(one.asked[0]).toMatchObject({ concurrency: 1, alone: true });
    const any = grade({ count: 1, increasing: { ...increasing, by: 'any' } }, [page('visitor #7')]);
    await any.verdict;
    expect(any.asked[0]).not.toHaveProperty('alone');
  });

  it('fails without the Service, the port, a cluster IP or a node port', async () => {
    expect(await grade({}, [], { mirror: [] }).verdict).toMatchObject({ verdict: 'fail', observed: 'Service web does not exist' });
    expect(await grade({ port: 81 }, []).verdict).toMatchObject({
      verdict: 'fail',
      observed: '80, 9090',
      expected: '81',
      field: 'Service web spec.ports',
    });
    const plain = service({ name: 'web' });
    expect(await grade({ through: 'node-port' }, [], { mirror: [plain] }).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'type ClusterIP',
      expected: 'a node port',
    });
    const headless = service({ name: 'web', clusterIP: 'None' });
    expect(await grade({ through: 'cluster-ip' }, [], { mirror: [headless] }).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'None',
      expected: 'a cluster IP',
    });
  });

  it('waits in the first seconds of a Service', async () => {
    const now = Date.parse(web.metadata.creationTimestamp ?? '') + 2000;
    expect(await grade({}, [noPage('refused')], { now }).verdict).toMatchObject({
      verdict: 'waiting',
      observed: 'connection refused (nobody listens there)',
    });
  });

  it('is an error when the probe cannot ask, or no node is Ready', async () => {
    const http = async () => unseen('the probe Pod is not there');
    expect(await grade({}, [], { probes: { http } }).verdict).toEqual({ verdict: 'error', reason: 'the probe Pod is not there' });
    expect(await grade({ through: 'node-port' }, [], { cluster: clusterFacts() }).verdict).toEqual({
      verdict: 'error',
      reason: 'no node is Ready',
    });
  });

  it('follows an ExternalName', async () => {
    const { verdict, asked } = grade({}, [page('ok')], { mirror: [service({ name: 'web', type: 'ExternalName', spec: { ports: [] } })] });
    expect((await verdict).verdict).toBe('pass');
    expect(asked[0]?.url).toBe('http://web/');
  });
});
