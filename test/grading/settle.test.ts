import { describe, expect, it } from 'vitest';
import { type SettleOptions, settle } from '../../src/grading/settle.ts';
import { couldNotSee, fail, pass, type Verdict, waiting } from '../../src/grading/verdict.ts';
import type { Clock } from '../../src/system/clock.ts';

/** A clock whose sleeps end at once, with time moved on; `at` runs something when its time comes. */
class TestClock implements Clock {
  time = 0;
  readonly plans: { at: number; act: () => void }[] = [];

  now(): number {
    return this.time;
  }

  at(ms: number, act: () => void): void {
    this.plans.push({ at: ms, act });
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const end = this.time + ms;
    for (const plan of this.plans.filter((one) => one.at > this.time && one.at <= end).sort((a, b) => a.at - b.at)) {
      if (signal?.aborted) return;
      this.time = plan.at;
      plan.act();
    }
    if (!signal?.aborted) this.time = end;
    await Promise.resolve();
  }
}

function settling(look: (time: number) => Verdict, given: Partial<SettleOptions> & { clock?: TestClock } = {}) {
  const clock = given.clock ?? new TestClock();
  const looks: number[] = [];
  let listener = (): void => undefined;
  let stopped = false;
  const done = settle({
    evaluate: async () => {
      looks.push(clock.time);
      return look(clock.time);
    },
    onChange: (heard) => {
      listener = heard;
      return () => {
        stopped = true;
      };
    },
    withinMs: 15_000,
    signal: new AbortController().signal,
    ...given,
    clock,
  });
  return { done, clock, looks, change: () => listener(), isStopped: () => stopped };
}

const bad = fail({ observed: '1', expected: '2' });

describe('grading once', () => {
  it('passes at the first look that passes', async () => {
    const { done, looks, isStopped } = settling(() => pass('yes'));
    expect(await done).toEqual(pass('yes'));
    expect(looks).toEqual([0]);
    expect(isStopped()).toBe(true);
  });

  it('looks again when something changes', async () => {
    const clock = new TestClock();
    const one = settling((time) => (time >= 4000 ? pass('yes') : bad), { clock });
    clock.at(4000, () => one.change());
    expect(await one.done).toEqual(pass('yes'));
    expect(one.looks).toEqual([0, 4000]);
  });

  it('looks again by itself where behaviour is graded', async () => {
    const { done, looks } = settling((time) => (time >= 3000 ? pass('yes') : bad), { everyMs: 1000 });
    expect(await done).toEqual(pass('yes'));
    expect(looks).toEqual([0, 1000, 2000, 3000]);
  });

  it('gives the last real mismatch at the bound', async () => {
    const { done, clock } = settling(() => bad);
    expect(await done).toEqual(bad);
    expect(clock.time).toBe(15_000);
  });

  it('makes what still waits at the bound a fail with the same mismatch', async () => {
    const { done } = settling(() =>
      waiting({ observed: '1 of 3 available', expected: '3', field: 'Deployment web status', look: 'kubectl get deployment web' }),
    );
    expect(await done).toEqual(
      fail({
        observed: '1 of 3 available (still so after 15 s)',
        expected: '3',
        field: 'Deployment web status',
        look: 'kubectl get deployment web',
      }),
    );
  });

  it('never makes an error a fail', async () => {
    const { done } = settling(() => couldNotSee('the API server is away'));
    expect(await done).toEqual(couldNotSee('the API server is away'));
  });

  it('recovers from a blind moment', async () => {
    const { done } = settling((time) => (time < 2000 ? couldNotSee('away') : pass('yes')), { everyMs: 1000 });
    expect(await done).toEqual(pass('yes'));
  });

  it('lets a pass hold for its time, also beyond the bound', async () => {
    const { done, clock } = settling((time) => (time >= 14_000 ? pass('yes') : bad), { everyMs: 1000, stableMs: 3000 });
    expect(await done).toEqual(pass('yes'));
    expect(clock.time).toBe(17_000);
  });

  it('fails a pass that flaps', async () => {
    const { done } = settling((time) => (Math.floor(time / 1000) % 2 === 0 ? pass('yes') : bad), { everyMs: 1000, stableMs: 3000 });
    expect((await done).verdict).toBe('fail');
  });

  it('stops at the first mismatch where nothing is on its way', async () => {
    const { done, looks } = settling(() => bad, { failFast: true });
    expect(await done).toEqual(bad);
    expect(looks).toEqual([0]);
  });

  it('is an error when it is cancelled', async () => {
    const clock = new TestClock();
    const controller = new AbortController();
    clock.at(2000, () => controller.abort());
    const { done } = settling(() => bad, { clock, signal: controller.signal });
    expect(await done).toEqual(couldNotSee('the look was cancelled'));
    expect(clock.time).toBeLessThan(15_000);
  });

  it('rests between looks at a busy namespace', async () => {
    const clock = new TestClock();
    let ring = (): void => undefined;
    const busy = (): Verdict => {
      ring();
      return bad;
    };
    const one = settling(busy, { clock, withinMs: 1000 });
    ring = one.change;
    await one.done;
    expect(one.looks.length).toBeLessThanOrEqual(22);
  });
});
