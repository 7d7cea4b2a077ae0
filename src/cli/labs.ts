import { basename, join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import type { CatalogueSource } from '../lab/load.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { readLabFiles } from '../system/lab-files.ts';
import type { CommandContext } from './command.ts';
import { keptLabs } from './kept-labs.ts';

/** Every lab of the catalogue and of the folders given; one broken lab file and nothing is started. */
export async function labsOf(context: CommandContext, folders: readonly string[] = []): Promise<Lab[]> {
  const source = readLabFiles([join(context.home, 'labs'), ...folders]);
  return keptLabs(context.paths.cache, source, () => sound(source));
}

// what looks at labs is large, and mostly not needed
const sound = async (source: CatalogueSource): Promise<Lab[]> => (await import('./sound-labs.ts')).soundLabs(source);

/**
 * The labs of these ids, and no others are looked at: a lab lies in a folder of its name, and looking at all of them takes longer than
 * grading a class does.
 */
export async function labsNamed(context: CommandContext, ids: readonly string[], folders: readonly string[] = []): Promise<Lab[]> {
  const source = readLabFiles([join(context.home, 'labs'), ...folders]);
  const wanted = source.labs.filter(({ folder }) => ids.includes(basename(folder)));
  const all = ids.every((id) => wanted.some(({ folder }) => basename(folder) === id));
  const labs = await sound(all ? { ...source, labs: wanted } : source);
  return ids.map((id) => labNamed(labs, id));
}

/** The lab of that id, or an error that names the nearest. */
export function labNamed(labs: readonly Lab[], id: string): Lab {
  const lab = labs.find((one) => one.id === id);
  if (lab) return lab;
  const nearest = [...labs].sort((a, b) => distance(a.id, id) - distance(b.id, id))[0];
  throw new LabError(
    'usage',
    `there is no lab "${id}"${nearest && distance(nearest.id, id) <= 4 ? `, did you mean "${nearest.id}"?` : ''}`,
    { hint: 'List them: kubedrill list' },
  );
}
