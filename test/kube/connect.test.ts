import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/kube/connect.ts';
import { ApiFailureError } from '../../src/kube/failure.ts';
import { pathOf } from '../../src/kube/path.ts';
import { api, server } from '../support/each-api.ts';
import { statusAnswer } from '../support/fake-api-server.ts';

const pod = (name: string) => ({ kind: 'Pod', metadata: { name, namespace: 'shop' }, spec: { fieldFromTheFuture: { deep: [1] } } });

describe('a request', () => {
  it('brings objects as they are, with fields that no model knows', async () => {
    server.put(pod('web'));
    const answer = await api.request('GET', pathOf('Pod', 'shop', 'web'));
    expect(answer).toMatchObject({ ok: true, status: 200, body: { spec: { fieldFromTheFuture: { deep: [1] } } } });
  });

  it('says who asks, with the token of the kubeconfig', async () => {
    await api.request('GET', pathOf('Pod', 'shop'));
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer fake-token');
  });

  it('sends the query without what is undefined, and the body as JSON', async () => {
    server.put(pod('web'));
    await api.request('PATCH', pathOf('Pod', 'shop', 'web'), {
      query: { fieldManager: 'kubedrill', force: true, dryRun: undefined },
      contentType: 'application/apply-patch+yaml',
      body: { metadata: { labels: { a: 'b' } } },
    });
    const { query, body, headers } = server.requests.at(-1)!;
    expect([query.toString(), body, headers['content-type']]).toEqual([
      'fieldManager=kubedrill&force=true',
      { metadata: { labels: { a: 'b' } } },
      'application/apply-patch+yaml',
    ]);
  });

  it('is refused with the reason and the causes of the Status object', async () => {
    const causes = [{ reason: 'FieldValueInvalid', message: 'must be positive', field: 'spec.replicas' }];
    server.when(({ method }) => method === 'POST', statusAnswer(422, 'Invalid', 'Deployment "web" is invalid', causes));
    const answer = await api.request('POST', pathOf('Deployment', 'shop'), { body: {} });
    expect(answer).toEqual({ ok: false, kind: 'refused', status: 422, reason: 'Invalid', message: 'Deployment "web" is invalid', causes });
  });

  it('is refused with the reason of its HTTP status when there is no Status object', async () => {
    server.when(() => true, { status: 503, body: 'apiserver is starting' });
    expect(await api.request('GET', '/api/v1/nodes')).toMatchObject({
      kind: 'refused',
      status: 503,
      reason: 'ServiceUnavailable',
      message: 'apiserver is starting',
    });
  });

  it('is not followed elsewhere: a redirect is a refusal, and the token stays here', async () => {
    server.when(() => true, { status: 302, headers: { location: 'http://127.0.0.1:1/steal' } });
    expect(await api.request('GET', '/api/v1/nodes')).toMatchObject({ ok: false, kind: 'refused', status: 302 });
  });

  it('brings the warnings of the API server', async () => {
    server.when(() => true, { status: 200, body: {}, headers: { warning: '299 - "v1 Endpoints is deprecated", 299 - "say \\"no\\""' } });
    expect(await api.request('GET', '/api/v1/endpoints')).toMatchObject({ warnings: ['v1 Endpoints is deprecated', 'say "no"'] });
  });

  it('brings text where text is asked for', async () => {
    server.put(pod('web'));
    server.logs = () => 'listening on :80\n';
    expect(await api.request('GET', pathOf('Pod', 'shop', 'web', 'log'), { as: 'text' })).toMatchObject({
      ok: true,
      body: 'listening on :80\n',
    });
  });

  it('says that nobody is there when the connection is refused', async () => {
    await server.away();
    const answer = await api.request('GET', '/api/v1/nodes');
    expect(answer).toMatchObject({ ok: false, kind: 'away', status: 0, reason: 'ECONNREFUSED' });
    expect(answer).toMatchObject({ message: `no answer from ${server.url}: connect ECONNREFUSED ${server.url.slice(7)}` });
  });

  it('says that nobody is there when the connection breaks', async () => {
    server.when(() => true, 'drop');
    expect(await api.request('GET', '/api/v1/nodes')).toMatchObject({ ok: false, kind: 'away', status: 0 });
  });

  it('says that nobody is there when no answer comes within its bound', async () => {
    server.when(() => true, 'hang');
    const answer = await api.request('GET', '/api/v1/nodes', { timeoutMs: 30 });
    expect(answer).toMatchObject({ kind: 'away', reason: 'Timeout', message: `no answer from ${server.url}: nothing within 0.03 s` });
  });

  it('says that nobody is there when half an answer comes', async () => {
    server.when(() => true, { status: 200, body: '{"kind":"PodLi', headers: { 'content-type': 'application/json' } });
    expect(await api.request('GET', '/api/v1/nodes')).toMatchObject({ ok: false, kind: 'away' });
  });

  it('is a failure as soon as the answer is longer than its bound', async () => {
    server.when(({ path }) => path === '/endless', { status: 200, body: { items: ['x'.repeat(100_000)] } });
    expect(await api.request('GET', '/endless', { maxBytes: 100_100 })).toMatchObject({ ok: true });
    expect(await api.request('GET', '/endless', { maxBytes: 50_000 })).toMatchObject({
      ok: false,
      kind: 'refused',
      reason: 'TooLarge',
      message: `${server.url} answered with more than 50000 bytes`,
    });
  });

  it('is cancelled by its signal, which is no fault of the cluster', async () => {
    server.when(() => true, 'hang');
    const controller = new AbortController();
    const asked = server.arrival(() => true);
    const answer = api.request('GET', '/api/v1/nodes', { signal: controller.signal });
    await asked;
    controller.abort();
    expect(await answer).toMatchObject({ ok: false, kind: 'cancelled', status: 0 });
  });

  it('is cancelled when the connection is closed', async () => {
    server.when(() => true, 'hang');
    const asked = server.arrival(() => true);
    const answer = api.request('GET', '/api/v1/nodes');
    await asked;
    await api.close();
    expect(await answer).toMatchObject({ ok: false, kind: 'cancelled' });
  });
});

describe('a watch', () => {
  const events = async (signal: AbortSignal, onOpen?: () => void) => {
    const seen: string[] = [];
    for await (const { type, object } of api.watch(pathOf('Pod', 'shop'), {}, signal, onOpen)) seen.push(`${type} ${object.metadata.name}`);
    return seen;
  };

  it('tells when it is open, then each change, until the server ends it', async () => {
    let opened = 0;
    server.put(pod('a'));
    const asked = server.arrival(({ query }) => query.get('watch') === 'true');
    const seen = events(new AbortController().signal, () => opened++);
    await asked;
    await new Promise((resolve) => setImmediate(resolve));
    server.put(pod('b'));
    server.endWatches();
    expect(await seen).toEqual(['ADDED a', 'ADDED b']);
    expect(opened).toBe(1);
  });

  it('throws the refusal when it cannot be opened', async () => {
    server.forbid('Pod');
    const refused = await events(new AbortController().signal).catch((error: ApiFailureError) => error);
    expect(refused).toBeInstanceOf(ApiFailureError);
    expect((refused as ApiFailureError).failure).toMatchObject({ kind: 'refused', reason: 'Forbidden' });
  });

  it('throws when the connection breaks, and leaves half a line out', async () => {
    server.put(pod('a'));
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { object } of api.watch(pathOf('Pod', 'shop'), {}, new AbortController().signal)) {
        seen.push(object.metadata.name);
        server.dropWatches();
      }
    })();
    await expect(watching).rejects.toMatchObject({ failure: { kind: 'away' } });
    expect(seen).toEqual(['a']);
  });

  it('ends quietly when it is cancelled', async () => {
    const controller = new AbortController();
    expect(await events(controller.signal, () => controller.abort())).toEqual([]);
  });
});

describe('a command in a container', () => {
  const exec = (command: string[], more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    api.exec({ namespace: 'shop', pod: 'web', container: 'web', command, timeoutMs: 5000, ...more });

  beforeEach(() => void server.put(pod('web')));

  it('answers with its output and its exit code', async () => {
    server.executed = ({ command, container }) => ({ exitCode: 3, stdout: `${container}: ${command.join(' ')}`, stderr: 'oops' });
    expect(await exec(['cat', '/etc/a b'])).toEqual({ ok: true, exitCode: 3, stdout: 'web: cat /etc/a b', stderr: 'oops' });
  });

  it('could not be run: that is no exit code', async () => {
    server.executed = () => ({ failure: 'exec: "nope": executable file not found in $PATH' });
    expect(await exec(['nope'])).toEqual({ ok: false, reason: 'exec: "nope": executable file not found in $PATH' });
  });

  it('says so when the connection breaks before it ended', async () => {
    server.executed = () => 'drop';
    expect(await exec(['sleep', '9'])).toEqual({ ok: false, reason: 'the connection broke before the command ended' });
  });

  it('says so when it does not end in time', async () => {
    server.executed = () => 'hang';
    expect(await exec(['sleep', '9'], { timeoutMs: 50 })).toEqual({ ok: false, reason: 'sleep did not end within 0.05 s' });
  });

  it('is cancelled by its signal', async () => {
    server.executed = () => 'hang';
    const controller = new AbortController();
    const asked = exec(['sleep', '9'], { signal: controller.signal });
    controller.abort();
    expect(await asked).toEqual({ ok: false, reason: 'cancelled' });
  });

  it('says which Pod is not there', async () => {
    server.remove('Pod', 'web', 'shop');
    expect(await exec(['true'])).toEqual({ ok: false, reason: 'Pod web is not in namespace shop' });
  });

  it('says that a container takes no command', async () => {
    server.executed = () => ({ refused: 400 });
    expect(await exec(['true'])).toEqual({ ok: false, reason: 'container web of Pod web takes no command now (HTTP status 400)' });
  });

  it('says that the API server is away', async () => {
    await server.away();
    expect(await exec(['true'])).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^the API server could not be reached: connect ECONNREFUSED/),
    });
  });

  it('gives up on one that prints without end', async () => {
    server.executed = () => ({ exitCode: 0, stdout: 'x'.repeat(1024 * 1024 + 1) });
    expect(await exec(['yes'])).toEqual({ ok: false, reason: 'it printed more than 1 MiB' });
  });
});

describe('a kubeconfig', () => {
  it('that is not there is an error with the way out', async () => {
    await expect(connect('/nowhere/kubeconfig')).rejects.toMatchObject({
      code: 'no-cluster',
      message: 'the kubeconfig /nowhere/kubeconfig cannot be used: there is no such file',
      hint: 'Make a cluster: kubedrill up',
    });
  });

  it('whose context leads nowhere is an error', async () => {
    await expect(connect(server.kubeconfig, { context: 'other' })).rejects.toMatchObject({
      message: `the kubeconfig ${server.kubeconfig} cannot be used: its context other leads to no cluster`,
    });
  });

  it('is the only one: without a cluster in it nothing else is asked', async () => {
    writeFileSync(server.kubeconfig, '{"apiVersion":"v1","kind":"Config"}');
    await expect(connect(server.kubeconfig)).rejects.toMatchObject({ code: 'no-cluster' });
  });
});
