import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Clock } from '../../system/clock.ts';
import { waitUntil } from '../../system/wait.ts';
import type { Machine } from './machine.ts';

/** Who holds a lock: a process is known by its id and its start, because ids are used again. */
export interface Holder {
  pid: number;
  start: string;
  /** What it does, for people: `kubedrill up`. */
  doing: string;
  /** Milliseconds since 1970. */
  since: number;
  token: string;
}

export interface LockOptions {
  folder: string;
  name: string;
  doing: string;
  boundMs: number;
  clock: Clock;
  machine: Pick<Machine, 'pid' | 'processStart'>;
  signal: AbortSignal;
  /** Told once for each holder that is waited for. */
  onWait?: (holder: Holder) => void;
}

/** Runs `use` while this process, and no other, holds the lock. A lock whose process is gone is taken over. */
export async function withLock<T>(options: LockOptions, use: () => Promise<T>): Promise<T> {
  const { machine, clock } = options;
  await mkdir(options.folder, { recursive: true });
  const path = join(options.folder, `${options.name}.lock`);
  const own: Holder = {
    pid: machine.pid,
    start: machine.processStart(machine.pid) ?? '',
    doing: options.doing,
    since: clock.now(),
    token: randomBytes(8).toString('hex'),
  };
  let told: string | undefined;
  const waited = await waitUntil(
    async () => {
      const holder = await take(path, own, machine);
      if (!holder) return { done: true, seen: 'taken' };
      if (told !== holder.token) options.onWait?.(holder);
      told = holder.token;
      return { done: false, seen: `held by \`${holder.doing}\` (process ${holder.pid})` };
    },
    { boundMs: options.boundMs, everyMs: 500, clock, signal: options.signal },
  );
  if (waited.outcome === 'cancelled') throw new LabError('interrupted', 'interrupted while waiting for another kubedrill');
  if (waited.outcome === 'bound') {
    throw new LabError('cluster-busy', `${options.name}: ${waited.seen}, for more than ${Math.round(options.boundMs / 1000)} s`, {
      hint: 'Wait until that process has ended, then run the same command again.',
    });
  }
  try {
    return await use();
  } finally {
    const now = await read(path);
    if (now?.token === own.token) await rm(path, { force: true });
  }
}

/** Undefined: the lock is ours. Else who has it. */
async function take(path: string, own: Holder, machine: Pick<Machine, 'processStart'>): Promise<Holder | undefined> {
  // a link appears whole or not at all, so nobody reads half a lock
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await link(draft, path);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await read(path);
      if (holder && machine.processStart(holder.pid) === holder.start) return holder;
      await removeStale(path, own.token, holder?.token);
    }
    return await read(path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves a stale lock away; when another process was faster and the lock is its fresh one by now, it is put back. */
async function removeStale(path: string, mine: string, token: string | undefined): Promise<void> {
  const aside = `${path}.${mine}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await read(aside);
  if (moved && moved.token !== token) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
