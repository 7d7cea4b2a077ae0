import { z } from 'zod';
import { type CelScope, readsOfCel, valueOfCel } from '../src/grading/cel.ts';
import { celValueText, recordedCel } from '../src/grading/cel-params.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { runInPod } from '../src/grading/run-in-pod.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, ownPodsShape, podsOfTarget, readsOfTarget } from '../src/grading/target.ts';
import { fail, type Mismatch, pass } from '../src/grading/verdict.ts';
import { count, kubectl, pasteable, shown } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    ...ownPodsShape,
    container: z.string().min(1).optional(),
    command: z.array(z.string()).min(1).describe('An argv, without a shell. It must change nothing: it is run again and again.'),
    exitCode: z.number().int().min(0).max(255).default(0),
    equals: z.string().optional().describe('What it prints, exactly, save white space at the ends.'),
    matches: patternText.optional().describe('A pattern that its output matches.'),
    notMatches: patternText.optional(),
    equalsCel: celValueText
      .optional()
      .describe('An expression that gives the text that it must print: by what is seen just before it runs, or just after.'),
    holds: recordedCel
      .optional()
      .describe('An expression about what it prints, which is `remembered.output`, without white space at the ends.'),
  })
  .refine(oneTarget, oneTargetMessage);

/** What a command prints in the containers of Pods. */
export default defineGrader({
  id: 'exec-output',
  says: 'A command that is run in every Pod that is meant prints what it must and ends with the right exit code.',
  params: shape,
  reads: (params) => [
    ...readsOfTarget(params),
    ...[params.equalsCel, params.holds].flatMap((one) => (one === undefined ? [] : readsOfCel(one))),
  ],
  looks: 'behaviour',
  example: `{grader: exec-output, with: {of: {kind: Deployment, name: web-depl}, command: [cat, /etc/drill/motd], equalsCel: "deployment('web-depl').metadata.annotations.motd"}}`,
  async grade(context) {
    const { mirror, params, probes } = context;
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    const scope = { mirror, cluster: () => context.cluster(), baseline: () => context.baseline(), now: context.now };
    /** What it must print by what is seen now. */
    const textNow = () => {
      if (params.equalsCel === undefined) return { ok: true, text: params.equals } as const;
      const value = valueOfCel(params.equalsCel, scope);
      if (!value.ok) {
        const { ok: _, ...seen } = value;
        return { ok: false, fail: fail({ ...seen, expected: `a value of ${params.equalsCel}` }) } as const;
      }
      return { ok: true, text: typeof value.value === 'string' ? value.value : JSON.stringify(value.value) } as const;
    };
    let before = textNow();
    if (!before.ok) return before.fail;
    if (pods.length === 0)
      return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: kubectl(['get', 'pods']) });
    for (const pod of pods) {
      const ran = await runInPod(probes, pod, params.command, params.container);
      if ('notRunning' in ran) return ran.notRunning;
      const output = ran.answer.stdout.trim();
      // what the cluster says of itself may change while the command runs: it is right by either
      const after = textNow();
      if (!after.ok) return after.fail;
      const equals = before.text?.trim() === output ? before.text : after.text;
      before = after;
      const wrong = wrongWith(ran.answer, { ...params, equals }) ?? notSo(params.holds, output, { ...scope, remembered: { output } });
      const words = ['exec', pod.metadata.name, ...(params.container ? ['-c', params.container] : []), '--', ...params.command];
      if (wrong) return fail({ ...wrong, field: `${pasteable(params.command)} in Pod ${pod.metadata.name}`, look: kubectl(words) });
    }
    return pass(`${pasteable(params.command)} is right in ${count(pods.length, 'Pod')} of ${nameOfTarget(params)}`);
  },
});

/** What it prints, when the expression about it does not hold. */
function notSo(expression: string | undefined, output: string, scope: CelScope): Mismatch | undefined {
  if (expression === undefined) return undefined;
  const value = valueOfCel(expression, scope);
  if (value.ok && value.value === true) return undefined;
  return { observed: value.ok ? shown(output || 'nothing') : value.observed, expected: expression };
}

function wrongWith(
  answer: { exitCode: number; stdout: string; stderr: string },
  params: { exitCode: number; equals?: string; matches?: string; notMatches?: string },
): Mismatch | undefined {
  const printed = shown(answer.stdout.trim() || answer.stderr.trim() || 'nothing');
  if (answer.exitCode !== params.exitCode)
    return { observed: `exit code ${answer.exitCode}: ${printed}`, expected: `exit code ${params.exitCode}` };
  if (params.equals !== undefined && answer.stdout.trim() !== params.equals.trim())
    return { observed: printed, expected: shown(params.equals) };
  if (params.matches !== undefined && !patternOf(params.matches).test(answer.stdout))
    return { observed: printed, expected: `it matches ${params.matches}` };
  if (params.notMatches !== undefined && patternOf(params.notMatches).test(answer.stdout)) {
    return { observed: shown(patternOf(params.notMatches).find(answer.stdout)?.match), expected: `nothing matches ${params.notMatches}` };
  }
  return undefined;
}
