import { describe, expect, it } from 'vitest';
import timeline from '../../graders/timeline.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import type { Timeline, TimelineEntry } from '../../src/grading/timeline.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { deployment, pod } from '../support/objects.ts';

const grader = timeline as unknown as Grader;
const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1000;
const started = (seconds = 0): TimelineEntry => ({ at: at(seconds), type: 'recording-started' });
const stopped = (seconds: number): TimelineEntry => ({ at: at(seconds), type: 'recording-stopped' });
const seen = (seconds: number, object: KubeObject, change: 'added' | 'modified' | 'deleted' = 'modified'): TimelineEntry => ({
  at: at(seconds),
  type: 'object',
  change,
  kind: object.kind as 'Pod',
  object,
});
const web = (seconds: number, image: string, available: number, change: 'added' | 'modified' = 'modified') =>
  seen(seconds, deployment({ name: 'web', replicas: 3, image, available, updated: available, generation: 2 }), change);
const grade = (params: Record<string, unknown>, entries: readonly TimelineEntry[], given: GivenContext & { after?: number } = {}) =>
  gradeWith(grader, params, { timeline: entries, now: at(given.after ?? 1000), ...given });

const rollout = {
  from: "deployment('web').spec.template.spec.containers[0].image == 'kd/web:1.1'",
  until: "deployment('web').status.updatedReplicas == 3",
  always: "deployment('web').status.availableReplicas >= 2",
};

describe('what must always hold', () => {
  it('passes when it held from the beginning of the stretch to its end', async () => {
    const entries = [
      started(),
      web(0, 'kd/web:1.0', 0, 'added'),
      web(5, 'kd/web:1.0', 3),
      web(10, 'kd/web:1.1', 2),
      web(14, 'kd/web:1.1', 3),
    ];
    expect(await grade({ ...rollout, says: 'two are always available' }, entries)).toEqual({
      verdict: 'pass',
      evidence: "two are always available: seen in 4 s from deployment('web').spec.template.spec.containers[0].image == 'kd/web:1.1'",
    });
  });

  it('fails with the instant at which it did not', async () => {
    const entries = [
      started(),
      web(0, 'kd/web:1.0', 3, 'added'),
      web(10, 'kd/web:1.1', 2),
      web(12.5, 'kd/web:1.1', 1),
      web(14, 'kd/web:1.1', 3),
    ];
    expect(await grade({ ...rollout, says: 'two are always available' }, entries)).toEqual({
      verdict: 'fail',
      observed: '2.5 s after the beginning: 1',
      expected: 'two are always available',
      field: 'Deployment web status.availableReplicas',
      look: 'kubectl get deployment web -o yaml',
    });
  });

  it('fails when the object was deleted on the way', async () => {
    const entries = [
      started(),
      web(0, 'kd/web:1.0', 3, 'added'),
      web(10, 'kd/web:1.1', 2),
      seen(11, deployment({ name: 'web' }), 'deleted'),
      web(14, 'kd/web:1.1', 3, 'added'),
    ];
    expect(await grade(rollout, entries)).toMatchObject({
      verdict: 'fail',
      observed: '1 s after the beginning: Deployment web does not exist',
    });
  });

  it('waits before the beginning, and until the end', async () => {
    const before = [started(), web(0, 'kd/web:1.0', 3, 'added')];
    expect(await grade(rollout, before)).toMatchObject({
      verdict: 'waiting',
      observed: "not begun: deployment('web').spec.template.spec.containers[0].image == 'kd/web:1.1' has not been",
    });
    expect(await grade(rollout, [...before, web(10, 'kd/web:1.1', 2)])).toMatchObject({
      verdict: 'waiting',
      observed: "under way: deployment('web').status.updatedReplicas == 3 is still to come",
    });
  });

  it('does not judge the objects of the start one by one', async () => {
    const pods = [pod({ name: 'a' }), pod({ name: 'b' })];
    const entries = [started(), ...pods.map((one, index) => seen(index / 100, one, 'added')), web(5, 'kd/web:1.0', 3, 'added')];
    expect((await grade({ always: 'pods().size() == 2', until: "deployment('web') != null" }, entries)).verdict).toBe('pass');
  });

  it('cannot say what happened while nothing was recorded', async () => {
    const entries = [
      started(),
      web(0, 'kd/web:1.0', 3, 'added'),
      web(10, 'kd/web:1.1', 2),
      stopped(20),
      started(50),
      web(50, 'kd/web:1.1', 3, 'added'),
    ];
    expect(await grade(rollout, entries)).toEqual({ verdict: 'error', reason: 'nothing was recorded for 30 s, 10 s after the beginning' });
  });

  it('does not mind a gap outside of its stretch', async () => {
    const entries = [
      started(),
      stopped(1),
      started(30),
      web(30, 'kd/web:1.0', 3, 'added'),
      web(40, 'kd/web:1.1', 2),
      web(45, 'kd/web:1.1', 3),
    ];
    expect((await grade(rollout, entries)).verdict).toBe('pass');
  });

  it('may pass in a later stretch where any will do', async () => {
    const spoilt = [started(), web(0, 'kd/web:1.0', 3, 'added'), web(10, 'kd/web:1.1', 1), web(12, 'kd/web:1.1', 3)];
    const again = [...spoilt, web(20, 'kd/web:1.0', 3), web(30, 'kd/web:1.1', 2), web(33, 'kd/web:1.1', 3)];
    expect((await grade({ ...rollout, tries: 'any' }, spoilt)).verdict).toBe('fail');
    expect((await grade({ ...rollout, tries: 'any' }, again)).verdict).toBe('pass');
    expect((await grade({ ...rollout, tries: 'first' }, again)).verdict).toBe('fail');
  });
});

describe('what must be once', () => {
  const ready = (name: string, seconds: number, uid = name) => seen(seconds, pod({ name, uid, labels: { app: 'web' } }), 'added');
  const grown = {
    from: "pods({'app': 'web'}).size() == 2",
    remember: { uids: "pods({'app': 'web'}).map(p, p.metadata.uid)" },
    once: "pods({'app': 'web'}).size() == 3 && remembered.uids.all(u, pods({'app': 'web'}).exists(p, p.metadata.uid == u))",
  };

  it('compares with what was remembered at the beginning', async () => {
    const two = [started(), ready('a', 1), ready('b', 2)];
    expect(await grade(grown, two)).toMatchObject({ verdict: 'waiting', observed: "not yet: pods({'app': 'web'}).size() is 2" });
    expect((await grade(grown, [...two, ready('c', 5)])).verdict).toBe('pass');
    const replaced = [...two, seen(4, pod({ name: 'a', labels: { app: 'web' } }), 'deleted'), ready('d', 5), ready('e', 6)];
    expect((await grade(grown, replaced)).verdict).toBe('waiting');
  });

  it('stays passed in a recording, although the state went on', async () => {
    const entries = [started(), web(0, 'kd/web:1.0', 2, 'added'), web(5, 'kd/web:1.0', 3)];
    expect((await grade({ once: "deployment('web').status.availableReplicas == 2" }, entries)).verdict).toBe('pass');
  });

  it('counts only once it held for its time', async () => {
    const entries = [
      started(),
      web(0, 'kd/web:1.0', 2, 'added'),
      web(10, 'kd/web:1.0', 3),
      web(12, 'kd/web:1.0', 2),
      web(20, 'kd/web:1.0', 3),
    ];
    const params = { once: "deployment('web').status.availableReplicas == 3", stable: 5000 };
    expect((await grade(params, entries, { after: 24 })).verdict).toBe('waiting');
    expect((await grade(params, entries, { after: 25 })).verdict).toBe('pass');
  });

  it('fails when it comes too late, or never until the end', async () => {
    const entries = [started(), web(0, 'kd/web:1.0', 2, 'added'), web(130, 'kd/web:1.0', 3)];
    const params = { once: "deployment('web').status.availableReplicas == 3", withinMs: 120_000, says: 'three again' };
    expect(await grade(params, entries.slice(0, 2), { after: 60 })).toMatchObject({ verdict: 'waiting', observed: 'not yet: 2' });
    expect(await grade(params, entries.slice(0, 2), { after: 121 })).toMatchObject({ verdict: 'fail', observed: 'not within 120 s: 2' });
    expect(await grade(params, entries)).toMatchObject({ verdict: 'fail', observed: 'after 130 s', expected: 'three again, within 120 s' });
    const closed = { once: "deployment('web').status.availableReplicas == 5", until: "deployment('web').status.availableReplicas == 3" };
    expect(await grade(closed, entries)).toMatchObject({
      verdict: 'fail',
      observed: "never, until deployment('web').status.availableReplicas == 3 after 130 s: 3",
    });
  });

  it('begins with an event of the drill', async () => {
    const entries: TimelineEntry[] = [
      started(),
      web(0, 'kd/web:1.0', 3, 'added'),
      { at: at(10), type: 'fault', id: 'pause-node', phase: 'injected' },
      web(60, 'kd/web:1.0', 2),
      web(70, 'kd/web:1.0', 3),
      { at: at(80), type: 'check-passed', check: 'C3' },
    ];
    const params = {
      from: { fault: 'pause-node' },
      inOrder: ["deployment('web').status.availableReplicas == 2", "deployment('web').status.availableReplicas == 3"],
    };
    expect(await grade(params, entries)).toMatchObject({ verdict: 'fail', observed: expect.stringContaining('came before') });
    expect((await grade({ from: { fault: 'pause-node' }, once: "deployment('web').status.availableReplicas == 2" }, entries)).verdict).toBe(
      'pass',
    );
    expect(await grade({ from: { check: 'C4' }, once: 'true' }, entries)).toMatchObject({
      verdict: 'waiting',
      observed: 'not begun: C4 passes has not been',
    });
    expect((await grade({ from: { check: 'C3' }, once: 'true' }, entries)).verdict).toBe('pass');
  });
});

describe('an order', () => {
  const ordered = { inOrder: ["ready(pod('db-0'))", "pod('db-1') != null", "ready(pod('db-1'))"] };
  const phase = (name: string, seconds: number, ready: boolean) => seen(seconds, pod({ name, ready }), ready ? 'modified' : 'added');

  it('passes when each came after the one before', async () => {
    expect(
      (await grade(ordered, [started(), phase('db-0', 1, false), phase('db-0', 3, true), phase('db-1', 4, false), phase('db-1', 6, true)]))
        .verdict,
    ).toBe('pass');
  });

  it('fails when one came too early', async () => {
    expect(await grade(ordered, [started(), phase('db-0', 1, false), phase('db-1', 2, false), phase('db-0', 3, true)])).toMatchObject({
      verdict: 'fail',
      observed: "2 s after the beginning: pod('db-1') != null came before ready(pod('db-0'))",
    });
  });
});

describe('the recording', () => {
  it('is followed as it grows, each entry once, and a new one is followed from its start', async () => {
    const entries: TimelineEntry[] = [started(), web(0, 'kd/web:1.0', 3, 'added'), web(10, 'kd/web:1.1', 2)];
    let read = 0;
    const counted: Timeline = {
      since: start,
      entries() {
        read += 1;
        return entries.slice();
      },
    };
    expect((await grade(rollout, entries, { timeline: counted })).verdict).toBe('waiting');
    entries.push(web(14, 'kd/web:1.1', 3));
    expect((await grade(rollout, entries, { timeline: counted })).verdict).toBe('pass');
    entries.splice(0);
    expect((await grade(rollout, entries, { timeline: counted })).verdict).toBe('waiting');
    expect(read).toBe(3);
  });

  it('must exist', async () => {
    expect(await gradeWith(grader, rollout)).toEqual({ verdict: 'error', reason: 'this drill was not recorded' });
  });

  it('is asked with expressions that are checked before', () => {
    const bad = grader.params.safeParse({ once: 'podz()' });
    expect(bad.error?.issues[0]?.message).toBe('unknown function podz(), did you mean pod?');
    expect(grader.params.safeParse({ always: 'true' }).success).toBe(false);
  });

  it('holds the namespace of the drill only: what it does not hold is not asked for', () => {
    const refused = (once: string) => grader.params.safeParse({ once }).error?.issues[0]?.message;
    expect(refused("pods({}, 'kube-system').size() == 1")).toBe(
      "namespace kube-system is not recorded: only the drill's namespace and cluster-scoped objects are",
    );
    expect(refused("lease('x') == null")).toBe("Leases are not recorded: only the drill's namespace and cluster-scoped objects are");
    expect(refused('nodes().all(n, ready(n))')).toBeUndefined();
  });
});
