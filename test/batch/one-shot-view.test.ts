import { describe, expect, it } from 'vitest';
import { ListedCluster } from '../../src/batch/one-shot-view.ts';
import type { Sight } from '../../src/batch/work.ts';
import type { MirrorView } from '../../src/grading/mirror-view.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { api, server } from '../support/each-api.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { config, deployment } from './sample-lab.ts';

const clock = new FakeClock();
const never = new AbortController().signal;

const viewOf = (sight: Sight): MirrorView => {
  if (!sight.seen) throw new Error(sight.reason);
  return sight.view;
};
const lists = () => server.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);
const cluster = (learners: number, bounds?: { objects: number; pageBytes: number; timeoutMs: number }) =>
  new ListedCluster({ api, learners, clock, bounds });

describe('a look at a cluster that is listed', () => {
  it('is one list for each kind and namespace, however often a lab reads it', async () => {
    server.put(deployment('drill-ada'));
    server.put(config('drill-ada'));
    const view = viewOf(
      await cluster(1).look('drill-ada', ['Deployment', 'ConfigMap', 'Deployment', { kind: 'ConfigMap', namespace: 'drill-ada' }], never),
    );
    expect(view.get('Deployment', 'web')?.spec.replicas).toBe(3);
    expect(view.list('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['cfg']);
    expect(lists().sort()).toEqual(['/api/v1/namespaces/drill-ada/configmaps', '/apis/apps/v1/namespaces/drill-ada/deployments']);
  });

  it('says of an object which kind it is, as lists do not', async () => {
    server.put(deployment('drill-ada'));
    const view = viewOf(await cluster(1).look('drill-ada', ['Deployment'], never));
    expect(view.get('Deployment', 'web')).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
  });

  it('shares one list of all namespaces among many learners, and shows each their own', async () => {
    for (const id of ['ada', 'ben', 'cyd']) server.put(deployment(`drill-${id}`, id.length));
    server.put(deployment('elsewhere'));
    const shared = cluster(3);
    const views = await Promise.all(
      ['ada', 'ben', 'cyd'].map(async (id) => viewOf(await shared.look(`drill-${id}`, ['Deployment'], never))),
    );
    expect(views.map((view) => view.list('Deployment').map(({ metadata }) => metadata.namespace))).toEqual([
      ['drill-ada'],
      ['drill-ben'],
      ['drill-cyd'],
    ]);
    expect(lists()).toEqual(['/apis/apps/v1/deployments']);
  });

  it('lists anew once the shared list is two seconds old', async () => {
    const shared = cluster(3);
    await shared.look('drill-ada', ['Deployment'], never);
    clock.pass(2000);
    server.put(deployment('drill-ada'));
    expect(viewOf(await shared.look('drill-ada', ['Deployment'], never)).list('Deployment')).toHaveLength(1);
  });

  it('lists each namespace by itself where listing all of them is forbidden', async () => {
    server.put(deployment('drill-ada'));
    server.when(({ path }) => path === '/apis/apps/v1/deployments', {
      status: 403,
      body: { kind: 'Status', reason: 'Forbidden', message: 'no' },
    });
    const shared = cluster(3);
    for (const id of ['ada', 'ben']) viewOf(await shared.look(`drill-${id}`, ['Deployment'], never));
    expect(lists()).toEqual([
      '/apis/apps/v1/deployments',
      '/apis/apps/v1/namespaces/drill-ada/deployments',
      '/apis/apps/v1/namespaces/drill-ben/deployments',
    ]);
  });

  it("does not let one learner's thousands of objects stand in the way of the others", async () => {
    for (let index = 0; index < 30; index++) server.put({ kind: 'ConfigMap', metadata: { name: `c${index}`, namespace: 'drill-flood' } });
    server.put(config('drill-ada'));
    const shared = cluster(3, { objects: 20, pageBytes: 1_000_000, timeoutMs: 1000 });
    expect(viewOf(await shared.look('drill-ada', ['ConfigMap'], never)).list('ConfigMap')).toHaveLength(1);
    const flooded = viewOf(await shared.look('drill-flood', ['ConfigMap'], never));
    expect(() => flooded.list('ConfigMap')).toThrow('cannot list configmaps: there are more than 20 configmaps');
  });

  it('cannot see a kind that is forbidden, and sees the others', async () => {
    server.put(config('drill-ada'));
    server.forbid('Secret');
    const view = viewOf(await cluster(1).look('drill-ada', ['Secret', 'ConfigMap'], never));
    expect(() => view.list('Secret')).toThrow('cannot list secrets: secrets is forbidden: User "learner" cannot list resource "secrets"');
    expect(view.list('ConfigMap')).toHaveLength(1);
  });

  it('cannot see what was not read: neither another kind nor another namespace is "absent"', async () => {
    const view = viewOf(await cluster(1).look('drill-ada', ['ConfigMap'], never));
    expect(() => view.get('Pod', 'web')).toThrow('pods of drill-ada were not read');
    expect(() => view.list('ConfigMap', { namespace: 'kube-system' })).toThrow('configmaps of kube-system were not read');
    expect(view.list('ConfigMap')).toEqual([]);
  });

  it('is blind when the cluster does not answer', async () => {
    await server.away();
    expect(await cluster(1).look('drill-ada', ['ConfigMap'], never)).toMatchObject({
      seen: false,
      reason: expect.stringMatching(/^no answer from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/),
    });
    expect(await cluster(3).look('drill-ada', ['ConfigMap'], never)).toMatchObject({ seen: false });
    await server.back();
  });

  it('ends when its signal says so, although others wait for the same list', async () => {
    server.freeze();
    const shared = cluster(3);
    const stop = new AbortController();
    const mine = shared.look('drill-ada', ['ConfigMap'], stop.signal);
    const others = shared.look('drill-ben', ['ConfigMap'], never);
    stop.abort();
    expect(await mine).toMatchObject({ seen: false, reason: 'cancelled' });
    server.thaw();
    expect(await others).toMatchObject({ seen: true });
  });

  it('survives a server that answers with something else, or with an endless list', async () => {
    const answers: [unknown, RegExp][] = [
      [{ items: 'x' }, /answered with something that is no list/],
      ['"text"', /answered with something that is no list/],
      [{ metadata: { continue: 'more' }, items: [] }, /the list of configmaps does not end/],
    ];
    for (const [body, message] of answers) {
      const stop = server.when(({ path }) => path.endsWith('/configmaps'), { status: 200, body });
      const view = viewOf(await cluster(1).look('drill-ada', ['ConfigMap'], never));
      expect(() => view.list('ConfigMap')).toThrow(message);
      stop();
    }
  });

  it('leaves out items that are no objects', async () => {
    server.when(({ path }) => path.endsWith('/configmaps'), {
      status: 200,
      body: { metadata: {}, items: [null, 1, {}, { metadata: { name: 'cfg', namespace: 'drill-ada' } }] },
    });
    expect(viewOf(await cluster(1).look('drill-ada', ['ConfigMap'], never)).list('ConfigMap')).toHaveLength(1);
  });
});

describe('whether a namespace is there', () => {
  /** An API that gives these answers one after the other, and notes how long each was waited for. */
  const answering = (...answers: object[]) => {
    const waited: unknown[] = [];
    const request = async (_method: string, _path: string, { timeoutMs }: { timeoutMs?: number } = {}) => {
      waited.push(timeoutMs);
      return answers.shift();
    };
    return { waited, listed: new ListedCluster({ api: { request } as unknown as KubeApi, learners: 1, clock }) };
  };
  const away = (reason: string) => ({ ok: false, kind: 'away', status: 0, reason, message: `no answer: ${reason}`, causes: [] });
  const there = { ok: true, status: 200, body: {}, warnings: [] };

  it('is asked again with more time when the cluster may only be slow', async () => {
    const { waited, listed } = answering(away('Timeout'), there);
    expect(await listed.namespaceState('drill-ada', never)).toBe('there');
    expect(waited).toEqual([10_000, 25_000]);
  });

  it('is not known of a cluster that is away twice', async () => {
    const { waited, listed } = answering(away('Timeout'), away('Timeout'));
    expect(await listed.namespaceState('drill-ada', never)).toEqual({ away: 'no answer: Timeout' });
    expect(waited).toHaveLength(2);
  });
});
