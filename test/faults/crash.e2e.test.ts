import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/system/run.ts';
import type { ChildTask } from './e2e/child.ts';
import { clusterName, controlPlane, kubeconfig, openTestCluster, temporaryState } from './e2e/cluster.ts';
import { mendByHand } from './e2e/mend.ts';
import { makeWorkload, namespace, pictureOf, settledPicture } from './e2e/picture.ts';

/** Everything takes hours; without it each class of faults dies once in its act, and the recovery of them all twice. */
const all = process.env.KUBEDRILL_E2E_FAULTS === 'all';
const [worker, worker2] = [`${clusterName}-worker`, `${clusterName}-worker2`];
const child = join(import.meta.dirname, 'e2e', 'child.ts');

const cases: Record<string, { inject: string; with: Record<string, unknown> }> = {
  'the scheduler stopped': { inject: 'stop-component', with: { component: 'kube-scheduler' } },
  'the controller manager stopped': { inject: 'stop-component', with: { component: 'kube-controller-manager' } },
  'the API server stopped': { inject: 'stop-component', with: { component: 'kube-apiserver' } },
  'etcd stopped': { inject: 'stop-component', with: { component: 'etcd' } },
  'a kubelet stopped': { inject: 'stop-kubelet', with: { node: worker } },
  'every kubelet of the workers stopped': { inject: 'stop-kubelet', with: { node: 'all' } },
  'a worker paused': { inject: 'pause-node', with: { node: worker } },
  'a worker drained': { inject: 'drain-node', with: { node: worker } },
  'a worker cordoned': { inject: 'cordon-node', with: { node: worker } },
  'a worker tainted': { inject: 'taint-node', with: { node: worker, effect: 'NoExecute' } },
  'CoreDNS scaled to zero': { inject: 'scale-to-zero', with: {} },
  'a bad image': { inject: 'bad-image', with: { deployment: 'web' } },
  'a broken selector': { inject: 'break-selector', with: { service: 'web' } },
  'Pods killed again and again': { inject: 'kill-pods', with: { selector: 'app=web', keep: 1, seconds: 3 } },
  'a full quota': { inject: 'fill-quota', with: {} },
  'traffic denied': { inject: 'deny-traffic', with: { to: 'app=web' } },
};

let cluster: Awaited<ReturnType<typeof openTestCluster>>;
let before: unknown;
const states: string[] = [];

beforeAll(async () => {
  cluster = await openTestCluster();
  await makeWorkload(cluster);
  before = await settledPicture(cluster, (picture) => JSON.stringify(picture).includes('"name":"web","replicas":2,"available":2'));
  expect(JSON.stringify(before)).not.toMatch(/inactive|"ready":"(False|Unknown)"|"unschedulable":true/);
  expect(JSON.stringify(before)).toContain('kube-scheduler.yaml');
}, 200_000);

/** One failure must not become three: each test begins on a cluster that is whole, and says when it had to be mended first. */
beforeEach(async ({ task }) => {
  const now = await pictureOf(cluster).catch(String);
  if (isDeepStrictEqual(now, before)) return;
  process.stderr.write(`the cluster is not whole before "${task.name}": mending it: ${JSON.stringify(now)}\n`);
  for (const state of states.filter((one) => journalOf(one) !== '')) await live({ state, acts: [{ recover: true }] });
  await mendByHand(cluster);
  expect(await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before)), 'it could not be mended').toEqual(before);
}, 900_000);

afterAll(async () => {
  await cluster.api.request('DELETE', `/api/v1/namespaces/${namespace}`);
  await cluster.close();
}, 60_000);

interface Lived {
  lines: string[];
  killed: boolean;
}

async function live(task: Omit<ChildTask, 'namespace'>): Promise<Lived> {
  const result = await run(process.execPath, [child, JSON.stringify({ ...task, namespace })], {
    timeoutMs: 900_000,
    env: { KUBEDRILL_TEST_CLUSTER: clusterName, KUBEDRILL_TEST_KUBECONFIG: kubeconfig },
  });
  const lines = result.stdout.split('\n').filter(Boolean);
  if (result.outcome !== 'killed' && !result.ok && !lines.at(-1)?.startsWith('failed: ')) lines.push(`failed: ${result.stderr}`);
  return { lines, killed: result.outcome === 'killed' };
}

const failures = (lines: string[]) => lines.filter((line) => /\bfailed: /.test(line));

/** A life to its end, in which all went well. */
async function liveWhole(task: Omit<ChildTask, 'namespace'>): Promise<string[]> {
  const { lines, killed } = await live(task);
  expect(failures(lines)).toEqual([]);
  expect(killed, 'it was killed').toBe(false);
  return lines;
}

/** A life that was ended before its end, and in which all went well until then. Where it was killed. */
async function liveAndDie(task: Omit<ChildTask, 'namespace'>): Promise<string> {
  const { lines, killed } = await live(task);
  expect(failures(lines)).toEqual([]);
  expect(killed, `it was not killed: ${lines.at(-1)}`).toBe(true);
  return lines.at(-1) ?? 'its start';
}

function freshState(): string {
  const state = temporaryState(String(states.length));
  states.push(state);
  return state;
}

const journalPathOf = (state: string) => join(state, 'journal', `${clusterName}.jsonl`);
// a process that died before it wrote anything has no journal at all
const journalOf = (state: string) => (existsSync(journalPathOf(state)) ? readFileSync(journalPathOf(state), 'utf8') : '');

/** Recovers in a fresh process with nothing but the journal; everything is as before, and nothing is left. */
async function expectRecovered(state: string, where: string): Promise<string[]> {
  const { lines } = await live({ state, acts: [{ recover: true }] });
  expect(failures(lines), where).toEqual([]);
  expect(journalOf(state), where).toBe('');
  expect(await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before)), where).toEqual(before);
  return lines;
}

/** One of each way to act: on a namespace, an add-on, a Node, a machine, a kubelet and the control plane; the API server last, whom the others need. */
const oneOfEachClass = [
  cases['a bad image']!,
  cases['CoreDNS scaled to zero']!,
  { inject: 'cordon-node', with: { node: worker2 } },
  { inject: 'pause-node', with: { node: worker2 } },
  cases['a kubelet stopped']!,
  cases['the scheduler stopped']!,
  cases['the API server stopped']!,
];

test('processes that are killed one after the other, each in its act, and again while they recover, leave nothing to the next', async () => {
  const state = freshState();
  for (const act of oneOfEachClass) await liveAndDie({ state, acts: [act], dieAt: 'acted' });
  expect(journalOf(state).match(/"type":"planned"/g)).toHaveLength(oneOfEachClass.length);
  for (const dieAt of ['undo-acted', 'recovered']) await liveAndDie({ state, acts: [{ recover: true }], dieAt });
  await expectRecovered(state, 'all of them');
}, 900_000);

describe.each(all ? Object.entries(cases) : [])('%s', (_, act) => {
  test('is undone by the next process, wherever the one before was killed', async () => {
    const moments = await liveWhole({ state: freshState(), acts: [act, { recover: true }] });
    expect(moments.at(-1)).toMatch(/: (undone|already-fine): /);
    for (let dieAt = 1; dieAt < moments.length; dieAt++) {
      const state = freshState();
      // what needs no second try has fewer moments: it ends well before the last ones of the life that gave the numbers
      const { lines, killed } = await live({ state, acts: [act, { recover: true }], dieAt });
      expect(failures(lines)).toEqual([]);
      if (!killed) expect(lines.length, `it was not killed at moment ${dieAt}: ${lines.at(-1)}`).toBeLessThanOrEqual(dieAt);
      await expectRecovered(state, `killed at ${lines.at(-1)}`);
    }
  }, 3_600_000);
});

test('killed at any instant of a long life, everything is undone by the next process', async () => {
  // what needs the scheduler, or the kubelet, to show its effect comes before they are stopped
  const acts: ChildTask['acts'] = [
    { guard: 'in-break-the-cluster' },
    cases['a bad image']!,
    cases['a kubelet stopped']!,
    cases['a worker cordoned']!,
    cases['the scheduler stopped']!,
    { recover: true },
  ];
  const started = performance.now();
  const lines = await liveWhole({ state: freshState(), acts });
  const lifeMs = performance.now() - started;
  expect(lines.filter((line) => line === 'effect-proved')).toHaveLength(acts.length - 1);
  expect(await pictureOf(cluster)).toEqual(before);
  for (let round = 0; round < (all ? 24 : 2); round++) {
    const state = freshState();
    const dieAfterMs = Math.round(Math.random() * lifeMs);
    // on a busy machine one may live longer than the first did, on an idle one it may end before it is killed
    const lived = await live({ state, acts, dieAfterMs });
    const where = `killed after ${dieAfterMs} of ${Math.round(lifeMs)} ms, at ${lived.lines.at(-1)}`;
    expect(failures(lived.lines), where).toEqual([]);
    await expectRecovered(state, where);
  }
}, 7_200_000);

test('after the node containers were restarted', async () => {
  const state = freshState();
  await liveWhole({
    state,
    acts: [cases['a kubelet stopped']!, cases['a worker cordoned']!, cases['the scheduler stopped']!, cases['the API server stopped']!],
  });
  for (const node of [controlPlane, ...cluster.facts.workers]) await run('docker', ['restart', '-t', '5', node], { timeoutMs: 120_000 });
  await expectRecovered(state, 'after the restart');
  // a node whose cgroups were mounted wrongly as it started again runs well until its kubelet is stopped
  await liveWhole({ state: freshState(), acts: [cases['every kubelet of the workers stopped']!, { recover: true }] });
  expect(await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before))).toEqual(before);
}, 900_000);

test('undone by hand in the meantime, there is nothing to do', async () => {
  const state = freshState();
  await liveWhole({ state, acts: [cases['the scheduler stopped']!, cases['a worker paused']!] });
  await onHost(['unpause', worker]);
  await onNode(controlPlane, 'mv /etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml /etc/kubernetes/manifests/');
  expect(await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before))).toEqual(before);
  const lines = await expectRecovered(state, 'undone by hand');
  expect(lines.filter((line) => line.startsWith('pause-node:'))).toEqual([expect.stringMatching(/^pause-node: already-fine: /)]);
}, 600_000);

test('broken by hand under a lab that has the cluster alone, it is mended', async () => {
  const state = freshState();
  await liveWhole({ state, acts: [{ guard: 'in-break-the-cluster' }] });
  await onNode(worker, 'systemctl stop kubelet');
  await onNode(
    controlPlane,
    'cd /etc/kubernetes/manifests && mv kube-scheduler.yaml kube-apiserver.yaml /root/ && cp etcd.yaml etcd.yaml.bak',
  );
  await expectRecovered(state, 'broken by hand');
  expect(await pictureOf(cluster)).toEqual(before);
}, 600_000);

test('with the last line of the journal torn', async () => {
  const state = freshState();
  await liveWhole({ state, acts: [cases['the scheduler stopped']!, cases['a kubelet stopped']!] });
  truncateSync(journalPathOf(state), readFileSync(journalPathOf(state)).length - 25);
  await expectRecovered(state, 'torn');
}, 600_000);

async function onHost(args: string[]): Promise<void> {
  const result = await run('docker', args, { timeoutMs: 60_000 });
  expect(result.ok, result.stderr).toBe(true);
}

const onNode = (node: string, script: string) => onHost(['exec', node, 'sh', '-c', script]);
