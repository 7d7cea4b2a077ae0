import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../src/cluster/bootstrap/lock.ts';
import type { Processes, ProcessIdentity } from '../../../src/store/processes.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const alive = new Set<string>();
const processesOf = (pid: number): Processes => ({
  self: () => ({ pid, startTime: `start-${pid}` }),
  isAlive: (one: ProcessIdentity) => alive.has(`${one.pid} ${one.startTime}`),
});

function builder(folder: string, pid: number, clock = new FakeClock()) {
  alive.add(`${pid} start-${pid}`);
  const waits: string[] = [];
  const run = <T>(use: () => Promise<T>, signal = new AbortController().signal) =>
    withLock(
      {
        path: join(folder, 'build.lock'),
        what: 'the build',
        command: `kubedrill up (${pid})`,
        boundMs: 60_000,
        clock,
        processes: processesOf(pid),
        signal,
        onWait: (holder) => waits.push(`${holder.command} ${holder.pid}`),
      },
      use,
    );
  return { run, waits };
}

describe('the lock of the build', () => {
  it('lets two at once run one after the other, and the second says who it waits for', async () => {
    const folder = scratchFolder();
    const [first, second] = [builder(folder, 11), builder(folder, 12)];
    const order: string[] = [];
    let release = () => {};
    const held = first.run(async () => {
      order.push('first in');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first out');
    });
    await new Promise((resolve) => setImmediate(resolve));
    const waited = second.run(async () => void order.push('second in'));
    while (second.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([held, waited]);
    expect(order).toEqual(['first in', 'first out', 'second in']);
    expect(second.waits).toEqual(['kubedrill up (11) 11']);
  });

  it('is taken over from a process that is gone, and from one whose id another process has now', async () => {
    const folder = scratchFolder();
    const left = { pid: 11, startTime: 'before the reboot', command: 'kubedrill up', token: 't' };
    writeFileSync(join(folder, 'build.lock'), JSON.stringify(left));
    const { run, waits } = builder(folder, 11);
    expect(await run(async () => 'built')).toBe('built');
    expect(waits).toEqual([]);
  });

  it('is released when the build fails', async () => {
    const folder = scratchFolder();
    const { run } = builder(folder, 13);
    await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(async () => 'again')).toBe('again');
  });

  it('is given up after its bound, with the name of the holder', async () => {
    const folder = scratchFolder();
    const [first, second] = [builder(folder, 14), builder(folder, 15)];
    await first.run(async () => {
      await expect(second.run(async () => undefined)).rejects.toThrow(
        'the build is held by "kubedrill up (14)" (process 14) for more than 1 min',
      );
    });
  });

  it('can be waited for no longer when interrupted', async () => {
    const folder = scratchFolder();
    const [first, second] = [builder(folder, 16), builder(folder, 17)];
    await first.run(async () => {
      const stop = new AbortController();
      stop.abort();
      await expect(second.run(async () => undefined, stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
    });
  });
});
