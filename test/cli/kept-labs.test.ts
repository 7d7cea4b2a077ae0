import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keptLabs } from '../../src/cli/kept-labs.ts';
import { soundLabs } from '../../src/cli/sound-labs.ts';
import { readLabFiles } from '../../src/system/lab-files.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const source = readLabFiles([join(import.meta.dirname, '..', '..', 'labs')]);
const labs = soundLabs(source);

/** A loader that counts how often it is asked. */
function loader() {
  const asked = { times: 0 };
  const load = async () => {
    asked.times += 1;
    return labs;
  };
  return { asked, load };
}

describe('labs that are kept', () => {
  it('are the same as those that were loaded, each of the catalogue', async () => {
    const cache = scratchFolder();
    const { asked, load } = loader();
    await keptLabs(cache, source, load, 'build');
    expect(await keptLabs(cache, source, load, 'build')).toEqual(labs);
    expect(asked.times).toBe(1);
  });

  it('are looked at anew when a file changed, and by another build of the program', async () => {
    const cache = scratchFolder();
    const { asked, load } = loader();
    await keptLabs(cache, source, load, 'build');
    const [first, ...rest] = source.labs as [(typeof source.labs)[number], ...typeof source.labs];
    const changed = { ...source, labs: [{ ...first, files: { ...first.files, 'lab.yaml': `${first.files['lab.yaml']}# ` } }, ...rest] };
    await keptLabs(cache, changed, load, 'build');
    await keptLabs(cache, source, load, 'another build');
    expect(asked.times).toBe(3);
  });

  it('are never kept when they are broken, nor for a program that runs from its sources', async () => {
    const cache = scratchFolder();
    const broken = async () => Promise.reject(new Error('broken'));
    await expect(keptLabs(cache, source, broken, 'build')).rejects.toThrow('broken');
    const { asked, load } = loader();
    await keptLabs(cache, source, load, 'build');
    await keptLabs(cache, source, load, undefined);
    expect(asked.times).toBe(2);
  });

  it('do without a cache that is torn or cannot be written, and do not fill the disk', async () => {
    const cache = scratchFolder();
    const { asked, load } = loader();
    for (const build of ['1', '2', '3', '4', '5', '6']) await keptLabs(cache, source, load, build);
    expect(readdirSync(join(cache, 'labs'))).toHaveLength(4);
    for (const name of readdirSync(join(cache, 'labs'))) writeFileSync(join(cache, 'labs', name), '[{"id": "ha');
    expect(await keptLabs(cache, source, load, '6')).toBe(labs);
    writeFileSync(join(cache, 'file'), '');
    expect(await keptLabs(join(cache, 'file'), source, load, '1')).toBe(labs);
    expect(asked.times).toBe(8);
  });
});
