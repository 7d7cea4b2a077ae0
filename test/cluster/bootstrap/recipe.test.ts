import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderDigest, recipeKey } from '../../../src/cluster/bootstrap/recipe.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

describe('the key of a recipe', () => {
  it('does not depend on the order of properties', () => {
    expect(recipeKey({ a: 1, b: ['x', { c: true, d: null }] })).toBe(recipeKey({ b: ['x', { d: null, c: true }], a: 1 }));
  });

  it('depends on every value, on the order of lists, and on where one value ends', () => {
    const keys = [{ a: ['b', 'c'] }, { a: ['c', 'b'] }, { a: ['b,c'] }, { a: ['b', 'd'] }, { a: 'b' }].map((recipe) => recipeKey(recipe));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is of what is there: an undefined property is none', () => {
    expect(recipeKey({ a: 1, b: undefined })).toBe(recipeKey({ a: 1 }));
  });
});

describe('the digest of a folder', () => {
  const write = (folder: string, files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folderDigest(folder);
  };

  it('changes with a name or a content, and not with tests and prose', async () => {
    const digest = await write(scratchFolder(), { 'main.go': 'one', 'sub/x.go': 'two' });
    expect(await write(scratchFolder(), { 'main.go': 'one', 'sub/x.go': 'two', 'main_test.go': 'test', 'README.md': 'prose' })).toBe(
      digest,
    );
    expect(await write(scratchFolder(), { 'main.go': 'one', 'sub/y.go': 'two' })).not.toBe(digest);
    expect(await write(scratchFolder(), { 'main.go': 'onet', 'sub/x.go': 'wo' })).not.toBe(digest);
  });
});
