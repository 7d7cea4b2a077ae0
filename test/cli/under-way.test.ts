import { expect, test } from 'vitest';
import { expectNotTaken, replayLeft } from '../../src/cli/under-way.ts';
import { openFaultDesk } from '../../src/faults/desk.ts';
import { type DrillRecord, saveDrill } from '../../src/store/drills.ts';
import { journalPath, openJournal } from '../../src/store/journal.ts';
import { facts, fakeCluster } from '../faults/fake/cluster.ts';
import { temporaryFolder } from '../faults/fake/life.ts';

const cluster = { name: 'kd', id: 'ours' };
const stopScheduler = { use: 'stop-component', with: { component: 'kube-scheduler' } };
const cordon = (node: string) => ({ use: 'cordon-node', with: { node } });

/** The state folder of a person who works on a fake cluster. */
async function work() {
  const state = temporaryFolder();
  const paths = { state, cache: state };
  const fake = fakeCluster();
  const faults = await openFaultDesk({
    context: { paths, clock: fake.clock, signal: new AbortController().signal },
    cluster: { ...cluster, provider: { id: 'kind' }, api: fake.api, nodes: fake.nodes, facts },
  });
  const drill = (lab: string, record: Partial<DrillRecord> = {}) =>
    saveDrill(paths, {
      lab,
      cluster: 'kd',
      namespace: `drill-${lab}`,
      by: 'commands',
      phase: 'running',
      startedAt: 0,
      current: 0,
      steps: {},
      latched: [],
      predicted: {},
      attempts: 0,
      fingerprint: {},
      ...record,
    });
  return { paths, clock: fake.clock, faults, drill, what: () => faults.inForce().map((one) => one.what) };
}

test('while a lab that has the cluster alone is under way, no other one begins, and the person is told how to end it', async () => {
  const { paths, clock, faults, drill } = await work();
  drill('in-break-the-cluster');
  await faults.guard('in-break-the-cluster', 'drill-in-break-the-cluster');
  for (const lab of ['cs-dns-outage', undefined])
    expect(() => expectNotTaken({ paths, clock }, cluster, lab)).toThrowError(
      expect.objectContaining({
        code: 'cluster-busy',
        message: 'in-break-the-cluster is under way and has the cluster alone',
        hint: 'Finish it: kubedrill finish in-break-the-cluster; or give it up: kubedrill recover',
      }),
    );
  expectNotTaken({ paths, clock }, cluster, 'in-break-the-cluster');
  await faults.recoverAll();
  expectNotTaken({ paths, clock }, cluster, 'cs-dns-outage');
});

test.each<[string, Partial<DrillRecord>]>([
  ['was the drill of a terminal UI that was killed', { by: 'process' }],
  ['was killed while it was set up', { phase: 'setting-up' }],
  ['was finished', { phase: 'finished' }],
  ['ran on another cluster', { cluster: 'other' }],
  ['was a proof of that lab', { namespace: 'drill-in-break-the-cluster' }],
])('a lab that %s has nothing any more: what it left is undone by the next start', async (_, record) => {
  const { paths, clock, faults, drill, what } = await work();
  drill('in-break-the-cluster', record);
  const namespace = record.namespace ? 'verify-in-break-the-cluster' : 'drill-in-break-the-cluster';
  await faults.guard('in-break-the-cluster', namespace);
  await faults.inject(stopScheduler, namespace, 'in-break-the-cluster');
  expectNotTaken({ paths, clock }, cluster, 'cs-dns-outage');
  await replayLeft(faults, paths, 'cs-dns-outage', true);
  expect(what()).toEqual([]);
  expect(faults.guarded('in-break-the-cluster')).toBe(false);
});

test('a start undoes what was injected by hand, a check of a lab that is under way does not', async () => {
  const { paths, faults, drill, what } = await work();
  drill('in-scale');
  await faults.inject(cordon('kd-worker'), 'shop', '');
  await replayLeft(faults, paths, 'in-scale', false);
  expect(what()).toEqual(['kd-worker is cordoned']);
  await replayLeft(faults, paths, 'in-scale', true);
  expect(what()).toEqual([]);
});

test('what labs that are under way left in force between two commands stays', async () => {
  const { paths, faults, drill, what } = await work();
  drill('cs-node-loss');
  drill('cs-other');
  await faults.inject(cordon('kd-worker'), 'drill-cs-node-loss', 'cs-node-loss');
  await faults.inject(cordon('kd-worker2'), 'drill-cs-other', 'cs-other');
  await replayLeft(faults, paths, 'cs-node-loss', false);
  expect(what()).toEqual(['kd-worker2 is cordoned', 'kd-worker is cordoned']);
});

test('the fault that a command of the lab itself was killed in is undone, before the lab goes on', async () => {
  const { paths, clock, faults, drill, what } = await work();
  drill('cs-node-loss');
  const id = await faults.inject(cordon('kd-worker'), 'drill-cs-node-loss', 'cs-node-loss');
  await openJournal(journalPath(paths, 'kd'), { clock }).mark(id, 'injected');
  await replayLeft(faults, paths, 'cs-node-loss', false);
  expect(what()).toEqual([]);
});

test('what cannot be undone ends the command with the state and the command that mends it', async () => {
  const { paths, clock, faults, drill } = await work();
  drill('cs-node-loss', { phase: 'setting-up' });
  await openJournal(journalPath(paths, 'kd'), { clock }).plan({
    fault: 'melt-cpu',
    what: 'the CPU is molten',
    lab: 'cs-node-loss',
    namespace: 'drill-cs-node-loss',
    cluster: 'kd',
    clusterId: 'ours',
    provider: 'kind',
    params: {},
    record: {},
    touches: [],
    mend: 'docker restart kd-worker',
  });
  await expect(replayLeft(faults, paths, 'in-scale', false)).rejects.toMatchObject({
    code: 'recovery-failed',
    message: 'not undone: the CPU is molten: this kubedrill does not know the fault melt-cpu',
    hint: 'Try again: kubedrill recover; or by hand: docker restart kd-worker',
  });
});
