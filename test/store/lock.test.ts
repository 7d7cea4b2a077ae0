import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock, type Holder, holderOf, tryLock, waitForLock } from '../../src/store/lock.ts';
import { type Processes, processes } from '../../src/store/processes.ts';
import { fakeCluster } from '../faults/fake/cluster.ts';
import { temporaryFolder } from '../faults/fake/life.ts';

/** A world in which these processes live. */
const living = (...pids: number[]): Processes => ({
  self: () => ({ pid: pids[0] ?? 0, startTime: 'then' }),
  isAlive: ({ pid, startTime }) => pids.includes(pid) && startTime === 'then',
});
const holder = (pid: number, startTime = 'then'): Holder => ({ pid, startTime, command: `kubedrill start lab-${pid}` });
const lockIn = (folder: string) => join(folder, 'locks', 'kd.lock');

test('a lock that is held tells who holds it, and what to do', () => {
  const path = lockIn(temporaryFolder());
  acquireLock(path, holder(1), living(1, 2));
  expect(holderOf(path, living(1, 2))).toMatchObject(holder(1));
  expect(() => acquireLock(path, holder(2), living(1, 2))).toThrowError(
    expect.objectContaining({
      code: 'cluster-busy',
      message: 'the cluster is taken by "kubedrill start lab-1" (process 1)',
      hint: 'Wait until it ends, or end it: kill 1',
    }),
  );
});

test('a released lock is free, and releasing again harms nobody', () => {
  const path = lockIn(temporaryFolder());
  const lock = acquireLock(path, holder(1), living(1, 2));
  lock.release();
  acquireLock(path, holder(2), living(1, 2));
  lock.release();
  expect(holderOf(path, living(1, 2))?.pid).toBe(2);
});

test('the lock of a process that is gone is taken over', () => {
  const path = lockIn(temporaryFolder());
  acquireLock(path, holder(1), living(1));
  expect(holderOf(path, living(2))).toBeUndefined();
  acquireLock(path, holder(2), living(2));
  expect(holderOf(path, living(2))?.pid).toBe(2);
});

test('a pid that was given out again is not the process that held the lock', () => {
  const path = lockIn(temporaryFolder());
  acquireLock(path, holder(7, 'long ago'), living(7));
  expect(tryLock(path, holder(8), living(7, 8)).outcome).toBe('acquired');
});

test('a lock file that is no lock is replaced', () => {
  const path = lockIn(temporaryFolder());
  acquireLock(path, holder(1), living(1)).release();
  writeFileSync(path, 'not json');
  expect(tryLock(path, holder(2), living(2)).outcome).toBe('acquired');
});

test('who takes over a dead lock makes the others wait, and leaves it to the next when it dies on the way', () => {
  const folder = temporaryFolder();
  const path = lockIn(folder);
  acquireLock(path, holder(1), living(1));
  // process 2 died after it claimed the lock of process 1 and before it replaced it
  const token = JSON.parse(readFileSync(path, 'utf8')).token;
  writeFileSync(`${path}.after-${token}`, JSON.stringify({ ...holder(2), token: 'second' }));
  expect(tryLock(path, holder(3), living(2, 3))).toEqual({ outcome: 'held', by: { ...holder(2), token: 'second' } });
  expect(tryLock(path, holder(3), living(3)).outcome).toBe('acquired');
  expect(readdirSync(join(folder, 'locks'))).toEqual(['kd.lock']);
});

test('this very process is alive, with a start time; a pid that nobody has is not', () => {
  const self = processes.self();
  expect(self.pid).toBe(process.pid);
  expect(processes.isAlive(self)).toBe(true);
  expect(processes.isAlive({ pid: 2 ** 22 + 1, startTime: self.startTime })).toBe(false);
  if (process.platform === 'linux') expect(processes.isAlive({ ...self, startTime: 'another boot/1' })).toBe(false);
});

test('whoever is soon done is waited for, and who it is is told once', async () => {
  const path = lockIn(temporaryFolder());
  const first = acquireLock(path, holder(1), living(1, 2));
  const { clock } = fakeCluster();
  const started = clock.now();
  const told: string[] = [];
  const release = {
    ...clock,
    sleep: async (ms: number) => {
      await clock.sleep(ms);
      if (clock.now() - started >= 3000) first.release();
    },
  };
  await waitForLock(path, holder(2), {
    boundMs: 10_000,
    clock: release,
    signal: new AbortController().signal,
    onWait: ({ command }) => void told.push(command),
    processes: living(1, 2),
  });
  expect(holderOf(path, living(1, 2))?.pid).toBe(2);
  expect(told).toEqual(['kubedrill start lab-1']);
});

test('whoever holds it longer than that is named in the error', async () => {
  const path = lockIn(temporaryFolder());
  acquireLock(path, holder(1), living(1, 2));
  const { clock } = fakeCluster();
  const started = clock.now();
  const waiting = waitForLock(path, holder(2), {
    boundMs: 10_000,
    clock,
    signal: new AbortController().signal,
    onWait: () => undefined,
    processes: living(1, 2),
  });
  await expect(waiting).rejects.toMatchObject({
    code: 'cluster-busy',
    message: 'the cluster is taken by "kubedrill start lab-1" (process 1)',
  });
  expect(clock.now() - started).toBe(10_000);
});
