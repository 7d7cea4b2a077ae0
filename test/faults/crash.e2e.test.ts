import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/system/run.ts';
import type { ChildTask } from './e2e/child.ts';
import { clusterName, controlPlane, kubeconfig, openTestCluster, temporaryState } from './e2e/cluster.ts';
import { makeWorkload, namespace, pictureOf, settledPicture } from './e2e/picture.ts';

/** Everything takes most of an hour; without it each fault dies right after its act, and three of them in the undo as well. */
const all = process.env.KUBEDRILL_E2E_FAULTS === 'all';
const worker = `${clusterName}-worker`;
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
let states = 0;

beforeAll(async () => {
  cluster = await openTestCluster();
  await makeWorkload(cluster);
  before = await settledPicture(cluster, (picture) => JSON.stringify(picture).includes('"name":"web","replicas":2,"available":2'));
}, 200_000);

afterAll(async () => {
  await cluster.api.request('DELETE', `/api/v1/namespaces/${namespace}`);
  await cluster.close();
}, 60_000);

async function live(task: Omit<ChildTask, 'namespace'>): Promise<string[]> {
  const result = await run(process.execPath, [child, JSON.stringify({ ...task, namespace })], {
    timeoutMs: 500_000,
    env: { KUBEDRILL_TEST_CLUSTER: clusterName, KUBEDRILL_TEST_KUBECONFIG: kubeconfig },
  });
  return result.stdout.split('\n').filter(Boolean);
}

const freshState = () => temporaryState(String(states++));
const journalOf = (state: string) => join(state, 'journal', `${clusterName}.jsonl`);

/** Recovers in a fresh process with nothing but the journal; everything is as before, and nothing is left. */
async function expectRecovered(state: string, where: string): Promise<string[]> {
  const lines = await live({ state, acts: [{ recover: true }] });
  expect(
    lines.filter((line) => line.includes('failed')),
    where,
  ).toEqual([]);
  // a process that died before it wrote anything has no journal at all
  expect(existsSync(journalOf(state)) ? readFileSync(journalOf(state), 'utf8') : '', where).toBe('');
  expect(await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before)), where).toEqual(before);
  return lines;
}

const dieInUndo = new Set(['the scheduler stopped', 'a kubelet stopped', 'a worker paused']);

/** Without `all`: one of each way to act, on the control plane, a worker, an add-on and a namespace. */
const some = new Set([
  'the scheduler stopped',
  'the API server stopped',
  'a kubelet stopped',
  'a worker paused',
  'CoreDNS scaled to zero',
  'a bad image',
]);

describe.each(Object.entries(cases).filter(([name]) => all || some.has(name)))('%s', (name, act) => {
  test('is undone by the next process, wherever the one before was killed', async () => {
    const moments = await live({ state: freshState(), acts: [act, { recover: true }] });
    expect(moments.at(-1)).toMatch(/: (undone|already-fine): /);
    const points = all ? moments.slice(0, -1).map((_, at) => at + 1) : ['acted', ...(dieInUndo.has(name) ? ['undo-acted'] : [])];
    for (const dieAt of points) {
      const state = freshState();
      const lived = await live({ state, acts: [act, { recover: true }], dieAt });
      expect(lived.at(-1), 'it was killed').not.toMatch(/failed|undone: /);
      await expectRecovered(state, `killed at ${lived.at(-1)}`);
    }
  }, 3_600_000);
});

test('killed at any instant of a long life, everything is undone by the next process', async () => {
  const acts: ChildTask['acts'] = [
    { guard: 'in-break-the-cluster' },
    cases['a kubelet stopped']!,
    cases['the scheduler stopped']!,
    cases['a bad image']!,
    cases['a worker cordoned']!,
    { recover: true },
  ];
  const started = performance.now();
  await live({ state: freshState(), acts });
  const lifeMs = performance.now() - started;
  for (let round = 0; round < (all ? 24 : 1); round++) {
    const state = freshState();
    const dieAfterMs = Math.round(Math.random() * lifeMs);
    const lived = await live({ state, acts, dieAfterMs });
    await expectRecovered(state, `killed after ${dieAfterMs} ms, at ${lived.at(-1)}`);
  }
}, 3_600_000);

test('after the node containers were restarted', async () => {
  const state = freshState();
  await live({
    state,
    acts: [cases['a kubelet stopped']!, cases['a worker cordoned']!, cases['the scheduler stopped']!, cases['the API server stopped']!],
    dieAt: 'never',
  });
  for (const node of [controlPlane, ...cluster.facts.workers]) await run('docker', ['restart', '-t', '5', node], { timeoutMs: 120_000 });
  await expectRecovered(state, 'after the restart');
}, 900_000);

test('undone by hand in the meantime, there is nothing to do', async () => {
  const state = freshState();
  await live({ state, acts: [cases['the scheduler stopped']!, cases['a worker paused']!] });
  await run('docker', ['unpause', worker], { timeoutMs: 60_000 });
  const [stopped, home] = ['/etc/kubernetes/kubedrill-stopped/kube-scheduler.yaml', '/etc/kubernetes/manifests/kube-scheduler.yaml'];
  await run('docker', ['exec', controlPlane, 'mv', stopped, home], { timeoutMs: 60_000 });
  await settledPicture(cluster, (picture) => isDeepStrictEqual(picture, before));
  const lines = await expectRecovered(state, 'undone by hand');
  expect(lines.filter((line) => line.startsWith('pause-node:'))).toEqual([expect.stringMatching(/^pause-node: already-fine: /)]);
}, 300_000);

test('broken by hand under a lab that has the cluster alone, it is mended', async () => {
  const state = freshState();
  await live({ state, acts: [{ guard: 'in-break-the-cluster' }] });
  const onNode = (node: string, script: string) => run('docker', ['exec', node, 'sh', '-c', script], { timeoutMs: 60_000 });
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
  await live({ state, acts: [cases['the scheduler stopped']!, cases['a kubelet stopped']!] });
  truncateSync(journalOf(state), readFileSync(journalOf(state)).length - 25);
  await expectRecovered(state, 'torn');
}, 300_000);
