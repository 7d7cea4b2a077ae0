import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Plain data that a step is made from; the same data gives the same key, whatever the order of its properties. */
export type Recipe = string | number | boolean | null | undefined | readonly Recipe[] | { readonly [name: string]: Recipe };

/** Twelve hexadecimal digits that name what a recipe makes. */
export function recipeKey(recipe: Recipe): string {
  return createHash('sha256').update(canonical(recipe)).digest('hex').slice(0, 12);
}

function canonical(recipe: Recipe): string {
  if (Array.isArray(recipe)) return `[${recipe.map(canonical).join(',')}]`;
  if (recipe !== null && typeof recipe === 'object') {
    const fields = Object.entries(recipe).filter(([, value]) => value !== undefined);
    return `{${fields
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`)
      .join(',')}}`;
  }
  return JSON.stringify(recipe) ?? 'null';
}

/** SHA-256 over the names and contents of all files under a folder; tests of Go code do not count. */
export async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await filesUnder(folder)) {
    if (path.endsWith('_test.go') || path.endsWith('.md')) continue;
    const content = await readFile(join(folder, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

export async function fileDigest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Paths relative to the folder, sorted. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
