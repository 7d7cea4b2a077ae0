import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Paths } from '../../system/paths.ts';

/**
 * What steps have made, as `<cache>/build/<step>/<key>/`. A folder appears under its name only when it is whole:
 * it is filled under another name and renamed, so an interrupted build leaves nothing that looks finished.
 */
export interface Cache {
  folder(step: string, key: string): string;
  has(step: string, key: string): Promise<boolean>;
  publish(step: string, key: string, fill: (folder: string) => Promise<void>): Promise<string>;
  /** A folder for what is needed only during `use`; it is on the disk of the cache, not in memory. */
  scratch<T>(use: (folder: string) => Promise<T>): Promise<T>;
  /** Removes what interrupted builds left, and of each step what is older than a week and not its newest. Only while holding the build lock. */
  sweep(now: number): Promise<void>;
}

const week = 7 * 24 * 3600 * 1000;

export function openCache(paths: Pick<Paths, 'cache'>): Cache {
  const build = join(paths.cache, 'build');
  const work = join(paths.cache, 'work');
  const folder = (step: string, key: string) => join(build, step, key);

  const has = async (step: string, key: string) => (await stat(folder(step, key)).catch(() => undefined))?.isDirectory() ?? false;

  const scratch: Cache['scratch'] = async (use) => {
    const path = join(work, randomBytes(6).toString('hex'));
    try {
      await mkdir(path, { recursive: true });
      return await use(path);
    } catch (error) {
      throw diskFull(error, paths.cache) ?? error;
    } finally {
      await removeTree(path);
    }
  };

  return {
    folder,
    has,
    scratch,
    publish: (step, key, fill) =>
      scratch(async (path) => {
        const making = join(path, 'made');
        await mkdir(making);
        await fill(making);
        const final = folder(step, key);
        await mkdir(join(build, step), { recursive: true });
        await rename(making, final).catch(async (error) => {
          if (!(await has(step, key))) throw error;
        });
        return final;
      }),
    async sweep(now) {
      for (const left of await readdir(work).catch(() => [])) await removeTree(join(work, left));
      for (const step of await readdir(build).catch(() => [])) {
        const keys = await Promise.all(
          (await readdir(join(build, step)).catch(() => [])).map(async (key) => ({
            path: folder(step, key),
            made: (await stat(folder(step, key))).mtimeMs,
          })),
        );
        const [, ...older] = keys.sort((a, b) => b.made - a.made);
        for (const { path, made } of older) if (now - made > week) await removeTree(path);
      }
    },
  };
}

/** A half-made root file system may still have /dev or /proc of this machine mounted in it: then it is left alone. */
async function removeTree(path: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  if (mounts.split('\n').some((line) => line.split(' ')[4]?.startsWith(`${path}/`))) return;
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

function diskFull(error: unknown, cache: string): LabError | undefined {
  const text = error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : '';
  if (!/ENOSPC|no space left on device/i.test(text)) return undefined;
  return new LabError('build-failed', `the disk of ${cache} is full`, {
    hint: `Free some gigabytes (\`df -h ${cache}\`) and run the same command again: it goes on where it stopped.`,
    cause: error,
  });
}
