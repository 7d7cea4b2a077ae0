import { describe, expect, it } from 'vitest';
import podState from '../../graders/pod-state.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { event, node, pod, replicaSet, rolledOut } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[], given: GivenContext = {}) =>
  gradeWith(podState as unknown as Grader, { pod: 'a', ...params }, { mirror, ...given });
const observed = async (params: Record<string, unknown>, one: KubeObject) => {
  const verdict = await grade(params, [one]);
  return verdict.verdict === 'fail' || verdict.verdict === 'waiting' ? `${verdict.verdict}: ${verdict.observed}` : verdict.verdict;
};

describe('the state of a Pod', () => {
  it('passes when it is as asked', async () => {
    const done = pod({ name: 'a', phase: 'Succeeded' });
    expect(await grade({ phase: 'Succeeded', exitCode: 0, restarts: { max: 0 }, owner: 'none' }, [done])).toEqual({
      verdict: 'pass',
      evidence: 'Pod a: 1 Pod, Succeeded, 0 restarts',
    });
  });

  it('fails for a phase that it cannot come to, and waits for one that it can', async () => {
    expect(await observed({ phase: 'Succeeded' }, pod({ name: 'a', phase: 'Failed' }))).toBe('fail: Failed');
    expect(await observed({ phase: 'Running' }, pod({ name: 'a', phase: 'Pending' }))).toBe('waiting: Pending');
    expect(await observed({ phase: 'Running' }, pod({ name: 'a', waitingFor: 'ErrImagePull' }))).toBe(
      'fail: Pending; container web: ErrImagePull',
    );
    expect(await observed({ ready: true }, pod({ name: 'a', ready: false }))).toBe('waiting: container web is not ready');
    expect(await observed({ ready: false }, pod({ name: 'a' }))).toBe('fail: ready');
  });

  it('counts containers and restarts', async () => {
    expect(await observed({ readyContainers: 3 }, pod({ name: 'a', containers: ['x', 'y', 'z'] }))).toBe('pass');
    expect(await observed({ readyContainers: 3 }, pod({ name: 'a' }))).toBe('fail: 1 container');
    expect(await observed({ restarts: { max: 0 } }, pod({ name: 'a', restarts: 1 }))).toBe('fail: 1');
    expect(await observed({ restarts: { min: 1 } }, pod({ name: 'a' }))).toBe('fail: 0');
  });

  it('tells a restart in place by the end of the run before', async () => {
    const restarted = pod({ name: 'a', restarts: 1 });
    expect(await observed({ restarted: true }, restarted)).toBe('fail: no restart in place');
    restarted.status.containerStatuses[0].lastState = { terminated: { exitCode: 2 } };
    expect(await observed({ restarted: true }, restarted)).toBe('pass');
  });

  it('takes any of the reasons of waiting', async () => {
    const params = { waitingReason: ['ErrImagePull', 'ImagePullBackOff'] };
    expect(await observed(params, pod({ name: 'a', waitingFor: 'ImagePullBackOff' }))).toBe('pass');
    expect(await observed(params, pod({ name: 'a', waitingFor: 'CrashLoopBackOff' }))).toBe('waiting: CrashLoopBackOff');
  });

  it('fails with another exit code, and waits for the end', async () => {
    expect(await observed({ exitCode: 0 }, pod({ name: 'a', phase: 'Failed', exitCode: 3 }))).toBe('fail: 3');
    expect(await observed({ exitCode: 0 }, pod({ name: 'a' }))).toBe('waiting: it has not ended');
  });

  it('knows its owner', async () => {
    const owned = pod({ name: 'a', owner: replicaSet({ name: 'counter' }) });
    expect(await observed({ owner: 'none' }, owned)).toBe('fail: ReplicaSet counter');
    expect(await observed({ owner: { kind: 'ReplicaSet', name: 'counter' } }, owned)).toBe('pass');
    expect(await observed({ owner: { kind: 'Node' } }, owned)).toBe('fail: ReplicaSet counter');
    expect(await observed({ owner: { kind: 'Node' } }, pod({ name: 'a', owner: node({ name: 'kd-worker' }) }))).toBe('pass');
    expect(await observed({ owner: { kind: 'ReplicaSet' } }, pod({ name: 'a' }))).toBe('fail: none');
  });

  it('knows what runs, and where', async () => {
    expect(await observed({ image: 'kd/web:1.1' }, pod({ name: 'a' }))).toBe('fail: docker.io/kd/web:1.0');
    expect(await observed({ image: 'kd/web:1.0', node: 'kd-worker' }, pod({ name: 'a' }))).toBe('pass');
    expect(await observed({ node: 'kd-worker2' }, pod({ name: 'a' }))).toBe('fail: kd-worker');
    expect(await observed({ scheduled: false }, pod({ name: 'a' }))).toBe('fail: kd-worker');
    const unplaced = pod({ name: 'a', phase: 'Pending', spec: { nodeName: undefined } });
    expect(await observed({ scheduled: false }, unplaced)).toBe('pass');
  });

  it('tells a node that the scheduler chose from one that was written by hand', async () => {
    const young = { now: Date.parse('2026-01-01T00:05:00Z') };
    const placed = pod({ name: 'a', uid: 'u1' });
    expect((await grade({ scheduled: true }, [placed, event({ reason: 'Scheduled', name: 'a', uid: 'u1' })], young)).verdict).toBe('pass');
    expect(await grade({ scheduled: true }, [placed, event({ reason: 'Scheduled', name: 'a', uid: 'earlier' })], young)).toMatchObject({
      verdict: 'waiting',
      observed: 'kd-worker, and no scheduler reported it',
    });
    const applied = pod({
      name: 'a',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{"nodeName":"kd-worker"}}' },
    });
    expect(await grade({ scheduled: true }, [applied], young)).toMatchObject({ verdict: 'fail', observed: 'kd-worker, written by hand' });
    expect(await grade({ scheduled: true }, [placed])).toEqual({ verdict: 'error', reason: "the events of Pod a's placement are gone" });
  });

  it('is looked at in every Pod of a workload', async () => {
    const web = rolledOut({ name: 'web', replicas: 2 });
    const params = { pod: undefined, of: { kind: 'Deployment', name: 'web' }, restarts: { max: 0 } };
    expect((await grade(params, web.all)).verdict).toBe('pass');
    web.pods[1]!.status.containerStatuses[0].restartCount = 4;
    expect(await grade(params, web.all)).toMatchObject({ verdict: 'fail', field: 'Pod web-abc-2 status.containerStatuses restartCount' });
  });
});
