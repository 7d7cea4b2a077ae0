import { join } from 'node:path';
import { formatProblem } from '../lab/diagnostics.ts';
import { loadCatalogue } from '../lab/load.ts';
import { annotationOf } from '../report/annotations.ts';
import { readLabFiles } from '../system/lab-files.ts';
import { annotate } from './annotate.ts';
import type { CommandContext } from './command.ts';
import type { LintDocument } from './documents.ts';
import { registry } from './registry.ts';

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Prints every problem of the labs at `paths`, of all labs without. Exit code 1 if there is an error among them; warnings do not count. */
export function lintLabs(paths: string[], options: { json?: boolean }, context: CommandContext): number {
  const source = readLabFiles(paths.length > 0 ? paths : [join(context.home, 'labs')]);
  const { problems } = loadCatalogue(source, registry);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  annotate(problems.map(annotationOf), undefined, context);
  if (options.json) context.json({ ok: errors === 0, labs: source.labs.length, problems } satisfies LintDocument);
  else {
    for (const problem of problems) context.print(formatProblem(problem));
    const warnings = problems.length - errors;
    const found = [errors > 0 ? counted(errors, 'error') : '', warnings > 0 ? counted(warnings, 'warning') : ''].filter(Boolean).join(', ');
    context.say(`${counted(source.labs.length, 'lab')}: ${found || 'no problems'}`);
  }
  return errors > 0 ? 1 : 0;
}
