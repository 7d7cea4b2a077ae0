import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { notIncreasing } from '../src/grading/http-check.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { logOf } from '../src/grading/pod-logs.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, ownPodsShape, podsOfTarget, readsOfTarget } from '../src/grading/target.ts';
import { fail, type Mismatch, pass, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, shown } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    ...ownPodsShape,
    container: z.string().min(1).optional(),
    previous: z.boolean().default(false).describe('The log of the container before its last restart.'),
    pattern: patternText.optional().describe('Lines that match are the ones that count; without it every line.'),
    min: z.number().int().min(1).default(1).describe('So many lines at least.'),
    max: z.number().int().min(0).optional(),
    exactly: z.string().optional().describe('The whole log, save white space at its ends.'),
    increasing: z.enum(['one', 'any']).optional().describe("The numbers in the pattern's group grow by one, or at all, from line to line."),
    firstAbove: z.number().optional().describe("The number in the pattern's group of the first line of the log is greater than this."),
    which: z.enum(['every', 'some']).default('every').describe('Every Pod of the target, or at least one.'),
  })
  .refine(oneTarget, oneTargetMessage)
  .refine(
    (params) => params.pattern !== undefined || (params.increasing === undefined && params.firstAbove === undefined),
    '`increasing` and `firstAbove` need a `pattern`',
  );

/** The log of the Pods that are there now. @see https://kubernetes.io/docs/concepts/cluster-administration/logging/ */
export default defineGrader({
  id: 'log-contains',
  says: 'The log of the present Pods has lines that match a pattern: so many, growing, or starting above a number.',
  params: shape,
  reads: readsOfTarget,
  looks: 'behaviour',
  example: '{grader: log-contains, with: {pod: counter, pattern: "^(\\\\d+): ", min: 5, increasing: one}}',
  async grade({ mirror, params, probes }) {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    const source = params.of ? `${params.of.kind.toLowerCase()}/${params.of.name}` : (pods[0]?.metadata.name ?? '');
    const look = kubectl(['logs', source, ...(params.container ? ['-c', params.container] : [])]);
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look });
    const misses: { late: boolean; seen: Mismatch }[] = [];
    for (const pod of pods) {
      const log = await logOf(probes, pod, { container: params.container, previous: params.previous });
      const miss =
        'notYet' in log
          ? { late: true, seen: { observed: log.notYet, expected: 'a log' } }
          : wrongWith(log.lines, params, pod.metadata.name);
      if (miss) misses.push({ late: miss.late, seen: { ...miss.seen, look } });
    }
    const [first] = misses;
    const enough = params.which === 'every' ? misses.length === 0 : misses.length < pods.length;
    if (!enough && first) return first.late ? waiting(first.seen) : fail(first.seen);
    return pass(
      `the log of ${count(pods.length - misses.length, 'Pod')} of ${nameOfTarget(params)} ${params.pattern ? `matches ${params.pattern}` : 'is as expected'}`,
    );
  },
});

/** `late`: more lines may still come. */
function wrongWith(lines: readonly string[], params: z.output<typeof shape>, pod: string): { late: boolean; seen: Mismatch } | undefined {
  const field = `log of Pod ${pod}${params.container ? ` container ${params.container}` : ''}`;
  const last = lines.at(-1);
  if (params.exactly !== undefined && lines.join('\n').trim() !== params.exactly.trim()) {
    return { late: false, seen: { observed: shown(lines.join('\n')) || 'nothing', expected: shown(params.exactly), field } };
  }
  const pattern = params.pattern === undefined ? undefined : patternOf(params.pattern);
  const matching = pattern ? lines.filter((line) => pattern.test(line)) : [...lines];
  if (matching.length < params.min && params.max !== 0) {
    const observed = `${count(matching.length, 'line')}${last === undefined ? ', the log is empty' : `; the last line is ${shown(last, 80)}`}`;
    return {
      late: matching.length > 0,
      seen: { observed, expected: `at least ${params.min}${params.pattern ? ` that match ${params.pattern}` : ''}`, field },
    };
  }
  if (params.max !== undefined && matching.length > params.max) {
    return {
      late: false,
      seen: {
        observed: count(matching.length, 'line'),
        expected: `at most ${params.max}${params.pattern ? ` that match ${params.pattern}` : ''}`,
        field,
      },
    };
  }
  if (params.increasing) {
    const broken = notIncreasing(matching, { pattern: params.pattern ?? '', by: params.increasing });
    if (broken) return { late: false, seen: { ...broken, field } };
  }
  if (params.firstAbove !== undefined) {
    const number = Number(pattern?.find(lines[0] ?? '')?.groups[0] ?? Number.NaN);
    if (!(number > params.firstAbove)) {
      return {
        late: false,
        seen: {
          observed: `the first line is ${shown(lines[0] ?? 'missing', 80)}`,
          expected: `its number is above ${params.firstAbove}`,
          field,
        },
      };
    }
  }
  return undefined;
}
