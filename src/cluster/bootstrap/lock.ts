import { LabError } from '../../lab-error.ts';
import { type Holder, type Lock, tryLock } from '../../store/lock.ts';
import type { Processes } from '../../store/processes.ts';
import type { Clock } from '../../system/clock.ts';
import { waitUntil } from '../../system/wait.ts';

export interface Waiting {
  path: string;
  /** What is locked, in words: `the build`. */
  what: string;
  /** What this process does, for whoever waits for it: `kubedrill up`. */
  command: string;
  boundMs: number;
  clock: Clock;
  processes: Processes;
  signal: AbortSignal;
  /** Told once for each holder that is waited for. */
  onWait?: (holder: Holder) => void;
}

/** Runs `use` while this process, and no other, holds the lock; waits for whoever has it and lives. */
export async function withLock<T>(waiting: Waiting, use: () => Promise<T>): Promise<T> {
  const own = { ...waiting.processes.self(), command: waiting.command };
  let lock: Lock | undefined;
  let told: number | undefined;
  const waited = await waitUntil(
    async () => {
      const attempt = tryLock(waiting.path, own, waiting.processes);
      if (attempt.outcome === 'acquired') {
        lock = attempt.lock;
        return { done: true, seen: 'ours' };
      }
      const { by } = attempt;
      if (told !== by.pid) waiting.onWait?.(by);
      told = by.pid;
      return { done: false, seen: `held by "${by.command}" (process ${by.pid})` };
    },
    { boundMs: waiting.boundMs, everyMs: 500, clock: waiting.clock, signal: waiting.signal },
  );
  if (!lock) {
    if (waited.outcome === 'cancelled') throw new LabError('interrupted', `interrupted: ${waiting.what} is ${waited.seen}`);
    throw new LabError('cluster-busy', `${waiting.what} is ${waited.seen} for more than ${Math.round(waiting.boundMs / 60_000)} min`, {
      hint: 'Wait until that process has ended, then run the same command again.',
    });
  }
  try {
    return await use();
  } finally {
    lock.release();
  }
}
