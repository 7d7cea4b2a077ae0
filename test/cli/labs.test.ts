import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { labsNamed } from '../../src/cli/labs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const home = () => ({ home: folder }) as CommandContext;
let folder: string;

beforeEach(() => {
  folder = scratchFolder();
  for (const lab of ['labs/inside/in-first-pod', 'labs/black-friday/bf-port-mismatch'])
    cpSync(join(root, lab), join(folder, lab), { recursive: true });
  mkdirSync(join(folder, 'labs/inside/broken'));
  writeFileSync(join(folder, 'labs/inside/broken/lab.yaml'), 'id: broken\n');
});

describe('labs by their names', () => {
  it('come in the order in which they were asked for, and a broken one beside them is no trouble of theirs', async () => {
    expect((await labsNamed(home(), ['bf-port-mismatch', 'in-first-pod'])).map(({ id }) => id)).toEqual([
      'bf-port-mismatch',
      'in-first-pod',
    ]);
  });

  it('say what is wrong with one that is broken', async () => {
    await expect(labsNamed(home(), ['broken'])).rejects.toThrow('labs/inside/broken/lab.yaml');
  });

  it('name the nearest when there is none of that name', async () => {
    const sound = scratchFolder();
    cpSync(join(root, 'labs/inside/in-first-pod'), join(sound, 'labs/inside/in-first-pod'), { recursive: true });
    await expect(labsNamed({ home: sound } as CommandContext, ['in-first-pot'])).rejects.toThrow('did you mean "in-first-pod"?');
  });
});
