import type { z } from 'zod';
import type { LabCheck, LabCondition } from '../lab/schema.ts';
import { gradeCel, namesInCel, readsOfCel } from './cel.ts';
import type { GradeContext, Grader } from './grader.ts';
import { CannotSee, type Read } from './mirror-view.ts';
import { allOf, couldNotSee, type Verdict } from './verdict.ts';

/** What a check is graded with: a grader's context without its parameters. */
export type EvaluationContext = Omit<GradeContext<never>, 'params'>;
export type GradersById = ReadonlyMap<string, Grader>;

/** One grader or expression with what it is given: a check, a condition of one, or a `wait` of a set-up. */
export type Evaluable = { grader: string; with: Record<string, unknown> } | { cel: string; says?: string; look?: string };

type Prepared = { ok: true; grader: Grader; params: unknown } | { ok: false; reason: string };

const prepared = new WeakMap<object, { by: GradersById; made: Prepared }>();

/** Finds the grader and parses its parameters, once for each place in a lab. */
function prepare(use: { grader: string; with: Record<string, unknown> }, graders: GradersById): Prepared {
  const known = prepared.get(use);
  if (known?.by === graders) return known.made;
  const grader = graders.get(use.grader);
  let made: Prepared;
  if (!grader) made = { ok: false, reason: `there is no grader ${use.grader}` };
  else {
    const parsed = (grader.params as z.ZodType).safeParse(use.with);
    made = parsed.success
      ? { ok: true, grader, params: parsed.data }
      : {
          ok: false,
          reason: `grader ${use.grader}: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'with'}: ${issue.message}`).join('; ')}`,
        };
  }
  prepared.set(use, { by: graders, made });
  return made;
}

/**
 * Evaluates one condition. It never throws: what cannot be seen, a cancelled look and a broken grader are `error` verdicts,
 * which neither score nor end a drill.
 */
export async function evaluateCondition(
  condition: Evaluable,
  context: EvaluationContext,
  graders: GradersById,
  title = 'it holds',
): Promise<Verdict> {
  if (context.signal.aborted) return couldNotSee('the look was cancelled');
  try {
    if ('cel' in condition) {
      const scope = { mirror: context.mirror, cluster: () => context.cluster(), baseline: () => context.baseline(), now: context.now };
      return gradeCel(condition.cel, scope, { says: condition.says ?? title, look: condition.look });
    }
    const ready = prepare(condition, graders);
    if (!ready.ok) return couldNotSee(ready.reason);
    const verdict = await ready.grader.grade({ ...context, params: ready.params as never });
    if (verdict.verdict !== 'pass' && context.signal.aborted) return couldNotSee('the look was cancelled');
    return verdict;
  } catch (error) {
    if (context.signal.aborted) return couldNotSee('the look was cancelled');
    if (error instanceof CannotSee) return couldNotSee(error.message);
    const what = 'cel' in condition ? 'the expression' : `grader ${condition.grader}`;
    return couldNotSee(`${what} broke: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const conditionsOf = (check: LabCheck): Evaluable[] =>
  'all' in check ? (check.all as (LabCondition & Evaluable)[]) : [check as Evaluable];

/** Evaluates a check of a lab: its one condition, or all of them. */
export async function evaluateCheck(check: LabCheck, context: EvaluationContext, graders: GradersById): Promise<Verdict> {
  const conditions = conditionsOf(check);
  const verdicts = await Promise.all(conditions.map((condition) => evaluateCondition(condition, context, graders, check.title)));
  return verdicts.length === 1 ? verdicts[0]! : allOf(verdicts);
}

/** What the mirror must hold for one condition. */
export function readsOfCondition(condition: Evaluable, graders: GradersById): Read[] {
  if ('cel' in condition) return readsOfCel(condition.cel);
  const ready = prepare(condition, graders);
  if (!ready.ok) return [];
  const { reads } = ready.grader;
  return [...(typeof reads === 'function' ? reads(ready.params as never) : reads)];
}

/** What the mirror must hold for a check, without repeats. For recorded graders: what must be recorded. */
export function readsOfCheck(check: LabCheck, graders: GradersById): Read[] {
  const reads = conditionsOf(check).flatMap((condition) => readsOfCondition(condition, graders));
  return [...new Map(reads.map((read) => [typeof read === 'string' ? read : `${read.kind} in ${read.namespace}`, read])).values()];
}

/**
 * How often a check must be looked at: `state` when the mirror changes, `behaviour` also by itself (it probes, or it names the time),
 * `recorded` when the recording grows and as time passes.
 */
export function looksOfCheck(check: LabCheck, graders: GradersById): Grader['looks'] {
  const looks = conditionsOf(check).map((condition): Grader['looks'] => {
    if ('cel' in condition) return namesInCel(condition.cel).has('now') ? 'behaviour' : 'state';
    return graders.get(condition.grader)?.looks ?? 'state';
  });
  return looks.includes('recorded') ? 'recorded' : looks.includes('behaviour') ? 'behaviour' : 'state';
}

/** Milliseconds for which a pass of this check must hold: the longest that the check, a condition or a grader asks for. */
export function stableOfCheck(check: LabCheck, graders: GradersById): number {
  const asked = conditionsOf(check).map((condition) => {
    const own = (condition as { stable?: number }).stable ?? 0;
    const floor = 'grader' in condition ? (graders.get(condition.grader)?.stable ?? 0) * 1000 : 0;
    return Math.max(own, floor);
  });
  return Math.max(check.stable ?? 0, ...asked);
}

/** Least milliseconds between two looks at a check that only time asks for; 0 when its graders do not mind. */
export function everyOfCheck(check: LabCheck, graders: GradersById): number {
  const asked = conditionsOf(check).map((condition) => ('grader' in condition ? (graders.get(condition.grader)?.every ?? 0) * 1000 : 0));
  return Math.max(0, ...asked);
}
