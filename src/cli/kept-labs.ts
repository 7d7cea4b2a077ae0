import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueSource } from '../lab/load.ts';
import type { Lab } from '../lab/schema.ts';
import { readIfThere, writeWhole } from '../system/files.ts';

/** The build of this program; not there when it runs from its sources. Put in by scripts/build.ts. */
declare const KUBEDRILL_BUILD: string | undefined;
const thisBuild = typeof KUBEDRILL_BUILD === 'undefined' ? undefined : KUBEDRILL_BUILD;

/** How many catalogues are kept: each set of folders, seen from each working folder, is one. */
const most = 4;

/**
 * Labs that were found sound are kept in the cache by the content of all their files and by the build: to look at a catalogue takes
 * two seconds of a processor, and every command begins with it.
 */
export async function keptLabs(
  cache: string,
  source: CatalogueSource,
  load: () => Promise<Lab[]>,
  build: string | undefined = thisBuild,
): Promise<Lab[]> {
  if (build === undefined) return load();
  const key = createHash('sha256')
    .update(JSON.stringify([build, source]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cache, 'labs');
  const file = join(folder, `${key}.json`);
  const kept = parsed(readIfThere(file));
  if (kept) return kept;
  const labs = await load();
  try {
    writeWhole(file, JSON.stringify(labs));
    for (const old of others(folder, file).slice(most - 1)) rmSync(old, { force: true });
  } catch {
    // a cache that cannot be written costs time, nothing else
  }
  return labs;
}

function parsed(text: string | undefined): Lab[] | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Lab[];
  } catch {
    return undefined;
  }
}

/** Newest first. */
const others = (folder: string, but: string): string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== but)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
