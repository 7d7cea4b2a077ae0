import { describe, expect, it } from 'vitest';
import trafficGrader from '../../graders/traffic.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { TrafficStats } from '../../src/grading/probes.ts';
import type { TimelineEntry } from '../../src/grading/timeline.ts';
import { seen, traffic, unseen } from '../support/fake-probes.ts';
import { type GivenContext, gradeWith } from '../support/grade.ts';
import { deployment } from '../support/objects.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1000;
const web = (seconds: number, image: string, updated: number): TimelineEntry => ({
  at: at(seconds),
  type: 'object',
  change: 'modified',
  kind: 'Deployment',
  object: deployment({ name: 'shop', replicas: 4, image, updated }),
});
const rollout = [
  { at: at(0), type: 'recording-started' } as const,
  web(1, 'kd/web:1.0', 4),
  web(10, 'kd/web:2.0', 0),
  web(40, 'kd/web:2.0', 4),
];
const window = {
  from: "deployment('shop').spec.template.spec.containers[0].image == 'kd/web:2.0'",
  until: "deployment('shop').status.updatedReplicas == 4",
};

interface Asked {
  pod: string;
  since?: number;
  until?: number;
}
function grade(
  params: Record<string, unknown>,
  stats: Partial<TrafficStats> | ((asked: Asked) => Partial<TrafficStats>),
  given: GivenContext & { after?: number } = {},
) {
  const asked: Asked[] = [];
  const now = at(given.after ?? 100);
  const probe = async (request: Asked) => {
    asked.push(request);
    return seen(
      traffic({
        now,
        since: request.since,
        until: request.until,
        sent: 2000,
        ok: 2000,
        ...(typeof stats === 'function' ? stats(request) : stats),
      }),
    );
  };
  const verdict = gradeWith(
    trafficGrader as unknown as Grader,
    { ...window, ...params },
    { timeline: rollout, now, probes: { traffic: probe }, ...given },
  );
  return { verdict, asked };
}

describe('traffic in a stretch of the drill', () => {
  it('passes when no request failed, from the change until some time after its end', async () => {
    const { verdict, asked } = grade({ maxFailed: 0, minSent: 500, graceMs: 10_000 }, {});
    expect(await verdict).toEqual({ verdict: 'pass', evidence: '2000 requests in 40 s: 0 failed, longest gap 0.1 s' });
    expect(asked).toEqual([{ pod: 'traffic', since: at(10), until: at(50) }]);
  });

  it('fails with the errors', async () => {
    expect(await grade({ maxFailed: 0 }, { failed: 65, byError: { timeout: 5, 'connection refused': 60 } }).verdict).toEqual({
      verdict: 'fail',
      observed: '65 of 2000 failed (connection refused 60, timeout 5)',
      expected: 'at least 10 requests, none failed',
      field: 'requests of Pod traffic',
      look: 'kubectl logs traffic',
    });
  });

  it('fails when there was too little of it', async () => {
    expect(await grade({ maxFailed: 0, minSent: 500 }, { sent: 12, ok: 12 }).verdict).toMatchObject({
      verdict: 'fail',
      observed: '12 sent',
      expected: 'at least 500 requests, none failed',
    });
  });

  it('fails with a gap that is too long, or too short where one is meant', async () => {
    expect(await grade({ maxLongestGapMs: 3000 }, { longestGapMs: 5100 }).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'no good answer for 5.1 s',
    });
    expect(await grade({ minLongestGapMs: 500 }, { longestGapMs: 90 }).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'the longest gap was 0.1 s',
    });
    expect((await grade({ minLongestGapMs: 500 }, { longestGapMs: 900 }).verdict).verdict).toBe('pass');
  });

  it('fails when too few were answered, or too few failed', async () => {
    expect(await grade({ minOkRatio: 0.9 }, { ok: 1799, failed: 201 }).verdict).toMatchObject({
      verdict: 'fail',
      observed: '1799 of 2000 answered',
      expected: 'at least 10 requests, 90 % answered',
    });
    expect((await grade({ minOkRatio: 0.9 }, { ok: 1800, failed: 200 }).verdict).verdict).toBe('pass');
    expect((await grade({ minFailed: 1 }, {}).verdict).verdict).toBe('fail');
  });

  it('fails when a number in the answers fell, and says when', async () => {
    const visitor = { bodies: { number: 'visitor #(\\d+)' } };
    const numbers = (restartedAt: number) => (asked: Asked) => {
      const first = (asked.since ?? 0) - at(10);
      const number = first >= restartedAt ? first - restartedAt + 1 : first + 100;
      return { byBody: { [`visitor #${number}.`]: 1, [`visitor #${number + 9}.`]: 1, 'no number': 1 } };
    };
    expect((await grade(visitor, numbers(60_000)).verdict).verdict).toBe('pass');
    expect(await grade(visitor, numbers(20_000)).verdict).toMatchObject({
      verdict: 'fail',
      observed: '18109, then 1, 20 s after the beginning',
      expected: 'at least 10 requests, a number by visitor #(\\d+) that never falls',
    });
    expect(await grade(visitor, { byBody: { hello: 1 } }).verdict).toMatchObject({
      observed: 'no number by visitor #(\\d+) in any answer',
    });
  });

  it('looks at the answers: all, some, and those of the last second', async () => {
    const bodies = (asked: Asked): Partial<TrafficStats> => ({
      byBody: asked.since === at(39) ? { 'version=2.0': 50 } : { 'version=1.0': 900, 'version=2.0': 1100 },
    });
    expect((await grade({ bodies: { last: 'version=2.0' } }, bodies).verdict).verdict).toBe('pass');
    expect(await grade({ bodies: { all: 'version=2.0' } }, bodies).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'an answer version=1.0',
    });
    expect((await grade({ bodies: { some: 'version=3' } }, bodies).verdict).verdict).toBe('fail');
    expect(await grade({ bodies: { last: 'version=2.0' } }, { byBody: { 'version=1.0': 5 } }).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'at the end an answer version=1.0',
    });
    expect(await grade({ bodies: { last: 'version=2.0' } }, {}).verdict).toMatchObject({
      verdict: 'fail',
      observed: 'no answer in the last second',
    });
  });

  it('waits for the beginning and for the end, and fails before the end when it is spoilt', async () => {
    const params = { maxFailed: 0, graceMs: 10_000 };
    expect(await grade(params, {}, { timeline: rollout.slice(0, 2) }).verdict).toMatchObject({
      verdict: 'waiting',
      observed: expect.stringMatching(/^not begun: /),
    });
    expect(await grade(params, { sent: 30 }, { timeline: rollout.slice(0, 3), after: 20 }).verdict).toMatchObject({
      verdict: 'waiting',
      observed: "30 sent, 0 failed so far; deployment('shop').status.updatedReplicas == 4 is still to come",
    });
    expect(await grade(params, { sent: 30 }, { after: 45 }).verdict).toMatchObject({
      verdict: 'waiting',
      observed: '30 sent, 0 failed so far; 5 s to go',
    });
    expect((await grade(params, { failed: 1 }, { timeline: rollout.slice(0, 3), after: 20 }).verdict).verdict).toBe('fail');
  });

  it('may be a window of a length, some time after its beginning', async () => {
    const length = { until: undefined, delayMs: 3000, windowMs: 6000, maxFailed: 0 };
    const { verdict, asked } = grade(length, {});
    expect((await verdict).verdict).toBe('pass');
    expect(asked[0]).toEqual({ pod: 'traffic', since: at(13), until: at(19) });
    expect(await grade(length, {}, { after: 12, timeline: rollout.slice(0, 3) }).verdict).toMatchObject({
      verdict: 'waiting',
      observed: 'the window begins in 1 s',
    });
  });

  it('takes the latest stretch where any will do', async () => {
    const again = [...rollout, web(60, 'kd/web:1.0', 4), web(70, 'kd/web:2.0', 0), web(80, 'kd/web:2.0', 4)];
    const failures = (asked: Asked) => ({ failed: (asked.since ?? 0) < at(50) ? 7 : 0 });
    expect((await grade({ maxFailed: 0, tries: 'any' }, failures, { timeline: again }).verdict).verdict).toBe('pass');
    expect((await grade({ maxFailed: 0, tries: 'first' }, failures, { timeline: again }).verdict).verdict).toBe('fail');
  });

  it('begins with the last of several moments', async () => {
    const gone: TimelineEntry = { at: at(60), type: 'check-passed', check: 'C1' };
    const params = { from: [{ check: 'C1' }, "deployment('shop').spec.template.spec.containers[0].image == 'kd/web:2.0'"], maxFailed: 0 };
    const timeline = [...rollout, gone, web(70, 'kd/web:1.0', 4), web(80, 'kd/web:2.0', 0), web(90, 'kd/web:2.0', 4)];
    const { verdict, asked } = grade(params, {}, { timeline });
    expect((await verdict).verdict).toBe('pass');
    expect(asked[0]).toMatchObject({ since: at(80), until: at(90) });
  });

  it('follows the clock of the cluster', async () => {
    const { verdict, asked } = grade({ maxFailed: 0 }, { now: at(100) + 60_000 });
    expect((await verdict).verdict).toBe('pass');
    expect(asked[1]).toEqual({ pod: 'traffic', since: at(70), until: at(100) });
  });

  it('is an error when the Pod did not see it all, cannot be asked, or nothing was recorded', async () => {
    expect(await grade({ maxFailed: 0 }, { since: at(25) }).verdict).toEqual({
      verdict: 'error',
      reason: 'Pod traffic has recorded since 15 s after the beginning only',
    });
    expect((await grade({ maxFailed: 0 }, { complete: false }).verdict).verdict).toBe('error');
    const blind = await gradeWith(
      trafficGrader as unknown as Grader,
      { ...window, maxFailed: 0 },
      { timeline: rollout, now: at(99), probes: { traffic: async () => unseen('no traffic Pod') } },
    );
    expect(blind).toEqual({ verdict: 'error', reason: 'no traffic Pod' });
  });
});
