import { z } from 'zod';
import { readsOfCel, valueOfCel } from '../src/grading/cel.ts';
import { celValueText } from '../src/grading/cel-params.ts';
import { defineGrader } from '../src/grading/grader.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { runInPod } from '../src/grading/run-in-pod.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, ownPodsShape, podsOfTarget, readsOfTarget } from '../src/grading/target.ts';
import { fail, type Mismatch, pass, type Verdict } from '../src/grading/verdict.ts';
import { count, kubectl, listing, shown } from '../src/grading/words.ts';

const reference = z.strictObject({ name: z.string().min(1), key: z.string().min(1).optional() });
const variable = z.strictObject({
  equals: z.string().optional().describe('Its value in the running process.'),
  matches: patternText.optional(),
  equalsCel: celValueText.optional().describe('An expression that gives the value.'),
  absent: z.literal(true).optional().describe('The running process has no such variable.'),
  fromSecret: reference.optional().describe('The Pod takes it from this Secret by secretKeyRef, or by envFrom.'),
  fromConfigMap: reference.optional().describe('The Pod takes it from this ConfigMap by configMapKeyRef, or by envFrom.'),
});

const shape = z
  .strictObject({
    ...ownPodsShape,
    container: z.string().min(1).optional(),
    env: z.record(z.string().min(1), variable).default({}),
    noneWith: z.string().min(1).optional().describe('No variable of the running process begins with this.'),
  })
  .refine(oneTarget, oneTargetMessage)
  .refine((params) => Object.keys(params.env).length > 0 || params.noneWith, '`env` or `noneWith` says what is asked');

/** Environment variables as the running containers of Pods have them (written once, at their start), and where the Pod takes them from. */
export default defineGrader({
  id: 'env-of',
  says: 'The running containers of Pods have these environment variables, from the Secret or ConfigMap that they must come from.',
  params: shape,
  reads: (params) => [
    ...readsOfTarget(params),
    ...Object.values(params.env).flatMap((one) => (one.equalsCel ? readsOfCel(one.equalsCel) : [])),
  ],
  looks: 'behaviour',
  example:
    '{grader: env-of, with: {pod: secret-env, env: {SECRET_USERNAME: {equals: ali-kahoot, fromSecret: {name: app-secret, key: username}}}}}',
  async grade(context): Promise<Verdict> {
    const { mirror, params, probes } = context;
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    if (pods.length === 0)
      return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: kubectl(['get', 'pods']) });
    const scope = { mirror, cluster: () => context.cluster(), baseline: () => context.baseline(), now: context.now };
    for (const pod of pods) {
      const { name } = pod.metadata;
      for (const [key, wanted] of Object.entries(params.env)) {
        const wrong = wrongSource(pod, key, wanted, params.container);
        if (wrong) return fail({ ...wrong, look: kubectl(['get', 'pod', name, '-o', 'yaml']) });
      }
      const ran = await runInPod(probes, pod, ['env'], params.container);
      if ('notRunning' in ran) return ran.notRunning;
      const env = environmentOf(ran.answer.stdout);
      const look = kubectl(['exec', name, ...(params.container ? ['-c', params.container] : []), '--', 'env']);
      for (const [key, wanted] of Object.entries(params.env)) {
        const computed = wanted.equalsCel === undefined ? undefined : valueOfCel(wanted.equalsCel, scope);
        if (computed && !computed.ok) {
          const { ok: _, ...seen } = computed;
          return fail({ ...seen, expected: `a value of ${wanted.equalsCel}` });
        }
        const equals = computed ? String(computed.value) : wanted.equals;
        const wrong = wrongValue(env.get(key), { ...wanted, equals });
        if (wrong) return fail({ ...wrong, field: `variable ${key} in Pod ${name}`, look });
      }
      const { noneWith } = params;
      const left = noneWith === undefined ? [] : [...env.keys()].filter((key) => key.startsWith(noneWith)).sort();
      if (left.length > 0)
        return fail({
          observed: listing(left),
          expected: `no variable that begins with ${noneWith}`,
          field: `variables in Pod ${name}`,
          look,
        });
    }
    return pass(`the variables are right in ${count(pods.length, 'Pod')} of ${nameOfTarget(params)}`);
  },
});

/** `env` prints a line for each variable; a value with line breaks goes on in the next ones. */
function environmentOf(printed: string): Map<string, string> {
  const env = new Map<string, string>();
  let last: string | undefined;
  for (const line of printed.replace(/\n$/, '').split('\n')) {
    const found = /^([A-Za-z_][\w.-]*)=(.*)$/.exec(line);
    if (found?.[1] !== undefined) {
      last = found[1];
      env.set(last, found[2] ?? '');
    } else if (last !== undefined) env.set(last, `${env.get(last)}\n${line}`);
  }
  return env;
}

function wrongValue(value: string | undefined, wanted: z.output<typeof variable>): Mismatch | undefined {
  if (wanted.absent) return value === undefined ? undefined : { observed: shown(value), expected: 'not set' };
  const observed = value === undefined ? 'not set' : shown(value);
  if (wanted.equals !== undefined && value !== wanted.equals) return { observed, expected: shown(wanted.equals) };
  if (wanted.matches !== undefined && (value === undefined || !patternOf(wanted.matches).test(value)))
    return { observed, expected: `it matches ${wanted.matches}` };
  return value === undefined ? { observed, expected: 'set' } : undefined;
}

interface EnvEntry {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name?: string; key?: string }; configMapKeyRef?: { name?: string; key?: string } };
}

/** Where the Pod takes a variable from, by its own words. */
function wrongSource(pod: KubeObject, key: string, wanted: z.output<typeof variable>, container: string | undefined): Mismatch | undefined {
  const containers: { name: string; env?: EnvEntry[]; envFrom?: { secretRef?: { name?: string }; configMapRef?: { name?: string } }[] }[] =
    pod.spec?.containers ?? [];
  const own = container ? containers.find((one) => one.name === container) : containers[0];
  const entry = own?.env?.find((one) => one.name === key);
  const field = `Pod ${pod.metadata.name} spec.containers env ${key}`;
  for (const [kind, source, by, from] of [
    ['Secret', wanted.fromSecret, entry?.valueFrom?.secretKeyRef, own?.envFrom?.map((one) => one.secretRef?.name)],
    ['ConfigMap', wanted.fromConfigMap, entry?.valueFrom?.configMapKeyRef, own?.envFrom?.map((one) => one.configMapRef?.name)],
  ] as const) {
    if (!source) continue;
    const byKey = by?.name === source.name && (source.key === undefined || by?.key === source.key);
    const whole = !entry && from?.includes(source.name) && (source.key ?? key) === key;
    if (byKey || whole) continue;
    const observed =
      entry === undefined
        ? 'no such variable'
        : entry.value !== undefined
          ? `the value ${shown(entry.value, 40)}, written there`
          : shown(entry.valueFrom);
    return { observed, expected: `from ${kind} ${source.name}${source.key ? ` key ${source.key}` : ''}`, field };
  }
  return undefined;
}
