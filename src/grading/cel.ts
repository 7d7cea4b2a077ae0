import { compileCel } from './cel-compile.ts';
import { explainFalse, explainFault, type Seen } from './cel-explain.ts';
import type { CelScope } from './cel-functions.ts';
import { fromCel } from './cel-values.ts';
import { CannotSee } from './mirror-view.ts';
import { couldNotSee, pass, type Verdict } from './verdict.ts';
import { shown } from './words.ts';

export { checkCel, namesInCel, readsOfCel } from './cel-check.ts';
export type { CelScope } from './cel-functions.ts';

/** The value of an expression as plain JSON, or why it has none (a missing object or field). Throws `CannotSee`. */
export function valueOfCel(expression: string, given: CelScope): { ok: true; value: unknown } | ({ ok: false } & Seen) {
  const made = compileCel(expression);
  if (made.problem) return { ok: false, observed: made.problem.message };
  try {
    return { ok: true, value: fromCel(made.run(given)) };
  } catch (error) {
    return { ok: false, ...explainFault(error, made.ast, given) };
  }
}

/**
 * Grades an expression: true passes, false fails with the values of the first part that does not hold,
 * a missing object or field fails too (the learner's cluster lacks it). Throws `CannotSee`.
 */
export function gradeCel(expression: string, given: CelScope, words: { says: string; look?: string }): Verdict {
  const made = compileCel(expression);
  if (made.problem) return couldNotSee(`the expression is broken: ${made.problem.message}`);
  let value: unknown;
  try {
    value = made.run(given);
  } catch (error) {
    return { verdict: 'fail', expected: words.says, ...explainFault(error, made.ast, given), ...(words.look ? { look: words.look } : {}) };
  }
  if (value === true) return pass(words.says);
  if (value !== false) return couldNotSee(`the expression gives ${shown(fromCel(value))}, not true or false`);
  return {
    verdict: 'fail',
    expected: words.says,
    ...explained(() => explainFalse(made.ast, given), expression),
    ...(words.look ? { look: words.look } : {}),
  };
}

/** The value is known by now: words for it that cannot be found must not make it unknown again. */
function explained(explain: () => Seen, expression: string): Seen {
  try {
    return explain();
  } catch (error) {
    if (error instanceof CannotSee) throw error;
    return { observed: `${shown(expression)} is false` };
  }
}
