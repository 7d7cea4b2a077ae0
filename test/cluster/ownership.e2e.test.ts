import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtEngine } from '../../src/cluster/bootstrap/engine.ts';
import { machine } from '../../src/cluster/bootstrap/machine.ts';
import { toolsIfReady } from '../../src/cluster/bootstrap/prepare.ts';
import { kindConfig } from '../../src/cluster/kind/kind-config.ts';
import { type ClusterRecord, kubeconfigOf, readRecord, writeRecord } from '../../src/cluster/records.ts';
import { clock } from '../../src/system/clock.ts';
import { pathsFrom } from '../../src/system/paths.ts';
import { run } from '../../src/system/run.ts';
import { waitUntil } from '../../src/system/wait.ts';
import { testCluster, testState } from '../e2e/cluster.ts';
import { kubedrill } from '../e2e/kubedrill.ts';

/** A cluster that kind made without kubedrill. */
const foreign = `${testCluster}-foreign`;
const folder = mkdtempSync(join(tmpdir(), 'kubedrill-ownership-'));
const foreignKubeconfig = join(folder, 'foreign.kubeconfig');
const original = { state: testState, cache: '' };

let kubectl: string;

beforeAll(async () => {
  const ports = { run, clock, paths: pathsFrom(process.env), env: process.env, home: join(import.meta.dirname, '..', '..') };
  const tools = await toolsIfReady(ports);
  if (!tools) throw new Error('kind and the node image are not there: the cluster of the tests was not made from them');
  kubectl = tools.kubectl;
  const engine = await lookAtEngine(run, machine);
  const config = join(folder, 'kind.yaml');
  writeFileSync(config, kindConfig({ workers: 0 }, { ...tools, cgroupV1: engine.state === 'running' && engine.cgroup === 1 }));
  const args = ['create', 'cluster', '--name', foreign, '--image', tools.nodeImage, '--config', config, '--kubeconfig', foreignKubeconfig];
  const made = await run(tools.kind, args, { timeoutMs: 300_000 });
  expect(made.ok, made.stderr).toBe(true);
  await settled();
}, 380_000);

afterAll(async () => {
  await run('docker', ['rm', '--force', '--volumes', `${foreign}-control-plane`], { timeoutMs: 60_000 });
  rmSync(folder, { recursive: true, force: true });
}, 70_000);

const see = async (kubeconfig: string, ...args: string[]) =>
  (await run(kubectl, ['--kubeconfig', kubeconfig, 'get', ...args], { timeoutMs: 30_000 })).stdout;

/** What would tell of a write: namespaces, what lies in kube-system, and since when the node runs. */
const tracesOf = async (kubeconfig: string, node: string) => ({
  namespaces: await see(kubeconfig, 'namespaces', '-o', 'name'),
  system: await see(kubeconfig, '-n', 'kube-system', 'configmaps,deployments,serviceaccounts', '-o', 'name'),
  node: (await run('docker', ['inspect', '--format', '{{.Id}} {{.State.StartedAt}} {{.State.Status}}', node], { timeoutMs: 30_000 }))
    .stdout,
});

/** A new cluster's own controllers still add to it for a while. */
async function settled(): Promise<void> {
  const node = `${foreign}-control-plane`;
  let earlier = '';
  const waited = await waitUntil(
    async () => {
      const now = JSON.stringify(await tracesOf(foreignKubeconfig, node));
      const done = now === earlier && now.includes('configmap/kube-root-ca.crt') && now.includes('serviceaccount/default');
      earlier = now;
      return { done, seen: now };
    },
    { boundMs: 60_000, everyMs: 4_000, clock },
  );
  expect(waited.outcome, waited.seen).toBe('done');
}

/** A copy of the tests' state folder, with its records and kubeconfigs, changed by `doctor`. */
function stateWith(name: string, doctor: (paths: { state: string; cache: string }) => void): Record<string, string> {
  const state = join(folder, name);
  cpSync(join(testState, 'clusters'), join(state, 'clusters'), { recursive: true });
  doctor({ state, cache: '' });
  return { KUBEDRILL_STATE: state };
}

/** Every way in which something could be written to a cluster. */
const acts = (cluster: string): string[][] =>
  [
    ['start', 'in-first-pod'],
    ['verify', 'in-first-pod'],
    ['faults', 'inject', 'scale-to-zero'],
    ['images', 'load'],
    ['up', '--yes'],
    ['down', '--yes'],
  ].map((args) => [...args, '--name', cluster]);

async function expectRefused(cluster: string, env: Record<string, string>, why: RegExp, code = 3): Promise<void> {
  for (const args of acts(cluster)) {
    const ended = await kubedrill(args, { env, onCluster: false });
    expect(`${args.join(' ')}: ${ended.stderr}`).toMatch(why);
    expect(ended.code, args.join(' ')).toBe(code);
  }
}

describe('a cluster that kind made without kubedrill', () => {
  it('is refused by every command that could write, and nothing about it changes', async () => {
    const before = await tracesOf(foreignKubeconfig, `${foreign}-control-plane`);
    expect(before.namespaces).toContain('namespace/kube-system');
    for (const args of acts(foreign)) {
      const ended = await kubedrill(args, { onCluster: false });
      expect(`${args.join(' ')}: ${ended.stderr}`).toMatch(/there is no cluster|no record that kubedrill made it/);
      expect(ended.code, args.join(' ')).toBe(3);
    }
    expect(await tracesOf(foreignKubeconfig, `${foreign}-control-plane`)).toEqual(before);
  }, 120_000);

  it('is refused with a record and a kubeconfig that claim it, and nothing about it changes', async () => {
    const env = stateWith('claimed', (paths) => {
      writeRecord(paths, { ...(readRecord(original, testCluster) as ClusterRecord), name: foreign });
      writeFileSync(kubeconfigOf(paths, foreign), readFileSync(foreignKubeconfig), { mode: 0o600 });
    });
    const before = await tracesOf(foreignKubeconfig, `${foreign}-control-plane`);
    await expectRefused(
      foreign,
      env,
      new RegExp(`kubedrill does not touch the cluster "${foreign}": node \\S+ was made from \\S+, not by kubedrill`),
    );
    expect(await tracesOf(foreignKubeconfig, `${foreign}-control-plane`)).toEqual(before);
  }, 120_000);

  it('is refused also under the name of one that was never finished', async () => {
    const env = stateWith('half-made', (paths) =>
      writeRecord(paths, { ...(readRecord(original, testCluster) as ClusterRecord), name: foreign, state: 'creating' }),
    );
    const before = await tracesOf(foreignKubeconfig, `${foreign}-control-plane`);
    for (const args of [
      ['up', '--yes', '--name', foreign],
      ['down', '--yes', '--name', foreign],
    ]) {
      const ended = await kubedrill(args, { env, onCluster: false });
      expect(ended.stderr).toMatch(/was made from \S+, not by kubedrill/);
      expect(ended.code).toBe(3);
    }
    expect(await tracesOf(foreignKubeconfig, `${foreign}-control-plane`)).toEqual(before);
  }, 60_000);
});

describe('the cluster of kubedrill itself', () => {
  const kubeconfig = kubeconfigOf(original, testCluster);

  it('is refused through a kubeconfig that leads to another cluster, and neither of them changes', async () => {
    const server = /server: (\S+)/.exec(readFileSync(foreignKubeconfig, 'utf8'))?.[1] as string;
    const env = stateWith('doctored', (paths) => {
      const text = readFileSync(kubeconfig, 'utf8').replace(/server: \S+/, `server: ${server}`);
      writeFileSync(kubeconfigOf(paths, testCluster), text);
    });
    const before = [
      await tracesOf(kubeconfig, `${testCluster}-control-plane`),
      await tracesOf(foreignKubeconfig, `${foreign}-control-plane`),
    ];
    await expectRefused(testCluster, env, new RegExp(`its kubeconfig leads to ${server}, but the API server is at https://`));
    expect([
      await tracesOf(kubeconfig, `${testCluster}-control-plane`),
      await tracesOf(foreignKubeconfig, `${foreign}-control-plane`),
    ]).toEqual(before);
  }, 120_000);

  it('is refused under a record of another cluster, and does not change', async () => {
    const env = stateWith('renamed', (paths) => {
      const record = readRecord(original, testCluster) as ClusterRecord;
      writeFileSync(join(paths.state, 'clusters', `${testCluster}.json`), JSON.stringify({ ...record, name: 'another' }));
    });
    const before = await tracesOf(kubeconfig, `${testCluster}-control-plane`);
    await expectRefused(
      testCluster,
      env,
      new RegExp(`kubedrill does not touch the cluster "${testCluster}": its record is one of "another"`),
    );
    expect(await tracesOf(kubeconfig, `${testCluster}-control-plane`)).toEqual(before);
  }, 120_000);

  it('is refused after its marker was taken away, until it is back', async () => {
    const marker = ['--kubeconfig', kubeconfig, '-n', 'kube-system'];
    const kept = (await run(kubectl, [...marker, 'get', 'configmap', 'kubedrill-owner', '-o', 'json'], { timeoutMs: 30_000 })).stdout;
    await run(kubectl, [...marker, 'delete', 'configmap', 'kubedrill-owner'], { timeoutMs: 30_000 });
    try {
      const ended = await kubedrill(['start', 'in-first-pod']);
      expect(ended.stderr).toContain(`kubedrill does not touch the cluster "${testCluster}": it carries no marker of kubedrill`);
      expect(ended.code).toBe(3);
    } finally {
      const { data, metadata } = JSON.parse(kept) as { data: object; metadata: { name: string; namespace: string } };
      const again = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: metadata.name, namespace: metadata.namespace }, data };
      await run(kubectl, [...marker, 'create', '-f', '-'], { timeoutMs: 30_000, input: JSON.stringify(again) });
    }
    expect((await kubedrill(['status'])).code).toBe(0);
  }, 60_000);
});
