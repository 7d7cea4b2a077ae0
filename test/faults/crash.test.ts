import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { injectFault, planFault } from '../../src/faults/inject.ts';
import { recoverEntries } from '../../src/faults/recover.ts';
import { type FakeCluster, fakeCluster, manifests } from './fake/cluster.ts';
import { fakeLife, faultOf, journalAt, onlyProcess, outcomes, temporaryFolder } from './fake/life.ts';
import { mortal } from './fake/mortal.ts';

interface Case {
  fault: string;
  params: Record<string, unknown>;
  /** What is broken by hand while it is in force. */
  byHand?: (cluster: FakeCluster) => void;
}

const cases: Record<string, Case> = {
  'stop-component kube-scheduler': { fault: 'stop-component', params: { component: 'kube-scheduler' } },
  'stop-component kube-controller-manager': { fault: 'stop-component', params: { component: 'kube-controller-manager' } },
  'stop-component kube-apiserver': { fault: 'stop-component', params: { component: 'kube-apiserver' } },
  'stop-component etcd': { fault: 'stop-component', params: { component: 'etcd' } },
  'stop-kubelet of one': { fault: 'stop-kubelet', params: { node: 'kd-worker' } },
  'stop-kubelet of all': { fault: 'stop-kubelet', params: { node: 'all' } },
  'pause-node': { fault: 'pause-node', params: { node: 'kd-worker' } },
  'drain-node': { fault: 'drain-node', params: { node: 'kd-worker' } },
  'cordon-node': { fault: 'cordon-node', params: { node: 'kd-worker' } },
  'taint-node': { fault: 'taint-node', params: { node: 'kd-worker' } },
  'kill-pods once': { fault: 'kill-pods', params: { selector: 'app=web' } },
  'kill-pods again and again': { fault: 'kill-pods', params: { selector: 'app=web', keep: 1, seconds: 3 } },
  'bad-image': { fault: 'bad-image', params: { deployment: 'web' } },
  'break-selector': { fault: 'break-selector', params: { service: 'web' } },
  'scale-to-zero': { fault: 'scale-to-zero', params: {} },
  'deny-traffic': { fault: 'deny-traffic', params: { to: 'app=web' } },
  'fill-quota': { fault: 'fill-quota', params: {} },
  'exclusive-lab': {
    fault: 'exclusive-lab',
    params: { lab: 'in-break-the-cluster' },
    byHand: (cluster) => {
      cluster.machine('kd-control-plane').files.delete(`${manifests}/kube-apiserver.yaml`);
      cluster.machine('kd-control-plane').files.set(`${manifests}/kube-scheduler.yaml`, 'spec: {}\n');
      cluster.machine('kd-worker').kubelet = false;
      cluster.machine('kd-worker2').state = 'paused';
      cluster.settle();
    },
  },
};

/** Strikes and recovers in a process that dies at its n-th moment (0: never); the moments that it lived through. */
async function liveAndDie(cluster: FakeCluster, path: string, { fault, params, byHand }: Case, dieAt: number): Promise<string[]> {
  const { life, moments } = mortal(cluster, journalAt(path, cluster, 1), dieAt);
  try {
    await injectFault(await planFault(faultOf(fault), params, life), life, undefined);
    byHand?.(cluster);
    await recoverEntries(life.journal.open(), { ...life, processes: onlyProcess(1) });
  } catch {
    // it died, or was told that it could not undo
  }
  return moments;
}

describe.each(Object.entries(cases))('%s', (_, one) => {
  test('a process that dies at any moment of its life leaves nothing that the next one does not mend', async () => {
    const folder = temporaryFolder();
    const whole = fakeCluster();
    const moments = await liveAndDie(whole, join(folder, 'whole.jsonl'), one, 0);
    expect(moments).toContain('planned');
    expect(moments).toContain('undone');

    for (let dieAt = 1; dieAt <= moments.length; dieAt++) {
      const cluster = fakeCluster();
      const before = cluster.picture();
      const path = join(folder, `${dieAt}.jsonl`);
      await liveAndDie(cluster, path, one, dieAt);

      const next = fakeLife(cluster, { journal: journalAt(path, cluster, 2), pid: 2 });
      const failed = (await next.recover()).filter((recovery) => recovery.outcome !== 'undone' && recovery.outcome !== 'already-fine');
      expect(outcomes(failed), moments[dieAt - 1]).toEqual([]);
      expect(next.journal.open(), moments[dieAt - 1]).toEqual([]);
      expect(readFileSync(path, 'utf8'), moments[dieAt - 1]).toBe('');
      await cluster.clock.sleep(1000);
      expect(cluster.picture(), moments[dieAt - 1]).toEqual(before);
    }
  });
});

test('a second process that dies while it recovers leaves the rest to a third', async () => {
  const folder = temporaryFolder();
  for (let dieAt = 1; ; dieAt++) {
    const cluster = fakeCluster();
    const before = cluster.picture();
    const path = join(folder, `${dieAt}.jsonl`);
    const first = fakeLife(cluster, { journal: journalAt(path, cluster, 1) });
    await first.strike('cordon-node', { node: 'kd-worker' });
    await first.strike('stop-kubelet', { node: 'kd-worker' });
    await first.strike('stop-component', { component: 'kube-apiserver' });

    const { life, moments } = mortal(cluster, journalAt(path, cluster, 2), dieAt);
    await recoverEntries(life.journal.open(), { ...life, processes: onlyProcess(2) }).catch(() => undefined);
    if (moments.length < dieAt) break;

    const third = fakeLife(cluster, { journal: journalAt(path, cluster, 3), pid: 3 });
    await third.recover();
    expect(third.journal.open(), moments.at(-1)).toEqual([]);
    await cluster.clock.sleep(1000);
    expect(cluster.picture(), moments.at(-1)).toEqual(before);
  }
});
