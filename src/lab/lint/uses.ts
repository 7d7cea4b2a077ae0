import type { z } from 'zod';
import { didYouMean } from '../diagnostics.ts';
import type { Use } from '../draft.ts';
import { withoutPlaceholders } from '../placeholders.ts';
import { findings } from '../schema-issues.ts';
import type { Lint, LintContext } from './context.ts';

/** Graders and faults exist and get the parameters that they take; CEL expressions are sound. */
export const lintUses: Lint = (context) => {
  const { draft, registry, errorWithin } = context;
  for (const use of draft.graders) lintUse('grader', use, registry.graders, context);
  for (const use of draft.faults) lintUse('fault', use, registry.faults, context);
  for (const { text, path, anyValue } of draft.expressions) {
    for (const { message, offset } of registry.checkCel(withoutPlaceholders(text), { anyValue })) errorWithin(path, offset, message);
  }
};

function lintUse(what: string, use: Use, known: ReadonlyMap<string, { params: z.ZodType }>, { error }: LintContext): void {
  const found = known.get(use.id.text);
  if (!found) {
    error(use.id.path, `unknown ${what} "${use.id.text}"${didYouMean(use.id.text, known.keys())}`);
    return;
  }
  const params = filled(use.params);
  const parsed = found.params.safeParse(params);
  if (parsed.success) return;
  for (const { path, message } of findings(found.params, params, parsed.error.issues)) error([...use.paramsPath, ...path], message);
}

/** Parameters as they will look once their placeholders are replaced: names of the same shape. */
function filled(value: unknown): unknown {
  if (typeof value === 'string') return withoutPlaceholders(value);
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
  return value;
}
