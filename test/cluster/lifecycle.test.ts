import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringClusterUp, takeClusterDown } from '../../src/cluster/lifecycle.ts';
import type { OpenContext } from '../../src/cluster/open.ts';
import { markerName } from '../../src/cluster/ownership.ts';
import { type ClusterRecord, kubeconfigOf, readRecord, writeRecord } from '../../src/cluster/records.ts';
import { type FakeApiServer, startFakeApiServer } from '../support/fake-api-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type FakeCluster, fakeProvider } from './support/fake-provider.ts';
import { fakeRun } from './support/fake-run.ts';

const name = 'drill';
const spec = { name, workers: 1, kubernetes: '1.34' };
const id = '7b2d3a44-6f39-4c0e-9d6a-2f1f0c1b7e55';
const stranger = '00000000-6f39-4c0e-9d6a-2f1f0c1b7e55';
let server: FakeApiServer;

beforeEach(async () => {
  server = await startFakeApiServer();
  for (const node of ['node-0', 'node-1'])
    server.put({ kind: 'Node', metadata: { name: node }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  server.put({ kind: 'Deployment', metadata: { name: 'coredns', namespace: 'kube-system' }, status: { availableReplicas: 2 } });
});
afterEach(() => server.stop());

/** A state folder, and what bears the name; `record`: what kubedrill remembers of it. */
function machine(there: FakeCluster | undefined, record?: Partial<ClusterRecord>) {
  const folder = scratchFolder();
  const paths = { state: join(folder, 'state'), cache: join(folder, 'cache') };
  const home = join(folder, 'home');
  mkdirSync(join(home, 'images', 'apps'), { recursive: true });
  const stop = new AbortController();
  const context: OpenContext = { run: fakeRun(() => ''), clock: new FakeClock(), paths, env: {}, home, signal: stop.signal };
  const fake = fakeProvider(server.kubeconfig, there);
  if (record) {
    const whole: ClusterRecord = {
      name,
      provider: 'kind',
      id,
      createdAt: '2026-01-01T00:00:00.000Z',
      workers: 1,
      kubernetes: '1.34',
      kubectl: 'kubectl',
      state: 'ready',
      hasLabImages: true,
      ...record,
    };
    writeRecord(paths, whole);
    if (whole.state === 'ready') {
      writeFileSync(kubeconfigOf(paths, name), readFileSync(server.kubeconfig));
      const uid = server.get('Namespace', 'kube-system')?.metadata.uid;
      server.put({
        kind: 'ConfigMap',
        metadata: { name: markerName, namespace: 'kube-system' },
        data: { id, 'kube-system-uid': String(uid) },
      });
    }
  }
  const notes: string[] = [];
  const progress = (one: { type: string; note?: string }) => void (one.note && notes.push(one.note));
  return {
    ...fake,
    paths,
    notes,
    stop,
    up: () => bringClusterUp(spec, fake.provider, context, progress),
    down: () => takeClusterDown(name, fake.provider, context, progress),
    record: () => readRecord(paths, name),
  };
}

const changes = () => server.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
const running = (madeFor: string | undefined): FakeCluster => ({ madeFor, nodes: ['running', 'running'] });

describe('up', () => {
  it('makes a cluster, with one id in the record, with the nodes and in the marker', async () => {
    const drill = machine(undefined);
    expect(await drill.up()).toBe('created');
    const record = drill.record();
    expect(record).toMatchObject({ name, state: 'ready', hasLabImages: true });
    expect(drill.cluster()?.madeFor).toBe(record?.id);
    expect(server.get('ConfigMap', markerName, 'kube-system')?.data).toMatchObject({ id: record?.id });
    expect(drill.acts).toEqual(['create']);
  });

  it('finds one that is there and well, and changes nothing about it', async () => {
    const drill = machine(running(id), {});
    expect(await drill.up()).toBe('already-there');
    expect(drill.acts).toEqual([]);
    expect(changes()).toEqual([]);
  });

  it('starts stopped nodes of its own', async () => {
    const drill = machine({ madeFor: id, nodes: ['stopped', 'stopped'] }, {});
    expect(await drill.up()).toBe('started');
    expect(drill.acts).toEqual(['start']);
  });

  it('takes away what an interrupted start left of its own, and makes it anew', async () => {
    const drill = machine(running(id), { state: 'creating' });
    expect(await drill.up()).toBe('created');
    expect(drill.acts).toEqual(['delete', 'create']);
    expect(drill.notes).toContain('taking away what an interrupted start left of drill');
    expect(drill.record()?.id).not.toBe(id);
  });

  it('takes the half-made cluster away when its making fails', async () => {
    const drill = machine(undefined);
    drill.duringCreate(() => {
      throw new Error('no room');
    });
    await expect(drill.up()).rejects.toThrow('no room');
    expect(drill.acts).toEqual(['create', 'delete']);
    expect([drill.cluster(), drill.record()]).toEqual([undefined, undefined]);
  });

  it('takes away also a node that the engine makes after the interruption', async () => {
    const drill = machine(undefined);
    drill.duringCreate(() => {
      throw new Error('interrupted');
    });
    const { delete: remove } = drill.provider;
    let late: FakeCluster | undefined = running(id);
    drill.provider.delete = async (...args) => {
      await remove(...args);
      if (late) drill.set(late);
      late = undefined;
    };
    await expect(drill.up()).rejects.toThrow('interrupted');
    expect(drill.acts).toEqual(['create', 'delete', 'delete']);
    expect([drill.cluster(), drill.record()]).toEqual([undefined, undefined]);
  });

  it('keeps the record of a half-made cluster that cannot be taken away now', async () => {
    const drill = machine(undefined);
    drill.duringCreate(() => {
      throw new Error('interrupted');
    });
    drill.provider.delete = async () => {
      throw new Error('the engine does not answer');
    };
    await expect(drill.up()).rejects.toThrow('interrupted');
    expect(drill.record()).toMatchObject({ state: 'creating' });
  });

  it('keeps a ready cluster when what comes after is interrupted, and goes on there', async () => {
    const drill = machine(undefined);
    drill.provider.labImages = async () => {
      throw new Error('interrupted while images are brought');
    };
    await expect(drill.up()).rejects.toThrow('interrupted while images are brought');
    expect(drill.acts).toEqual(['create']);
    expect(drill.record()).toMatchObject({ state: 'ready', hasLabImages: false });
    drill.provider.labImages = async () => 'baked';
    expect(await drill.up()).toBe('already-there');
    expect(drill.acts).toEqual(['create']);
    expect(drill.record()).toMatchObject({ state: 'ready', hasLabImages: true });
  });
});

describe.each(['up', 'down'] as const)('%s refuses, and touches nothing,', (act) => {
  const refusal = 'kubedrill does not touch the cluster "drill": ';

  it.each<[string, FakeCluster, Partial<ClusterRecord> | undefined, string]>([
    ['a cluster that it has no record of', running(undefined), undefined, 'there is no record that kubedrill made it'],
    ['a cluster of somebody else under its name', running(undefined), {}, 'node node-0 was made by hand'],
    ['stopped nodes of somebody else', { madeFor: undefined, nodes: ['stopped', 'stopped'] }, {}, 'node node-0 was made by hand'],
    ['nodes that were made for another record', running(stranger), {}, 'its nodes were made for another record'],
    ['what took the name of a half-made one', running(stranger), { state: 'creating' }, 'its nodes were made for another record'],
    ['by-hand nodes under the name of a half-made one', running(undefined), { state: 'creating' }, 'node node-0 was made by hand'],
  ])('%s', async (_, there, record, why) => {
    const drill = machine(there, record);
    await expect(drill[act]()).rejects.toMatchObject({ code: 'not-owned', message: refusal + why });
    expect(drill.acts).toEqual([]);
    expect(changes()).toEqual([]);
    expect(drill.cluster()).toEqual(there);
  });

  it('a record that was renamed', async () => {
    const drill = machine(running(id), {});
    writeRecord(drill.paths, { ...(drill.record() as ClusterRecord), name: 'other' });
    const file = join(drill.paths.state, 'clusters', `${name}.json`);
    writeFileSync(file, readFileSync(join(drill.paths.state, 'clusters', 'other.json')));
    await expect(drill[act]()).rejects.toMatchObject({ code: 'not-owned', message: `${refusal}its record is one of "other"` });
    expect(drill.acts).toEqual([]);
  });

  it.each<[string, Record<string, string> | undefined, string]>([
    ['a cluster without a marker', undefined, 'it carries no marker of kubedrill'],
    ['a marker of another cluster', { id: stranger }, 'its marker is of another cluster'],
    ['a marker that was copied', { id, 'kube-system-uid': 'elsewhere' }, 'its marker was copied from another cluster'],
  ])('%s', async (_, data, why) => {
    const drill = machine(running(id), {});
    server.remove('ConfigMap', markerName, 'kube-system');
    if (data) server.put({ kind: 'ConfigMap', metadata: { name: markerName, namespace: 'kube-system' }, data });
    await expect(drill[act]()).rejects.toMatchObject({ code: 'not-owned', message: refusal + why });
    expect(drill.acts).toEqual([]);
    expect(changes()).toEqual([]);
  });

  it('a kubeconfig that leads elsewhere', async () => {
    const drill = machine(running(id), {});
    drill.provider.serverOf = async () => ({ expected: 'https://127.0.0.1:1', found: 'https://198.51.100.7:6443' });
    await expect(drill[act]()).rejects.toMatchObject({
      code: 'not-owned',
      message: `${refusal}its kubeconfig leads to https://198.51.100.7:6443, but the API server is at https://127.0.0.1:1`,
    });
    expect(drill.acts).toEqual([]);
  });
});

describe('down', () => {
  it('takes its own cluster away, and forgets it', async () => {
    const drill = machine(running(id), {});
    expect(await drill.down()).toBe('deleted');
    expect([drill.acts, drill.record()]).toEqual([['delete'], undefined]);
  });

  it('takes its own away also while nodes are stopped, half made, or its kubeconfig is lost', async () => {
    server.away();
    const stopped = machine({ madeFor: id, nodes: ['stopped', 'stopped'] }, {});
    // as `minikube stop` leaves it
    writeFileSync(kubeconfigOf(stopped.paths, name), 'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: null\nusers: null\n');
    expect([await stopped.down(), stopped.acts]).toEqual(['deleted', ['delete']]);
    const halfMade = machine(running(id), { state: 'creating' });
    expect([await halfMade.down(), halfMade.acts]).toEqual(['deleted', ['delete']]);
    const lost = machine(running(id), {});
    rmSync(kubeconfigOf(lost.paths, name));
    expect([await lost.down(), lost.acts]).toEqual(['deleted', ['delete']]);
  });

  it('forgets one that is gone already', async () => {
    const drill = machine(undefined, {});
    expect([await drill.down(), drill.record(), drill.acts]).toEqual(['was-gone', undefined, []]);
  });
});
