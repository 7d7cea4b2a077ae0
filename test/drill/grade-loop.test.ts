import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GradeLoop } from '../../src/drill/grade-loop.ts';
import { defineGrader, type Grader } from '../../src/grading/grader.ts';
import { fail, pass, type Verdict } from '../../src/grading/verdict.ts';
import type { LabCheck } from '../../src/lab/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { contextOf } from '../support/grade.ts';
import { clusterFacts } from '../support/objects.ts';

const check = {
  id: 'C1',
  title: 'It works',
  points: 1,
  guard: false,
  latch: false,
  after: [],
  grader: 'look',
  with: {},
} as unknown as LabCheck;

/** A loop over one check, whose looks take `ms` each and answer in turn; `at`: when each of them began. */
function loopOf(ms: number, verdicts: (look: number) => Verdict) {
  const clock = new FakeClock(0);
  const at: number[] = [];
  const grader = defineGrader({
    id: 'look',
    says: 'Looks.',
    params: z.strictObject({}),
    reads: [],
    looks: 'behaviour',
    example: '{grader: look}',
    async grade() {
      at.push(clock.now());
      clock.pass(ms);
      return verdicts(at.length);
    },
  }) as Grader;
  const { mirror, probes, timeline, baseline } = contextOf();
  const loop = new GradeLoop({
    checks: [{ check, step: 'one' }],
    gradersById: new Map([[grader.id, grader]]),
    view: () => mirror,
    onMirrorChange: () => () => undefined,
    probes,
    timeline,
    baseline,
    facts: clusterFacts(),
    clock,
    signal: new AbortController().signal,
    apiTakenAway: async () => false,
    latched: new Set(),
    onCheck: () => undefined,
  });
  return { loop, at };
}

const never = () => fail({ observed: 'nothing', expected: 'something' });

describe('grading to an end', () => {
  it('looks four times a second while a look is quick, until it passes', async () => {
    const { loop, at } = loopOf(10, (look) => (look < 4 ? never() : pass('there it is')));
    expect((await loop.settle(['C1'], { withinMs: 60_000 }))[0]?.verdict).toMatchObject({ verdict: 'pass' });
    expect(at).toEqual([0, 260, 520, 780]);
  });

  it('rests as long as a look took, so that at most half of the time is spent on looking', async () => {
    const { loop, at } = loopOf(600, never);
    expect((await loop.settle(['C1'], { withinMs: 3000 }))[0]?.verdict).toMatchObject({ verdict: 'fail' });
    expect(at).toEqual([0, 1200, 2400]);
  });

  it('never rests for longer than a look of its own accord is apart', async () => {
    const { loop, at } = loopOf(10_000, never);
    await loop.settle(['C1'], { withinMs: 21_000 });
    expect(at).toEqual([0, 11_500]);
  });
});
