import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DrillEvent } from '../../src/drill/events.ts';
import { openFaultDesk } from '../../src/faults/desk.ts';
import { type FakeCluster, facts, fakeCluster } from './fake/cluster.ts';
import { temporaryFolder } from './fake/life.ts';

const openDesk = async (cluster: FakeCluster, options: { state?: string; id?: string; signal?: AbortSignal } = {}) => {
  const events: DrillEvent[] = [];
  const { state = temporaryFolder(), id = 'ours', signal = new AbortController().signal } = options;
  const desk = await openFaultDesk({
    context: { paths: { state, cache: state }, clock: cluster.clock, signal },
    cluster: { name: 'kd', id, provider: { id: 'kind' }, api: cluster.api, nodes: cluster.nodes, facts },
    onEvent: (event) => void events.push(event),
  });
  return { desk, events, state };
};
const said = (events: DrillEvent[]) =>
  events.flatMap((event) =>
    event.type === 'fault'
      ? [`${event.fault}: ${event.phase}: ${event.seen}`]
      : event.type === 'fault-announced'
        ? [`announced: ${event.why}`]
        : [],
  );
const stopScheduler = { use: 'stop-component', with: { component: 'kube-scheduler' } };

test('a fault is announced before it strikes, and its life is told', async () => {
  const { desk, events } = await openDesk(fakeCluster());
  await desk.inject(stopScheduler, 'shop', 'cs-scheduler-down');
  await desk.recover('cs-scheduler-down');
  expect(said(events)).toEqual([
    'announced: Each component does one thing; what stops working without it shows which.',
    'stop-component: injecting: on kd-control-plane: move /etc/kubernetes/manifests/kube-scheduler.yaml to /etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml; wait until the process kube-scheduler has ended',
    'stop-component: in-force: kube-scheduler does not run',
    'stop-component: undoing: ',
    'stop-component: undone: kube-scheduler runs and leads',
  ]);
});

test('what is in force is known to every process, newest first, without the guard of the lab', async () => {
  const cluster = fakeCluster();
  const { desk, state } = await openDesk(cluster);
  await desk.guard('in-break-the-cluster', 'shop');
  await desk.inject({ use: 'stop-kubelet', with: { node: 'kd-worker' } }, 'shop', 'in-break-the-cluster');
  const id = await desk.inject(stopScheduler, 'shop', '');
  const { desk: another } = await openDesk(cluster, { state });
  expect(another.inForce()).toEqual([
    { journalId: id, fault: 'stop-component', what: 'kube-scheduler is stopped', since: expect.any(Number), lab: undefined },
    expect.objectContaining({ what: 'the kubelet of kd-worker is stopped', lab: 'in-break-the-cluster' }),
  ]);
});

test('undo takes the newest that matches, and says when there is none', async () => {
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster);
  await desk.inject({ use: 'stop-kubelet', with: { node: 'kd-worker' } }, 'shop', 'lab');
  await desk.inject({ use: 'stop-kubelet', with: { node: 'kd-worker2' } }, 'shop', 'lab');
  const matches = (fault: string, params: Record<string, unknown>) => fault === 'stop-kubelet' && params.node === 'kd-worker';
  expect(await desk.undo(matches)).toBe(true);
  expect(await desk.undo(matches)).toBe(false);
  expect(desk.inForce().map(({ what }) => what)).toEqual(['the kubelet of kd-worker2 is stopped']);
});

test('recovering a lab leaves the faults of others alone, and of its own proofs in other namespaces if asked', async () => {
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster);
  for (const [namespace, app] of [
    ['drill-a', 'web'],
    ['drill-b', 'web'],
  ] as const)
    cluster.objects.put('Service', { metadata: { name: app, namespace }, spec: { selector: { app } } });
  const use = { use: 'break-selector', with: { service: 'web' } };
  await desk.inject(use, 'drill-a', 'lab');
  await desk.inject(use, 'drill-b', 'lab');
  await desk.inject(use, 'shop', 'other');
  await desk.recover('lab', 'drill-a');
  expect(desk.inForce().map(({ what }) => what)).toEqual([
    'Service shop/web selects app=web-old',
    'Service drill-b/web selects app=web-old',
  ]);
  await desk.recover('lab');
  expect(desk.inForce().map(({ lab }) => lab)).toEqual(['other']);
});

test('a lab that is guarded already keeps its first note: later ones would note what is broken', async () => {
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster);
  await desk.guard('lab', 'shop');
  cluster.machine('kd-worker').kubelet = false;
  await desk.guard('lab', 'shop');
  await desk.recover('lab');
  expect(cluster.machine('kd-worker').kubelet).toBe(true);
});

test('a recovery that fails is an error with the state and the command', async () => {
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster);
  await desk.inject(stopScheduler, 'shop', 'lab');
  cluster.machine('kd-control-plane').state = 'stopped';
  await expect(desk.recover('lab')).rejects.toMatchObject({
    code: 'recovery-failed',
    message:
      'not undone: kube-scheduler is stopped: kd-control-plane does not answer: Error response from daemon: Container kd-control-plane is not running',
  });
  expect(await desk.recoverAll()).toMatchObject([{ outcome: 'failed' }]);
});

test('what ends by itself is closed when it has, and closing the desk waits for it', async () => {
  const { desk, events } = await openDesk(fakeCluster());
  await desk.inject({ use: 'kill-pods', with: { selector: 'app=web', keep: 1, seconds: 30 } }, 'shop', 'in-pageview');
  expect(desk.inForce()).toHaveLength(1);
  await desk.close();
  expect(desk.inForce()).toEqual([]);
  expect(said(events).slice(-1)).toEqual(['kill-pods: undone: nobody kills Pods any more']);
});

test('Ctrl+C ends what runs in this process, and closes it in the journal', async () => {
  const stop = new AbortController();
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster, { signal: stop.signal });
  await desk.inject({ use: 'kill-pods', with: { selector: 'app=web', seconds: 300 } }, 'shop', 'in-pageview');
  stop.abort();
  await desk.close();
  expect(desk.inForce()).toEqual([]);
});

test('leaving a lab mends what it broke also after Ctrl+C', async () => {
  const stop = new AbortController();
  const cluster = fakeCluster();
  const { desk } = await openDesk(cluster, { signal: stop.signal });
  await desk.inject(stopScheduler, 'shop', 'cs-scheduler-down');
  stop.abort();
  await expect(desk.recover('cs-scheduler-down', 'shop')).rejects.toMatchObject({ code: 'recovery-failed' });
  await desk.recover('cs-scheduler-down', 'shop', new AbortController().signal);
  expect(desk.inForce()).toEqual([]);
});

test('faults of a cluster that was made anew under the same name are not in force on it', async () => {
  const cluster = fakeCluster();
  const { desk, state } = await openDesk(cluster);
  await desk.inject(stopScheduler, 'shop', 'lab');
  const { desk: anew } = await openDesk(fakeCluster(), { state, id: 'another' });
  expect(anew.inForce()).toEqual([]);
  expect(await anew.undo(() => true)).toBe(false);
  expect(await anew.recoverAll()).toMatchObject([{ outcome: 'void', seen: 'the cluster kd that it struck is gone' }]);
});

test('a line of the journal that cannot be read is reported by every recovery', async () => {
  const { desk, state } = await openDesk(fakeCluster());
  await desk.inject(stopScheduler, 'shop', 'lab');
  const { appendFileSync } = await import('node:fs');
  appendFileSync(join(state, 'journal', 'kd.jsonl'), 'garbage\n');
  expect(await desk.recoverAll()).toMatchObject([
    { outcome: 'undone' },
    { outcome: 'failed', what: 'a line of the journal that cannot be read', mend: 'kubedrill down; kubedrill up' },
  ]);
});

test('an unknown fault is a usage error that lists the known ones', async () => {
  const { desk } = await openDesk(fakeCluster());
  await expect(desk.inject({ use: 'stop-everything', with: {} }, 'shop', '')).rejects.toMatchObject({
    code: 'usage',
    message: 'there is no fault "stop-everything"',
    hint: expect.stringContaining('bad-image, break-selector, cordon-node'),
  });
});
