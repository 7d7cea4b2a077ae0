import { formatProblem } from '../lab/diagnostics.ts';
import { type CatalogueSource, loadCatalogue } from '../lab/load.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { registry } from './registry.ts';

/** The labs of a source; one that is broken is an error that names all problems. */
export function soundLabs(source: CatalogueSource): Lab[] {
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
