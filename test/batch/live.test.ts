import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gradeClass } from '../../src/batch/grade-class.ts';
import { LiveWorks } from '../../src/batch/live.ts';
import { openResults } from '../../src/batch/results.ts';
import { mustParseRoster } from '../../src/batch/roster.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { connect } from '../../src/kube/connect.ts';
import type { Lab } from '../../src/lab/schema.ts';
import type { Gradebook } from '../../src/report/gradebook.ts';
import { type FakeApiServer, startFakeApiServer } from '../support/fake-api-server.ts';
import { fakeProbes } from '../support/fake-probes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { config, deployment, graders, sampleLab } from './sample-lab.ts';
import { UnlimitedClock, unlimitedMs } from './unlimited.ts';

let servers: FakeApiServer[] = [];
const start = async () => {
  const server = await startFakeApiServer();
  servers.push(server);
  return server;
};
beforeEach(() => {
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
});

const never = new AbortController().signal;

/** A kubeconfig as the guard takes it; where it leads is the test's business. */
const kubeconfig = (host: string, user: Record<string, unknown> = { token: 't' }) =>
  JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: `https://${host}` } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  });

interface Given {
  /** Kubeconfigs by the path in the roster. */
  files?: Record<string, string>;
  /** Servers by the host in a kubeconfig. */
  hosts?: Record<string, FakeApiServer>;
  home?: FakeApiServer;
  lab?: Lab;
  clock?: UnlimitedClock;
  limitMs?: number;
  results?: string;
  mode?: 'go-on' | 'fresh' | 'only-errors';
  signal?: AbortSignal;
}

async function grade(roster: string, given: Given): Promise<Gradebook & { connected: string[] }> {
  const { files = {}, hosts = {}, lab = sampleLab(), clock = new UnlimitedClock() } = given;
  const connected: string[] = [];
  const opened: KubeApi[] = [];
  const reach = async (server: FakeApiServer) => {
    const api = await connect(server.kubeconfig);
    opened.push(api);
    return { api, probes: () => fakeProbes() };
  };
  const live = new LiveWorks({
    roster: mustParseRoster(roster, 'roster.yaml'),
    lab,
    graders,
    readKubeconfig: (path) =>
      files[path] === undefined ? { reason: `kubeconfig ${path} cannot be read: it is not there` } : { text: files[path] },
    connect: async (text) => {
      const host = new URL(JSON.parse(text).clusters[0].cluster.server).host;
      connected.push(host);
      return reach(hosts[host]!);
    },
    home: given.home ? { ...(await reach(given.home)), key: 'home' } : undefined,
    facts: async () => ({ unknown: 'the nodes are not known' }),
    clock,
  });
  try {
    const path = given.results ?? join(scratchFolder(), 'r.jsonl');
    const results = openResults({ path, lab: lab.id, fingerprint: 'f', source: 's', mode: given.mode ?? 'go-on', now: 'n' });
    const book = await gradeClass({
      lab,
      works: live.works,
      graders,
      results,
      parallel: 4,
      limitMs: given.limitMs ?? unlimitedMs,
      due: undefined,
      clock,
      signal: given.signal ?? never,
    });
    return { ...book, connected };
  } finally {
    await live.close();
    for (const api of opened) await api.close();
  }
}

const rows = (book: Gradebook) => book.learners.map(({ id, status, score, reason }) => [id, status, score ?? reason]);

describe('grading live clusters', () => {
  it('grades many learners in one cluster by their namespaces, with one list for each kind', async () => {
    const server = await start();
    for (const [id, replicas] of [
      ['ada', 3],
      ['ben', 1],
      ['cyd', 3],
    ] as const)
      server.put(deployment(`drill-${id}`, replicas));
    server.put(config('drill-cyd'));
    const book = await grade('defaults: {kubeconfig: k, namespace: "drill-{{id}}"}\nlearners: [{id: ada}, {id: ben}, {id: cyd}]', {
      files: { k: kubeconfig('a') },
      hosts: { a: server },
    });
    expect(rows(book)).toEqual([
      ['ada', 'graded', 2],
      ['ben', 'graded', 0],
      ['cyd', 'graded', 5],
    ]);
    expect(book.connected).toEqual(['a']);
    const lists = server.requests.filter(({ path }) => path.endsWith('deployments') || path.endsWith('configmaps')).map(({ path }) => path);
    expect(lists.sort()).toEqual(['/api/v1/configmaps', '/apis/apps/v1/deployments']);
  });

  it('grades a cluster for each learner, and asks nothing but reads', async () => {
    const [one, two] = [await start(), await start()];
    one.put(deployment('drill-scale-it'));
    two.put(config('drill-scale-it'));
    const book = await grade('learners: [{id: ada, kubeconfig: a}, {id: ben, kubeconfig: b}]', {
      files: { a: kubeconfig('a'), b: kubeconfig('b') },
      hosts: { a: one, b: two },
    });
    expect(rows(book)).toEqual([
      ['ada', 'graded', 2],
      ['ben', 'graded', 3],
    ]);
    expect(new Set([...one.requests, ...two.requests].map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('keeps a dead, a forbidding and a refused cluster to themselves', async () => {
    const [good, dead, closed] = [await start(), await start(), await start()];
    good.put(deployment('drill-scale-it'));
    good.put(config('drill-scale-it'));
    closed.put(deployment('drill-scale-it'));
    closed.forbid('ConfigMap');
    await dead.away();
    const roster =
      'learners: [{id: dead, kubeconfig: d}, {id: closed, kubeconfig: c}, {id: exec, kubeconfig: x}, {id: gone, kubeconfig: none}, {id: good, kubeconfig: g}]';
    const files = { d: kubeconfig('d'), c: kubeconfig('c'), x: kubeconfig('x', { exec: { command: 'rm' } }), g: kubeconfig('g') };
    expect(rows(await grade(roster, { files, hosts: { d: dead, c: closed, g: good } }))).toEqual([
      [
        'dead',
        'error',
        expect.stringMatching(/^the cluster does not answer: no answer from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/),
      ],
      ['closed', 'error', 'C2: cannot list configmaps: configmaps is forbidden: User "learner" cannot list resource "configmaps"'],
      ['exec', 'error', 'kubeconfig x is refused: user u has exec: it would run a program on this machine'],
      ['gone', 'error', 'kubeconfig none cannot be read: it is not there'],
      ['good', 'graded', 5],
    ]);
  });

  it('calls a learner who never began missing: that is no zero', async () => {
    const server = await start();
    server.put(deployment('drill-ada'));
    const roster = 'defaults: {kubeconfig: k, namespace: "drill-{{id}}"}\nlearners: [{id: ada}, {id: ben}]';
    expect(rows(await grade(roster, { files: { k: kubeconfig('a') }, hosts: { a: server } }))).toEqual([
      ['ada', 'graded', 2],
      ['ben', 'missing', "there is no namespace drill-ben in this learner's cluster: the lab was not begun there"],
    ]);
  });

  it('grades a namespace that it may not ask about', async () => {
    const server = await start();
    server.put(deployment('drill-scale-it'));
    server.forbid('Namespace');
    server.when(({ path }) => path.startsWith('/api/v1/namespaces/drill-scale-it') && path.split('/').length === 5, {
      status: 403,
      body: { kind: 'Status', reason: 'Forbidden', message: 'no' },
    });
    expect(rows(await grade('learners: [{id: ada, kubeconfig: k}]', { files: { k: kubeconfig('a') }, hosts: { a: server } }))).toEqual([
      ['ada', 'graded', 2],
    ]);
  });

  it('gives up a cluster that is too slow at its own limit', async () => {
    const [slow, good] = [await start(), await start()];
    slow.freeze();
    good.put(deployment('drill-scale-it'));
    // real time here: the server is really silent
    const clock = new UnlimitedClock();
    clock.now = () => Date.now();
    clock.sleep = (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms === 300 ? 300 : Math.min(ms, 20));
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    const book = await grade('learners: [{id: slow, kubeconfig: s}, {id: good, kubeconfig: g}]', {
      files: { s: kubeconfig('s'), g: kubeconfig('g') },
      hosts: { s: slow, g: good },
      clock,
      limitMs: 300,
    });
    expect(rows(book)).toEqual([
      ['slow', 'error', 'it took longer than its time limit of 0.3 s'],
      ['good', 'graded', 2],
    ]);
  });

  it('grades those without a kubeconfig in the cluster at home, if there is one', async () => {
    const home = await start();
    home.put(deployment('drill-scale-it'));
    expect(rows(await grade('learners: [{id: ada}]', { home }))).toEqual([['ada', 'graded', 2]]);
    expect(rows(await grade('learners: [{id: ada}]', {}))).toEqual([
      ['ada', 'error', 'the roster names no kubeconfig for this learner, and there is no cluster here'],
    ]);
  });

  it('grades again only who could not be graded, and keeps the others', async () => {
    const [one, two] = [await start(), await start()];
    one.put(deployment('drill-scale-it'));
    two.put(deployment('drill-scale-it'));
    await two.away();
    const roster = 'learners: [{id: ada, kubeconfig: a}, {id: ben, kubeconfig: b}]';
    const given = {
      files: { a: kubeconfig('a'), b: kubeconfig('b') },
      hosts: { a: one, b: two },
      results: join(scratchFolder(), 'r.jsonl'),
    };
    expect((await grade(roster, given)).learners.map(({ status }) => status)).toEqual(['graded', 'error']);
    await two.back();
    const again = await grade(roster, { ...given, mode: 'only-errors' });
    expect(rows(again)).toEqual([
      ['ada', 'graded', 2],
      ['ben', 'graded', 2],
    ]);
    expect(again.connected).toEqual(['b']);
  });

  it('stops when it is interrupted, and goes on from there', async () => {
    const server = await start();
    for (const id of ['ada', 'ben']) server.put(deployment(`drill-${id}`));
    const roster = 'defaults: {kubeconfig: k, namespace: "drill-{{id}}"}\nlearners: [{id: ada}, {id: ben}]';
    const stop = new AbortController();
    const given = { files: { k: kubeconfig('a') }, hosts: { a: server }, results: join(scratchFolder(), 'r.jsonl') };
    server.when(
      ({ path }) => path === '/api/v1/namespaces/drill-ben',
      () => {
        stop.abort();
        return 'hang';
      },
      1,
    );
    await expect(grade(roster, { ...given, signal: stop.signal })).rejects.toThrow(/^[01] of 2 learners are graded$/);
    expect(rows(await grade(roster, given))).toEqual([
      ['ada', 'graded', 2],
      ['ben', 'graded', 2],
    ]);
  });
});
