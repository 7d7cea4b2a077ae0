import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../src/grading/kinds.ts';
import { CannotSee, type Read } from '../../src/grading/mirror-view.ts';
import { type Mirror, type MirrorOptions, openMirror } from '../../src/kube/mirror.ts';
import { api, server } from '../support/each-api.ts';
import { eventually } from '../support/eventually.ts';
import { type FakeRequest, statusAnswer } from '../support/fake-api-server.ts';
import { ManualClock } from '../support/manual-clock.ts';

let clock: ManualClock;
const opened: Mirror[] = [];

beforeEach(async () => {
  clock = new ManualClock();
});
afterEach(async () => {
  server.thaw();
  await Promise.all(opened.splice(0).map((mirror) => mirror.close()));
});

const open = (reads: Read[], more: Partial<MirrorOptions> = {}): Mirror => {
  const mirror = openMirror({ api, reads, namespace: 'shop', clock, random: () => 1, ...more });
  opened.push(mirror);
  return mirror;
};
const openLive = async (reads: Read[], more: Partial<MirrorOptions> = {}): Promise<Mirror> => {
  const mirror = open(reads, more);
  expect(await mirror.ready(1000)).toEqual({ ready: true, refused: [] });
  return mirror;
};

const put = (name: string, more: object = {}, kind: KindName = 'Pod', namespace = 'shop') =>
  server.put({ kind, metadata: { name, namespace }, ...more });
const names = (mirror: Mirror, kind: KindName = 'Pod') =>
  mirror
    .view()
    .list(kind)
    .map((object) => object.metadata.name);
const whyNot = (look: () => unknown): string => {
  try {
    look();
  } catch (error) {
    if (error instanceof CannotSee) return error.message;
    throw error;
  }
  return 'it can be seen';
};
const arrives = (mirror: Mirror, expected: string[], kind: KindName = 'Pod') =>
  eventually(
    () => whyNot(() => names(mirror, kind)) === 'it can be seen' && names(mirror, kind).join() === expected.join(),
    `${kind}s ${expected}`,
  );
const isList = ({ path, query }: FakeRequest) => path.endsWith('/pods') && !query.get('watch');
const isWatch = ({ path, query }: FakeRequest) => path.endsWith('/pods') && query.get('watch') === 'true';
const asked = (match: (request: FakeRequest) => boolean) => server.requests.filter(match).length;
const lastWatch = () => server.requests.findLast(isWatch)?.query;

describe('what the mirror shows', () => {
  it('is what was there, and every change of it', async () => {
    put('a');
    put('b');
    const mirror = await openLive(['Pod']);
    expect(names(mirror)).toEqual(['a', 'b']);
    put('c');
    put('a', { status: { phase: 'Running' } });
    server.remove('Pod', 'b', 'shop');
    await arrives(mirror, ['a', 'c']);
    expect(mirror.view().get('Pod', 'a')?.status.phase).toBe('Running');
  });

  it('says the kind of every object, and drops managedFields but nothing else', async () => {
    server.put({
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'shop', managedFields: [{ manager: 'x' }] } as never,
      spec: { future: true },
    });
    const mirror = await openLive(['Pod']);
    const listed = mirror.view().get('Pod', 'a');
    expect([listed?.apiVersion, listed?.kind, listed?.spec, 'managedFields' in listed!.metadata]).toEqual([
      'v1',
      'Pod',
      { future: true },
      false,
    ]);
  });

  it('is only what was asked for: the namespace of the drill, others by name, cluster-scoped kinds', async () => {
    put('mine');
    put('other', {}, 'Pod', 'kube-system');
    server.put({ kind: 'Node', metadata: { name: 'worker' } });
    const mirror = await openLive(['Pod', 'Node', { kind: 'Pod', namespace: 'kube-system' }]);
    const view = mirror.view();
    expect(names(mirror)).toEqual(['mine']);
    expect(view.list('Pod', { namespace: 'kube-system' }).map((pod) => pod.metadata.name)).toEqual(['other']);
    expect(view.get('Pod', 'other', 'kube-system')?.metadata.name).toBe('other');
    expect(view.get('Node', 'worker')?.metadata.name).toBe('worker');
  });

  it('is never "absent" for what was not asked for', async () => {
    const mirror = await openLive(['Pod']);
    expect(whyNot(() => mirror.view().get('Secret', 'password'))).toBe('cannot see secrets in namespace shop: they are not mirrored');
    expect(whyNot(() => mirror.view().list('Pod', { namespace: 'other' }))).toBe(
      'cannot see pods in namespace other: they are not mirrored',
    );
  });

  it('can be narrowed by labels and by a selector', async () => {
    put('a');
    server.put({ kind: 'Pod', metadata: { name: 'b', namespace: 'shop', labels: { app: 'web', tier: 'front' } } });
    const view = (await openLive(['Pod'])).view();
    expect(view.list('Pod', { labels: { app: 'web' } }).map((pod) => pod.metadata.name)).toEqual(['b']);
    const notFront = { matchExpressions: [{ key: 'tier', operator: 'NotIn' as const, values: ['front'] }] };
    expect(view.list('Pod', { selector: notFront }).map((pod) => pod.metadata.name)).toEqual(['a']);
  });

  it('does not change under a grader that looks at it', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    const before = mirror.view();
    put('b');
    await arrives(mirror, ['a', 'b']);
    expect(before.list('Pod').map((pod) => pod.metadata.name)).toEqual(['a']);
  });

  it('comes in pages when there is much', async () => {
    for (let index = 0; index < 1201; index++) put(`p${String(index).padStart(4, '0')}`);
    const mirror = await openLive(['Pod']);
    expect(names(mirror)).toHaveLength(1201);
    expect(asked(isList)).toBe(3);
  });

  it('is listed from the start when the version of the first page is forgotten', async () => {
    for (let index = 0; index < 501; index++) put(`p${index}`);
    server.when((request) => isList(request) && request.query.has('continue'), statusAnswer(410, 'Expired', 'continue token expired'), 1);
    const mirror = await openLive(['Pod']);
    expect(names(mirror)).toHaveLength(501);
  });

  it('grows by what is asked for later', async () => {
    put('a');
    put('web', {}, 'Service');
    const mirror = await openLive(['Pod']);
    mirror.addReads(['Service', 'Pod']);
    expect(await mirror.ready(1000)).toEqual({ ready: true, refused: [] });
    expect(names(mirror, 'Service')).toEqual(['web']);
    expect(asked(isList)).toBe(1);
  });
});

describe('who listens', () => {
  it('hears of a burst of changes once', async () => {
    const mirror = await openLive(['Pod']);
    await new Promise((resolve) => setImmediate(resolve));
    let calls = 0;
    mirror.onChange(() => calls++);
    for (const name of ['a', 'b', 'c', 'd']) put(name);
    await arrives(mirror, ['a', 'b', 'c', 'd']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBeLessThan(4);
    expect(calls).toBeGreaterThan(0);
  });

  it('hears of every object and change of it with the time, from the first list on', async () => {
    put('a');
    const seen: string[] = [];
    const record: MirrorOptions['onObject'] = (change, kind, object, at) =>
      seen.push(`${at - clock.now()} ${change} ${kind} ${object.metadata.name}`);
    const mirror = await openLive(['Pod'], { onObject: record });
    put('b');
    put('a', { spec: { changed: true } });
    server.remove('Pod', 'b', 'shop');
    await eventually(() => seen.length === 4, 'four changes');
    expect(seen).toEqual(['0 added Pod a', '0 added Pod b', '0 modified Pod a', '0 deleted Pod b']);
    expect(mirror.connection).toBe('live');
  });

  it('hears of what came, changed and went while nobody was connected', async () => {
    put('kept');
    put('gone');
    const before = put('again');
    const seen: string[] = [];
    const mirror = await openLive(['Pod'], {
      onObject: (change, _, object) => seen.push(`${change} ${object.metadata.name} ${object.metadata.uid === before.metadata.uid}`),
    });
    await server.away();
    server.remove('Pod', 'gone', 'shop');
    server.remove('Pod', 'again', 'shop');
    put('again');
    put('new');
    server.compact();
    await clock.slept((ms) => ms === 200);
    await server.back();
    await clock.advance(200);
    await clock.slept((ms) => ms === 400);
    await clock.advance(400);
    await arrives(mirror, ['again', 'kept', 'new']);
    expect(seen.slice(3).sort()).toEqual(['added again false', 'added new false', 'deleted again true', 'deleted gone false']);
  });

  it('hears no more after it stopped', async () => {
    const mirror = await openLive(['Pod']);
    let calls = 0;
    const stop = mirror.onObject(() => calls++);
    stop();
    put('a');
    await arrives(mirror, ['a']);
    expect(calls).toBe(0);
  });
});

describe('a watch that ends', () => {
  it('goes on from the last event, without a new list, and nothing is missed', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    const last = put('b');
    await arrives(mirror, ['a', 'b']);
    const again = server.arrival(isWatch);
    server.endWatches();
    put('c');
    await again;
    expect(lastWatch()?.get('resourceVersion')).toBe(last.metadata.resourceVersion);
    await arrives(mirror, ['a', 'b', 'c']);
    expect([asked(isList), mirror.connection]).toEqual([1, 'live']);
  });

  it('goes on from the last bookmark', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    put('elsewhere', {}, 'Secret');
    const again = server.arrival(isWatch);
    server.bookmark();
    server.endWatches();
    await again;
    expect(lastWatch()?.get('resourceVersion')).toBe(String(server.store.version));
    expect(names(mirror)).toEqual(['a']);
  });

  it('asks for bookmarks and for an end after four minutes', async () => {
    await openLive(['Pod']);
    expect([lastWatch()?.get('allowWatchBookmarks'), lastWatch()?.get('timeoutSeconds')]).toEqual(['true', '240']);
  });

  it('is no cause for alarm: the mirror stays live', async () => {
    const mirror = await openLive(['Pod']);
    const states: string[] = [];
    mirror.onConnection((state) => states.push(state));
    put('a');
    await arrives(mirror, ['a']);
    const again = server.arrival(isWatch);
    server.endWatches();
    await again;
    await eventually(() => server.watches() === 1, 'a watch');
    expect(states).toEqual([]);
  });

  it('is one when it does not open again within a second, and after five what was seen counts no more', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    server.when(isWatch, 'hang');
    server.endWatches();
    await clock.slept((ms) => ms === 200);
    const again = server.arrival(isWatch);
    await clock.advance(200);
    await again;
    expect(mirror.connection).toBe('live');
    await clock.advance(800);
    expect(mirror.connection).toBe('reconnecting');
    expect(names(mirror)).toEqual(['a']);
    await clock.advance(4001);
    expect(whyNot(() => names(mirror))).toMatch(/\(the server ended the watch\)$/);
  });

  it('again and again without an event is not asked again at once', async () => {
    await openLive(['Pod']);
    server.endWatches();
    expect(await clock.slept((ms) => ms <= 200)).toBe(200);
    expect(asked(isWatch)).toBe(1);
  });
});

describe('a version that is forgotten (410)', () => {
  for (const form of ['status', 'stream'] as const) {
    it(`is answered by a new list, when it comes as ${form === 'status' ? 'an HTTP status' : 'an ERROR inside the stream'}`, async () => {
      put('a');
      const mirror = await openLive(['Pod']);
      server.goneAs = form;
      server.dropWatches();
      await clock.slept((ms) => ms <= 200);
      server.remove('Pod', 'a', 'shop');
      put('b');
      put('c', {}, 'Secret');
      server.compact();
      await clock.advance(200);
      await clock.slept((ms) => ms === 400);
      await clock.advance(400);
      await arrives(mirror, ['b']);
      expect([asked(isList), mirror.connection]).toEqual([2, 'live']);
    });
  }

  it('is answered by a new list when it strikes an open watch', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    server.expireWatches();
    await clock.slept((ms) => ms <= 200);
    put('b');
    await clock.advance(200);
    await arrives(mirror, ['a', 'b']);
    expect(asked(isList)).toBe(2);
  });
});

describe('a connection that breaks', () => {
  it('is reported, tried again with growing pauses, and reported when it is back', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    const states: string[] = [];
    mirror.onConnection((state, seen) => states.push(`${state} ${seen}`));
    await server.away();
    for (const pause of [200, 400, 800, 1600]) {
      expect(await clock.slept((ms) => ms === pause)).toBe(pause);
      await clock.advance(pause);
    }
    await clock.slept((ms) => ms === 3200);
    expect(mirror.connection).toBe('reconnecting');
    expect(mirror.seen).toMatch(/^pods in namespace shop: no answer from http:\/\/127.0.0.1:\d+: connect ECONNREFUSED/);
    await server.back();
    await clock.advance(3200);
    await eventually(() => mirror.connection === 'live', 'live again');
    expect(states.map((state) => state.split(' ')[0])).toEqual(['reconnecting', 'live']);
  });

  it('is never tried more rarely than every four seconds', async () => {
    await openLive(['Pod']);
    await server.away();
    for (const pause of [200, 400, 800, 1600, 3200, 4000, 4000]) {
      await clock.slept((ms) => ms === pause);
      await clock.advance(pause);
    }
    expect(await clock.slept((ms) => ms === 4000)).toBe(4000);
  });

  it('draws its pauses at random from their upper half', async () => {
    await openLive(['Pod'], { random: () => 0 });
    server.dropWatches();
    expect(await clock.slept((ms) => ms <= 200)).toBe(100);
  });

  it('begins with a short pause again after an event came', async () => {
    const mirror = await openLive(['Pod']);
    server.dropWatches();
    await clock.slept((ms) => ms === 200);
    await clock.advance(200);
    await eventually(() => mirror.connection === 'live', 'live again');
    put('a');
    await arrives(mirror, ['a']);
    server.dropWatches();
    expect(await clock.slept((ms) => ms <= 400)).toBe(200);
  });

  it('begins with a short pause again after it held for a while', async () => {
    const mirror = await openLive(['Pod']);
    for (const pause of [200, 400]) {
      server.dropWatches();
      await clock.slept((ms) => ms === pause);
      await clock.advance(pause);
      await eventually(() => mirror.connection === 'live', 'live again');
    }
    await clock.advance(10_001);
    server.dropWatches();
    expect(await clock.slept((ms) => ms <= 800)).toBe(200);
  });

  it('for a moment leaves what was seen in force', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    await server.away();
    await clock.slept((ms) => ms === 200);
    expect([mirror.connection, names(mirror)]).toEqual(['reconnecting', ['a']]);
  });

  it('for more than five seconds makes what was seen count no more, and says so to who listens', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    await server.away();
    await eventually(() => mirror.connection === 'reconnecting', 'reconnecting');
    const since = new Date(clock.now()).toTimeString().slice(0, 8);
    await clock.advance(5000);
    expect(names(mirror)).toEqual(['a']);
    let told = 0;
    mirror.onChange(() => told++);
    await clock.advance(1);
    await eventually(() => told > 0, 'a change');
    expect(whyNot(() => mirror.view().get('Pod', 'a'))).toMatch(
      new RegExp(`^cannot see pods in namespace shop: not live since ${since} \\(no answer from`),
    );
    expect(whyNot(() => mirror.view().get('Pod', 'nobody'))).toMatch(/not live since/);
  });

  it('for more than five seconds is followed by a new list', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    await server.away();
    await eventually(() => mirror.connection === 'reconnecting', 'reconnecting');
    await clock.advance(5100);
    await server.back();
    server.remove('Pod', 'a', 'shop');
    await clock.slept((ms) => ms < 4000);
    await clock.advance(4000);
    await arrives(mirror, []);
    expect(asked(isList)).toBe(2);
  });
});

describe('a connection that is dead but does not know it', () => {
  it('is found by asking whether the API server is there, and what was seen counts from its last answer', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    server.freeze();
    server.when(({ path }) => path === '/livez', 'drop');
    await clock.advance(5000);
    await eventually(() => mirror.connection === 'reconnecting', 'reconnecting');
    expect(names(mirror)).toEqual(['a']);
    await clock.advance(1);
    expect(whyNot(() => names(mirror))).toMatch(
      /^cannot see pods in namespace shop: not live since 1\d:00:00|^cannot see pods in namespace shop: not live since/,
    );
  });

  it('is given up although other connections work, after 270 s without a word', async () => {
    put('a');
    const mirror = await openLive(['Pod']);
    server.freeze();
    server.when(({ path }) => path === '/livez', { status: 200, body: 'ok' });
    for (let beats = 0; beats < 53; beats++) {
      await clock.slept((ms) => ms === 5000);
      await clock.advance(5000);
    }
    await clock.slept((ms) => ms === 5000);
    await clock.advance(4999);
    expect([mirror.connection, asked(isWatch)]).toEqual(['live', 1]);
    server.thaw();
    await clock.advance(1);
    await eventually(() => mirror.connection === 'reconnecting', 'reconnecting');
    expect(mirror.seen).toMatch(/nothing for 270 s$/);
    await clock.advance(200);
    await eventually(() => mirror.connection === 'live', 'live again');
    expect(asked(isWatch)).toBe(2);
  });

  it('hears nothing wrong in a refusal: any answer is an answer', async () => {
    const mirror = await openLive(['Pod']);
    server.when(({ path }) => path === '/livez', statusAnswer(403, 'Forbidden', 'no'));
    const beat = server.arrival(({ path }) => path === '/livez');
    await clock.advance(5000);
    await beat;
    await clock.slept((ms) => ms === 5000);
    expect(mirror.connection).toBe('live');
  });
});

describe('a kind that the API server refuses', () => {
  it('cannot be seen, with the reason, while the others are live', async () => {
    server.forbid('Secret');
    put('a');
    const mirror = open(['Pod', 'Secret']);
    const forbidden = 'secrets is forbidden: User "learner" cannot list resource "secrets"';
    expect(await mirror.ready(1000)).toEqual({ ready: true, refused: [`secrets in namespace shop: ${forbidden}`] });
    expect([mirror.connection, names(mirror)]).toEqual(['live', ['a']]);
    expect(whyNot(() => names(mirror, 'Secret'))).toBe(`cannot see secrets in namespace shop: ${forbidden}`);
  });

  it('is asked for again, ever more rarely, and seen once it is allowed', async () => {
    const allow = server.forbid('Secret');
    put('password', {}, 'Secret');
    const mirror = open(['Secret']);
    for (const pause of [1000, 2000, 4000, 8000, 16_000, 30_000]) {
      await clock.slept((ms) => ms === pause);
      await clock.advance(pause);
    }
    await clock.slept((ms) => ms === 30_000);
    allow();
    await clock.advance(30_000);
    await arrives(mirror, ['password'], 'Secret');
  });

  it('that may be listed but not watched is not called live', async () => {
    server.when(isWatch, statusAnswer(403, 'Forbidden', 'cannot watch pods'));
    put('a');
    const mirror = open(['Pod']);
    expect(await mirror.ready(1000)).toEqual({ ready: true, refused: ['pods in namespace shop: cannot watch pods'] });
    expect(whyNot(() => names(mirror))).toBe('cannot see pods in namespace shop: cannot watch pods');
  });

  it('is one that the cluster does not know', async () => {
    server.store.kinds.splice(
      server.store.kinds.findIndex((kind) => kind.kind === 'Ingress'),
      1,
    );
    const mirror = open(['Ingress']);
    expect(await mirror.ready(1000)).toEqual({
      ready: true,
      refused: ['ingresses in namespace shop: the server could not find the requested resource'],
    });
  });
});

describe('waiting until the mirror is ready', () => {
  it('says what is missing when the bound is reached', async () => {
    server.when(({ path }) => path.endsWith('/pods'), statusAnswer(503, 'ServiceUnavailable', 'the API server is starting'));
    const mirror = open(['Pod', 'Service']);
    const ready = mirror.ready(1000);
    expect(mirror.connection).toBe('connecting');
    await clock.slept((ms) => ms === 200);
    expect(whyNot(() => names(mirror))).toBe('cannot see pods in namespace shop: the API server is starting');
    await clock.advance(1000);
    expect(await ready).toEqual({ ready: false, outcome: 'bound', seen: 'pods in namespace shop: the API server is starting' });
  });

  it('is cancelled when the mirror is closed', async () => {
    server.when(({ path }) => path.endsWith('/pods'), 'hang');
    const mirror = open(['Pod']);
    const ready = mirror.ready(1000);
    await mirror.close();
    expect(await ready).toMatchObject({ ready: false, outcome: 'cancelled' });
  });
});

describe('a mirror that is closed', () => {
  it('leaves no connection and nothing that waits behind', async () => {
    const mirror = await openLive(['Pod', 'Service']);
    await mirror.close();
    await eventually(() => server.watches() === 0, 'no watch');
    expect(clock.sleepers).toEqual([]);
  });

  it('by its signal is closed as well', async () => {
    const controller = new AbortController();
    await openLive(['Pod'], { signal: controller.signal });
    controller.abort();
    await eventually(() => server.watches() === 0 && clock.sleepers.length === 0, 'all closed');
    expect(server.watches()).toBe(0);
  });

  it('tells nobody that its connections are gone', async () => {
    const mirror = await openLive(['Pod']);
    const states: string[] = [];
    mirror.onConnection((state) => states.push(state));
    await mirror.close();
    expect(states).toEqual([]);
  });
});
