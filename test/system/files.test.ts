import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectWritable, readIfThere, writeWhole } from '../../src/system/files.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

describe('a folder that cannot be written', () => {
  it('is told with its path, the reason, and the way out', () => {
    const file = join(scratchFolder(), 'a-file');
    writeFileSync(file, '');
    expect(() => expectWritable(join(file, 'below'))).toThrow(
      expect.objectContaining({
        code: 'state-unwritable',
        message: expect.stringMatching(/^cannot write .*\/a-file\/below\/\S+: a part of that path is a file, not a folder$/),
        hint: 'Mend it, or put the state elsewhere: KUBEDRILL_STATE=<folder>',
      }),
    );
  });
});

it('a folder that can be written is made, and nothing is left in it', () => {
  const state = join(scratchFolder(), 'a', 'b');
  expectWritable(state);
  expect([existsSync(state), readdirSync(state)]).toEqual([true, []]);
});

it('what is not there has no text, also below a file', () => {
  const file = join(scratchFolder(), 'a-file');
  writeWhole(file, 'text');
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect([readIfThere(join(file, 'below')), readIfThere(`${file}-not`), readIfThere(file)]).toEqual([undefined, undefined, 'text']);
});
