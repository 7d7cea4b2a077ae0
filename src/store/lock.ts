import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { readIfThere, unwritable } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import { type Processes, type ProcessIdentity, processes as realProcesses } from './processes.ts';

/** Who holds a lock. */
export interface Holder extends ProcessIdentity {
  /** The command as it was typed, e.g. `kubedrill start cs-dns-outage`. */
  command: string;
}

export interface Lock {
  /** Safe to call twice; a lock that another process took over is left alone. */
  release(): void;
}

export type LockAttempt = { outcome: 'acquired'; lock: Lock } | { outcome: 'held'; by: Holder };

type Written = Holder & { token: string };

/** One drill with cluster-wide acts at a time per cluster. */
export const clusterLockPath = (paths: Paths, cluster: string): string => join(paths.state, 'locks', `${cluster}.lock`);

/**
 * A lock file that holds who holds it. It appears whole, by link(2), which fails when it is there already.
 * A lock whose process is gone is taken over by whoever links `<lock>.after-<its token>` first: one process only may
 * replace a given dead one, and should that one die on the way, one process only may follow it.
 */
export function tryLock(path: string, holder: Holder, processes: Processes = realProcesses): LockAttempt {
  const mine: Written = { ...holder, token: randomUUID() };
  const fresh = `${path}.${mine.token}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, JSON.stringify(mine), { mode: 0o600 });
    for (;;) {
      if (linked(fresh, path)) return { outcome: 'acquired', lock: lockOf(path, mine.token) };
      const current = read(path);
      if (current === 'absent') continue;
      if (current !== 'garbled' && processes.isAlive(current)) return { outcome: 'held', by: current };
      const succession = succeed(path, fresh, current === 'garbled' ? 'garbled' : current.token, processes);
      if (succession.outcome === 'held') return succession;
      if (succession.outcome === 'acquired') return { outcome: 'acquired', lock: lockOf(path, mine.token) };
    }
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw unwritable(path, cause);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Replaces the lock of a process that is gone, following the chain of those that died while they did. */
function succeed(
  path: string,
  fresh: string,
  first: string,
  processes: Processes,
): { outcome: 'acquired' | 'too-late' } | { outcome: 'held'; by: Holder } {
  const dead = [first];
  const claimOf = (token: string | undefined) => `${path}.after-${token}`;
  while (!linked(fresh, claimOf(dead.at(-1)))) {
    const claimant = read(claimOf(dead.at(-1)));
    if (claimant === 'absent') continue;
    if (claimant === 'garbled')
      throw new LabError('cluster-busy', `${claimOf(dead.at(-1))} cannot be read`, { hint: `Remove it: rm ${claimOf(dead.at(-1))}` });
    if (processes.isAlive(claimant)) return { outcome: 'held', by: claimant };
    dead.push(claimant.token);
  }
  const current = read(path);
  const unchanged = current === 'garbled' ? first === 'garbled' : current !== 'absent' && dead.includes(current.token);
  if (unchanged) renameSync(fresh, path);
  // claims of the dead may only go once the lock itself has a living holder
  for (const token of unchanged ? dead : dead.slice(-1)) rmSync(claimOf(token), { force: true });
  return { outcome: unchanged ? 'acquired' : 'too-late' };
}

/** Takes the lock or throws `cluster-busy`, which says who holds it. */
export function acquireLock(path: string, holder: Holder, processes: Processes = realProcesses): Lock {
  const attempt = tryLock(path, holder, processes);
  if (attempt.outcome === 'acquired') return attempt.lock;
  const { command, pid } = attempt.by;
  throw new LabError('cluster-busy', `the cluster is taken by "${command}" (process ${pid})`, {
    hint: `Wait until it ends, or end it: kill ${pid}`,
  });
}

/** The same, but waits a little for whoever is soon done; `onWait` is told for whom, once. */
export async function waitForLock(
  path: string,
  holder: Holder,
  options: { boundMs: number; clock: Clock; signal: AbortSignal; onWait: (by: Holder) => void; processes?: Processes },
): Promise<Lock> {
  const { clock, signal, processes = realProcesses } = options;
  const started = clock.now();
  for (let told = false; ; told = true) {
    const attempt = tryLock(path, holder, processes);
    if (attempt.outcome === 'acquired') return attempt.lock;
    if (signal.aborted || clock.now() - started >= options.boundMs) return acquireLock(path, holder, processes);
    if (!told) options.onWait(attempt.by);
    await clock.sleep(100, signal);
  }
}

/** Who holds the lock now, if anybody who lives does. */
export function holderOf(path: string, processes: Processes = realProcesses): Holder | undefined {
  const current = read(path);
  return current !== 'absent' && current !== 'garbled' && processes.isAlive(current) ? current : undefined;
}

const lockOf = (path: string, token: string): Lock => ({
  release: () => {
    const current = read(path);
    if (current !== 'absent' && current !== 'garbled' && current.token === token) rmSync(path, { force: true });
  },
});

function read(path: string): Written | 'absent' | 'garbled' {
  const text = readIfThere(path);
  if (text === undefined) return 'absent';
  try {
    const value = JSON.parse(text) as Written;
    return typeof value.pid === 'number' && typeof value.token === 'string' ? value : 'garbled';
  } catch {
    return 'garbled';
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}
