import { describe, expect, it } from 'vitest';
import { carryOut, planFor, type Step } from '../../../src/cluster/bootstrap/steps.ts';
import { LabError } from '../../../src/lab-error.ts';
import type { Progress } from '../../../src/system/progress.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

function step(id: string, about: Partial<Step> & { done?: Set<string> } = {}): Step {
  return {
    id,
    title: id,
    needs: [],
    lane: 'go',
    seconds: 10,
    megabytes: 5,
    ready: async () => about.done?.has(id) ?? false,
    make: async () => void about.done?.add(id),
    ...about,
  };
}

describe('the plan', () => {
  it('asks for nothing when the goal is ready, whatever its parts are', async () => {
    const done = new Set(['image']);
    const plan = await planFor(['image'], [step('kube'), step('image', { needs: ['kube'], done })]);
    expect(plan.steps).toEqual([]);
  });

  it('lists only what a missing goal needs and does not have', async () => {
    const done = new Set(['kube']);
    const steps = [step('kube', { done }), step('etcd'), step('other'), step('image', { needs: ['kube', 'etcd'] })];
    const plan = await planFor(['image'], steps);
    expect(plan.steps.map(({ id }) => id)).toEqual(['etcd', 'image']);
    expect(plan.megabytes).toBe(10);
  });

  it('counts lanes side by side, and waits for what a step needs', async () => {
    const steps = [
      step('kube', { seconds: 300 }),
      step('etcd', { seconds: 60 }),
      step('debian', { lane: 'debian', seconds: 100 }),
      step('image', { lane: 'engine', seconds: 40, needs: ['kube', 'etcd', 'debian'] }),
    ];
    expect((await planFor(['image'], steps)).seconds).toBe(400);
  });
});

describe('carrying out a plan', () => {
  it('runs lanes side by side, one step of a lane at a time, each after what it needs', async () => {
    const log: string[] = [];
    const gates = new Map<string, () => void>();
    const gated = (id: string, about: Partial<Step>): Step =>
      step(id, {
        ...about,
        make: async () => {
          log.push(`+${id}`);
          await new Promise<void>((resolve) => gates.set(id, resolve));
          log.push(`-${id}`);
        },
      });
    const steps = [
      gated('kube', {}),
      gated('etcd', {}),
      gated('debian', { lane: 'debian' }),
      gated('image', { lane: 'engine', needs: ['kube', 'debian'] }),
    ];
    const work = carryOut(await planFor(['image', 'etcd'], steps), { onProgress: () => undefined, clock: new FakeClock(), signal: never });
    for (const id of ['debian', 'kube', 'etcd', 'image']) {
      while (!gates.has(id)) await new Promise((resolve) => setImmediate(resolve));
      gates.get(id)?.();
    }
    await work;
    expect(log).toEqual(['+kube', '+debian', '-debian', '-kube', '+etcd', '+image', '-etcd', '-image']);
  });

  it('goes on after an interruption at the step where it was', async () => {
    const done = new Set<string>();
    const made: string[] = [];
    const stop = new AbortController();
    const make =
      (id: string, interrupt: boolean): Step['make'] =>
      async (_, signal) => {
        made.push(id);
        if (interrupt && made.length === 2) stop.abort();
        if (signal.aborted) throw new LabError('interrupted', `interrupted: ${id}`);
        done.add(id);
      };
    const steps = (interrupt: boolean) =>
      ['one', 'two', 'three'].map((id, index, all) => step(id, { done, needs: all.slice(0, index), make: make(id, interrupt) }));
    const options = { onProgress: () => undefined, clock: new FakeClock() };
    await expect(carryOut(await planFor(['three'], steps(true)), { ...options, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: 130,
    });
    await carryOut(await planFor(['three'], steps(false)), { ...options, signal: never });
    expect(made).toEqual(['one', 'two', 'two', 'three']);
  });

  it('stops the other lanes when a step fails, and throws its error, not theirs', async () => {
    const progress: Progress[] = [];
    const wrong = new LabError('build-failed', 'could not build kube: no network');
    const steps = [
      step('kube', { make: () => Promise.reject(wrong) }),
      step('etcd'),
      step('debian', {
        lane: 'debian',
        make: (_, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new LabError('interrupted', 'stopped')))),
      }),
    ];
    const plan = await planFor(['kube', 'etcd', 'debian'], steps);
    await expect(carryOut(plan, { onProgress: (one) => progress.push(one), clock: new FakeClock(), signal: never })).rejects.toBe(wrong);
    expect(progress.filter((one) => one.type === 'step-failed').map(({ step }) => step)).toEqual(['kube', 'debian']);
    expect(progress.some(({ step }) => step === 'etcd')).toBe(false);
  });
});
