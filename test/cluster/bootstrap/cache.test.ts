import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cluster/bootstrap/cache.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

describe('the cache of the build', () => {
  it('shows what a step made only when it is whole', async () => {
    const cache = openCache({ cache: scratchFolder() });
    const interrupted = cache.publish('kubernetes', 'abc', async (folder) => {
      writeFileSync(join(folder, 'half'), '');
      throw new Error('interrupted');
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    expect(await cache.has('kubernetes', 'abc')).toBe(false);
    const folder = await cache.publish('kubernetes', 'abc', async (into) => writeFileSync(join(into, 'kube'), ''));
    expect(await cache.has('kubernetes', 'abc')).toBe(true);
    expect(readdirSync(folder)).toEqual(['kube']);
  });

  it('keeps what was first when two publish the same', async () => {
    const cache = openCache({ cache: scratchFolder() });
    const publish = (text: string) => cache.publish('etcd', 'k', async (into) => writeFileSync(join(into, text), ''));
    await publish('first');
    expect(readdirSync(await publish('second'))).toEqual(['first']);
  });

  it('says what to do when the disk is full', async () => {
    const cache = openCache({ cache: scratchFolder() });
    const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    await expect(cache.scratch(() => Promise.reject(full))).rejects.toMatchObject({
      code: 'build-failed',
      hint: expect.stringContaining('it goes on where it stopped'),
    });
  });

  it('sweeps what interrupted builds left and old keys, but the newest of each step stays', async () => {
    const root = scratchFolder();
    const cache = openCache({ cache: root });
    mkdirSync(join(root, 'work', 'left'), { recursive: true });
    for (const key of ['old', 'newest']) await cache.publish('debian', key, async () => undefined);
    const days = (count: number) => (Date.now() - count * 24 * 3600 * 1000) / 1000;
    utimesSync(cache.folder('debian', 'old'), days(20), days(20));
    utimesSync(cache.folder('debian', 'newest'), days(10), days(10));
    await cache.sweep(Date.now());
    expect(existsSync(join(root, 'work', 'left'))).toBe(false);
    expect(await cache.has('debian', 'old')).toBe(false);
    expect(await cache.has('debian', 'newest')).toBe(true);
  });
});
