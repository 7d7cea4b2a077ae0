import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { command as faultsCommand } from '../../src/cli/commands/faults.ts';
import { command as recoverCommand, reportLines } from '../../src/cli/commands/recover.ts';
import { type ClusterRecord, writeRecord } from '../../src/cluster/records.ts';
import { openJournal } from '../../src/store/journal.ts';
import { acquireLock, clusterLockPath } from '../../src/store/lock.ts';
import { processes } from '../../src/store/processes.ts';
import { clock } from '../../src/system/clock.ts';
import { temporaryFolder } from './fake/life.ts';
import { ran } from './fake/machine.ts';

/** A machine whose Docker engine knows the containers `nodes`, and nothing else. */
function commandContext(nodes = '') {
  const state = temporaryFolder();
  const printed: string[] = [];
  const documents: unknown[] = [];
  const said: string[] = [];
  const context = {
    run: async (_program: string, args: readonly string[]) => (args[0] === 'ps' ? ran(0, nodes) : ran(1, '', 'no such thing')),
    clock,
    paths: { state, cache: state },
    env: {},
    signal: new AbortController().signal,
    print: (line: string) => void printed.push(line),
    say: (line: string) => void said.push(line),
    json: (document: unknown) => void documents.push(document),
  } as unknown as CommandContext;
  return { context, printed, documents, said };
}

async function leaveFault(context: CommandContext): Promise<string> {
  const journal = openJournal(join(context.paths.state, 'journal', 'kubedrill.jsonl'), { clock });
  await journal.plan({
    fault: 'cordon-node',
    what: 'kd-worker is cordoned',
    lab: 'cs-node-loss',
    namespace: 'shop',
    cluster: 'kubedrill',
    clusterId: 'ours',
    provider: 'kind',
    params: { node: 'kd-worker' },
    record: { node: 'kd-worker', uid: 'u' },
    touches: [],
    mend: 'kubectl uncordon kd-worker',
  });
  return journal.path;
}

test('faults lists each with what it does, and what is in force', async () => {
  const { context, printed } = commandContext();
  expect(await faultsCommand.run([], { name: 'kubedrill' }, context)).toBe(0);
  expect(printed[0]).toBe('bad-image       Sets the image of a Deployment to one that cannot be pulled; the rollout starts and hangs.');
  expect(printed[1]).toBe('                strikes one namespace; takes about 5 s, to undo about 3 s; see it: kubectl get pods');
  expect(printed.at(-1)).toBe('None is in force. Strike: kubedrill faults inject ID k=v...   What one takes: kubedrill faults ID');
  await leaveFault(context);
  printed.length = 0;
  await faultsCommand.run([], { name: 'kubedrill' }, context);
  expect(printed.slice(-2)).toEqual([
    expect.stringMatching(/^IN FORCE {2}kd-worker is cordoned \(since 20.*Z, lab cs-node-loss\)$/),
    'Undo: kubedrill recover',
  ]);
});

test('faults --json is one document with faults and what is in force', async () => {
  const { context, documents } = commandContext();
  await leaveFault(context);
  await faultsCommand.run([], { name: 'kubedrill', json: true }, context);
  expect(documents).toMatchObject([
    {
      faults: expect.arrayContaining([expect.objectContaining({ id: 'stop-component' })]),
      inForce: [{ fault: 'cordon-node', lab: 'cs-node-loss' }],
    },
  ]);
});

test('faults ID describes one with its parameters', async () => {
  const { context, printed } = commandContext();
  await faultsCommand.run(['stop-component'], { name: 'kubedrill' }, context);
  expect(printed).toEqual([
    'stop-component: Stop a component of the control plane',
    '  Moves the static Pod manifest of a control-plane component aside on the node; the kubelet then ends it.',
    '  Each component does one thing; what stops working without it shows which.',
    '  See it: kubectl -n kube-system get pods',
    '  Bounds: 90 s to show an effect, 120 s to be well again; takes about 3 s, to undo about 25 s',
    '  component=  Which component stops. (kube-scheduler | kube-controller-manager | kube-apiserver | etcd; required)',
  ]);
});

test('a setting that is no k=v, or a fault that is none, is a usage error', async () => {
  const { context } = commandContext();
  await expect(faultsCommand.run(['inject', 'stop-kubelet', 'all'], { name: 'kubedrill' }, context)).rejects.toMatchObject({
    code: 'usage',
    message: '"all" is not k=v',
  });
  await expect(faultsCommand.run(['inject', 'nothing'], { name: 'kubedrill' }, context)).rejects.toMatchObject({
    code: 'usage',
    message: 'there is no fault "nothing"',
  });
  await expect(faultsCommand.run(['inject'], { name: 'kubedrill' }, context)).rejects.toMatchObject({
    code: 'usage',
    message: 'which fault?',
  });
});

test('recover without anything left says so, and needs no cluster', async () => {
  const { context, printed, documents } = commandContext();
  expect(await recoverCommand.run([], {}, context)).toBe(0);
  expect(printed).toEqual(['Nothing is left to undo.']);
  await recoverCommand.run([], { json: true }, context);
  expect(documents).toEqual([{ cluster: 'kubedrill', ok: true, recovered: [] }]);
});

test('recover forgets the faults of a cluster whose provider says that it is gone', async () => {
  const { context, documents } = commandContext('');
  const path = await leaveFault(context);
  expect(await recoverCommand.run([], { json: true }, context)).toBe(0);
  expect(documents).toMatchObject([
    { ok: true, recovered: [{ fault: 'cordon-node', outcome: 'void', seen: 'the cluster kubedrill is gone' }] },
  ]);
  expect(existsSync(path)).toBe(false);
});

test('recover keeps the faults of a cluster that is there but is not proved to be its own', async () => {
  const { context } = commandContext('kubedrill-control-plane\trunning\tcontrol-plane');
  const path = await leaveFault(context);
  await expect(recoverCommand.run([], {}, context)).rejects.toMatchObject({ exitCode: 3 });
  expect(openJournal(path, { clock }).open()).toHaveLength(1);
});

const ownRecord: ClusterRecord = {
  name: 'kubedrill',
  provider: 'kind',
  id: '7b2d3a44-6f39-4c0e-9d6a-2f1f0c1b7e55',
  createdAt: '2026-01-01T00:00:00.000Z',
  workers: 1,
  kubernetes: '1.34',
  kubectl: 'kubectl',
  state: 'ready',
  hasLabImages: true,
};

/** A cluster of two nodes, made from `image`, whose worker does not run. */
function stoppedWorker(image: string) {
  const { context } = commandContext('kubedrill-control-plane\trunning\tcontrol-plane\nkubedrill-worker\texited\tworker');
  const started: string[] = [];
  const { run } = context;
  context.run = async (program, args, options) => {
    if (args.includes('{{.Config.Image}}')) return ran(0, `${image}\n${image}\n`);
    if (args[0] !== 'start') return run(program, args, options);
    started.push(args.join(' '));
    return ran(0);
  };
  return { context, started };
}

test('recover starts nodes that a reboot has stopped, before anything else', async () => {
  const { context, started } = stoppedWorker(`kubedrill/cluster:air-gapped-${ownRecord.id}`);
  writeRecord(context.paths, ownRecord);
  await leaveFault(context);
  await expect(recoverCommand.run([], {}, context)).rejects.toMatchObject({ exitCode: 3 });
  expect(started).toEqual(['start kubedrill-worker']);
});

test('recover starts no node that was not made for its record', async () => {
  const { context, started } = stoppedWorker('kindest/node:v1.34.0');
  writeRecord(context.paths, ownRecord);
  await leaveFault(context);
  await expect(recoverCommand.run([], {}, context)).rejects.toMatchObject({
    code: 'not-owned',
    message:
      'kubedrill does not touch the cluster "kubedrill": node kubedrill-control-plane was made from kindest/node:v1.34.0, not by kubedrill',
  });
  expect(started).toEqual([]);
});

test('recover keeps its hands off while a drill has the cluster', async () => {
  const { context } = commandContext();
  await leaveFault(context);
  const lock = acquireLock(clusterLockPath(context.paths, 'kubedrill'), { ...processes.self(), command: 'kubedrill start cs-node-loss' });
  await expect(recoverCommand.run([], {}, context)).rejects.toMatchObject({
    code: 'cluster-busy',
    message: `the cluster is taken by "kubedrill start cs-node-loss" (process ${process.pid})`,
  });
  lock.release();
});

test('the report has each fault, how it is now, and the command for what is left', () => {
  const one = { id: '1', fault: 'x', lab: undefined, seconds: 4.3 };
  expect(
    reportLines([
      { ...one, what: 'kube-scheduler is stopped', outcome: 'undone', seen: 'kube-scheduler runs and leads' },
      { ...one, what: 'kd-worker is cordoned', outcome: 'already-fine', seen: 'Node kd-worker is open' },
      { ...one, what: 'kd-worker is paused', outcome: 'failed', seen: 'kd-worker does not answer', mend: 'docker unpause kd-worker' },
    ]),
  ).toEqual([
    'undone        kube-scheduler is stopped',
    '              now: kube-scheduler runs and leads (4.3 s)',
    'fine already  kd-worker is cordoned',
    '              now: Node kd-worker is open',
    'NOT UNDONE    kd-worker is paused',
    '              now: kd-worker does not answer',
    '              by hand: docker unpause kd-worker',
  ]);
});
