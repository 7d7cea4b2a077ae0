import { describe, expect, it } from 'vitest';
import { type Outcome, runPool } from '../../src/batch/pool.ts';
import { ManualClock } from '../support/manual-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function started(given: { parallel?: number; limitMs?: number; signal?: AbortSignal } = {}) {
  const clock = new ManualClock();
  const running = new Map<string, { done(result: string): void; fail(error: Error): void; signal: AbortSignal }>();
  const ended: [string, Outcome<string>['outcome'], number][] = [];
  const run = (item: string, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      running.set(item, { done: resolve, fail: reject, signal });
    });
  const pool = (items: string[]) =>
    runPool(items, {
      parallel: given.parallel ?? 2,
      limitMs: given.limitMs ?? 60_000,
      run,
      onOutcome: (item, outcome, ms) => void ended.push([item, outcome.outcome, ms]),
      clock,
      signal: given.signal ?? new AbortController().signal,
    });
  return { clock, running, ended, pool };
}

describe('a pool', () => {
  it('runs so many at once, and the next when one ends', async () => {
    const { pool, running, ended } = started();
    const all = pool(['a', 'b', 'c']);
    await settled();
    expect([...running.keys()]).toEqual(['a', 'b']);
    running.get('b')?.done('x');
    await settled();
    expect([...running.keys()]).toEqual(['a', 'b', 'c']);
    running.get('a')?.done('x');
    running.get('c')?.done('x');
    await all;
    expect(ended.map(([item]) => item)).toEqual(['b', 'a', 'c']);
  });

  it('gives up one that takes too long, tells it so, and goes on with the others', async () => {
    const { pool, running, ended, clock } = started({ parallel: 1, limitMs: 1000 });
    const all = pool(['slow', 'quick']);
    await settled();
    await clock.advance(1000);
    await settled();
    expect(running.get('slow')?.signal.aborted).toBe(true);
    running.get('quick')?.done('x');
    await settled();
    running.get('slow')?.done('too late');
    await all;
    expect(ended).toEqual([
      ['slow', 'time-limit', 1000],
      ['quick', 'done', 0],
    ]);
  });

  it('counts the limit from the start of each, not from the start of all', async () => {
    const { pool, running, ended, clock } = started({ parallel: 1, limitMs: 1000 });
    const all = pool(['a', 'b']);
    await settled();
    await clock.advance(900);
    running.get('a')?.done('x');
    await settled();
    await clock.advance(900);
    running.get('b')?.done('x');
    await all;
    expect(ended.map(([, outcome]) => outcome)).toEqual(['done', 'done']);
  });

  it('keeps the failure of one to itself', async () => {
    const { pool, running, ended } = started();
    const all = pool(['a', 'b']);
    await settled();
    running.get('a')?.fail(new Error('hostile'));
    running.get('b')?.done('x');
    await all;
    expect(ended.map(([item, outcome]) => [item, outcome])).toEqual([
      ['a', 'failed'],
      ['b', 'done'],
    ]);
  });

  it('begins nothing new once it is cancelled, and lets what runs end well', async () => {
    const stop = new AbortController();
    const { pool, running, ended } = started({ parallel: 1, signal: stop.signal });
    const all = pool(['a', 'b']);
    await settled();
    stop.abort();
    expect(running.get('a')?.signal.aborted).toBe(true);
    running.get('a')?.fail(new Error('cancelled'));
    await all;
    expect(ended.map(([item, outcome]) => [item, outcome])).toEqual([['a', 'cancelled']]);
    expect(running.has('b')).toBe(false);
  });

  it('takes nothing for a result that came after the cancellation: it may have been cut short', async () => {
    const stop = new AbortController();
    const { pool, running, ended } = started({ parallel: 1, signal: stop.signal });
    const all = pool(['a']);
    await settled();
    stop.abort();
    running.get('a')?.done('the cluster does not answer: cancelled');
    await all;
    expect(ended.map(([item, outcome]) => [item, outcome])).toEqual([['a', 'cancelled']]);
  });

  it('stops everything when an outcome cannot be told, and says why', async () => {
    const clock = new ManualClock();
    const begun: string[] = [];
    const onOutcome = () => {
      throw new Error('the disk is full');
    };
    const run = async (item: string) => void begun.push(item);
    const all = runPool(['a', 'b', 'c'], { parallel: 1, limitMs: 1000, run, onOutcome, clock, signal: new AbortController().signal });
    await expect(all).rejects.toThrow('the disk is full');
    expect(begun).toEqual(['a']);
  });

  it('does not wait for ever for what heeds no signal', async () => {
    const stop = new AbortController();
    const { pool, clock, ended } = started({ parallel: 1, signal: stop.signal });
    const all = pool(['deaf']);
    await settled();
    stop.abort();
    await clock.slept((ms) => ms === 15_000);
    await clock.advance(15_000);
    await settled();
    await clock.advance(15_000);
    await all;
    expect(ended.map(([, outcome]) => outcome)).toEqual(['cancelled']);
  });

  it('waits a moment at its end for those that it gave up, so that they can clean up', async () => {
    const { pool, running, clock } = started({ parallel: 1, limitMs: 1000 });
    let over = false;
    const all = pool(['slow']).then(() => (over = true));
    await settled();
    await clock.advance(1000);
    await settled();
    expect(over).toBe(false);
    running.get('slow')?.fail(new Error('cleaned up'));
    await all;
    expect(over).toBe(true);
  });
});
