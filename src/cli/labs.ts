import { basename, join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { gradersById } from '../../graders/index.generated.ts';
import { faultsById } from '../faults/index.generated.ts';
import { checkCel } from '../grading/cel.ts';
import { formatProblem } from '../lab/diagnostics.ts';
import { type CatalogueSource, loadCatalogue } from '../lab/load.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { readLabFiles } from '../system/lab-files.ts';
import type { CommandContext } from './command.ts';

/** What labs may name: graders, faults, expressions. */
export const registry = { graders: gradersById, faults: faultsById, checkCel };

/** Every lab of the catalogue and of the folders given; one broken lab file and nothing is started. */
export function labsOf(context: CommandContext, folders: readonly string[] = []): Lab[] {
  return soundLabs(readLabFiles([join(context.home, 'labs'), ...folders]));
}

function soundLabs(source: CatalogueSource): Lab[] {
  const { labs, problems } = loadCatalogue(source, registry);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0)
    throw new LabError(
      'lab-invalid',
      `${errors.length} ${errors.length === 1 ? 'problem' : 'problems'} in lab files:\n${errors.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`,
      {
        hint: 'Mend them, then look again: kubedrill lab lint',
      },
    );
  return labs;
}

/**
 * The labs of these ids, and no others are looked at: a lab lies in a folder of its name, and looking at all of them takes longer than
 * grading a class does.
 */
export function labsNamed(context: CommandContext, ids: readonly string[], folders: readonly string[] = []): Lab[] {
  const source = readLabFiles([join(context.home, 'labs'), ...folders]);
  const wanted = source.labs.filter(({ folder }) => ids.includes(basename(folder)));
  const all = ids.every((id) => wanted.some(({ folder }) => basename(folder) === id));
  const labs = soundLabs(all ? { ...source, labs: wanted } : source);
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
