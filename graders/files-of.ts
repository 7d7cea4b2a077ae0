import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { runInPod } from '../src/grading/run-in-pod.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, ownPodsShape, podsOfTarget, readsOfTarget } from '../src/grading/target.ts';
import { fail, type Mismatch, pass } from '../src/grading/verdict.ts';
import { count, kubectl, listing, shown } from '../src/grading/words.ts';

const file = z
  .union([
    z.strictObject({ equals: z.string().describe('Exactly, to the last byte.') }),
    z.strictObject({ matches: patternText }),
    z.strictObject({ absent: z.literal(true) }),
  ])
  .describe('What the file holds.');

const shape = z
  .strictObject({
    ...ownPodsShape,
    container: z.string().min(1).optional(),
    files: z
      .record(z.string().regex(/^\//, 'an absolute path'), file)
      .refine((files) => Object.keys(files).length > 0, 'at least one file'),
    only: z.string().regex(/^\//).optional().describe('A folder that holds the named files and no others.'),
    mount: z
      .strictObject({
        path: z.string().regex(/^\//),
        secret: z.string().min(1).optional(),
        configMap: z.string().min(1).optional(),
        claim: z.string().min(1).optional(),
        readOnly: z.boolean().optional(),
        subPath: z.boolean().optional(),
      })
      .optional()
      .describe('The files come from a volume that is mounted there, of this Secret, ConfigMap or claim.'),
  })
  .refine(oneTarget, oneTargetMessage);

/** Files as the containers of Pods see them; they are read with `cat` and `ls`, which the image must have. */
export default defineGrader({
  id: 'files-of',
  says: 'Files in the containers of Pods hold what they must, from the volume that they must come from.',
  params: shape,
  reads: readsOfTarget,
  looks: 'behaviour',
  example:
    '{grader: files-of, with: {pod: test-secrets, files: {/secrets/secret1.txt: {equals: This is a secret}}, only: /secrets, mount: {path: /secrets, secret: my-secrets, readOnly: true}}}',
  async grade({ mirror, params, probes }) {
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    const { container } = params;
    if (pods.length === 0)
      return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: kubectl(['get', 'pods']) });
    for (const pod of pods) {
      const mount = params.mount && wrongMount(pod, params.mount, container);
      if (mount) return fail({ ...mount, look: kubectl(['get', 'pod', pod.metadata.name, '-o', 'yaml']) });
      for (const [path, wanted] of Object.entries(params.files)) {
        const ran = await runInPod(probes, pod, ['cat', path], container);
        if ('notRunning' in ran) return ran.notRunning;
        const { exitCode, stdout } = ran.answer;
        const wrong = wrongFile(exitCode === 0 ? stdout : undefined, wanted);
        if (wrong)
          return fail({
            ...wrong,
            field: `file ${path} in Pod ${pod.metadata.name}`,
            look: kubectl(['exec', pod.metadata.name, ...(container ? ['-c', container] : []), '--', 'cat', path]),
          });
      }
      if (params.only === undefined) continue;
      const ran = await runInPod(probes, pod, ['ls', params.only], container);
      if ('notRunning' in ran) return ran.notRunning;
      const names = ran.answer.stdout.split(/\s+/).filter(Boolean).sort();
      const expected = Object.entries(params.files)
        .filter(([path, wanted]) => path.startsWith(`${params.only}/`) && !('absent' in wanted))
        .map(([path]) => path.slice((params.only ?? '').length + 1))
        .sort();
      if (names.join(' ') !== expected.join(' ')) {
        return fail({
          observed: listing(names),
          expected: listing(expected),
          field: `folder ${params.only} in Pod ${pod.metadata.name}`,
          look: kubectl(['exec', pod.metadata.name, '--', 'ls', params.only]),
        });
      }
    }
    return pass(`${count(Object.keys(params.files).length, 'file')} right in ${count(pods.length, 'Pod')} of ${nameOfTarget(params)}`);
  },
});

function wrongFile(text: string | undefined, wanted: z.output<typeof file>): Mismatch | undefined {
  if ('absent' in wanted) return text === undefined ? undefined : { observed: shown(text), expected: 'no such file' };
  if (text === undefined)
    return { observed: 'no such file', expected: 'equals' in wanted ? shown(wanted.equals) : `it matches ${wanted.matches}` };
  if ('matches' in wanted)
    return patternOf(wanted.matches).test(text)
      ? undefined
      : { observed: shown(text) || 'nothing', expected: `it matches ${wanted.matches}` };
  if (text === wanted.equals) return undefined;
  const newline = text === `${wanted.equals}\n` ? ' with a line break at its end' : '';
  return { observed: `${shown(text)}${newline}`, expected: `${shown(wanted.equals)}${newline ? ' without one' : ''}` };
}

interface Mount {
  path: string;
  secret?: string;
  configMap?: string;
  claim?: string;
  readOnly?: boolean;
  subPath?: boolean;
}

/** What is wrong with where a folder comes from. */
function wrongMount(pod: KubeObject, wanted: Mount, container: string | undefined): Mismatch | undefined {
  const containers: { name: string; volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[] }[] =
    pod.spec?.containers ?? [];
  const own = container ? containers.find((one) => one.name === container) : containers[0];
  const trim = (path: string): string => path.replace(/\/$/, '');
  const mount = own?.volumeMounts?.find((one) => trim(one.mountPath) === trim(wanted.path));
  const field = `Pod ${pod.metadata.name} spec.containers volumeMounts ${wanted.path}`;
  if (!mount)
    return {
      observed: `mounts at ${listing((own?.volumeMounts ?? []).map((one) => one.mountPath))}`,
      expected: `one at ${wanted.path}`,
      field,
    };
  if (wanted.readOnly !== undefined && (mount.readOnly ?? false) !== wanted.readOnly) {
    return { observed: `readOnly ${mount.readOnly ?? false}`, expected: `readOnly ${wanted.readOnly}`, field };
  }
  if (wanted.subPath !== undefined && (mount.subPath !== undefined) !== wanted.subPath) {
    return {
      observed: mount.subPath ? `subPath ${mount.subPath}` : 'the whole volume',
      expected: wanted.subPath ? 'a subPath' : 'the whole volume',
      field,
    };
  }
  const volumes: {
    name: string;
    secret?: { secretName?: string };
    configMap?: { name?: string };
    persistentVolumeClaim?: { claimName?: string };
  }[] = pod.spec?.volumes ?? [];
  const volume = volumes.find((one) => one.name === mount.name);
  const has = { secret: volume?.secret?.secretName, configMap: volume?.configMap?.name, claim: volume?.persistentVolumeClaim?.claimName };
  for (const source of ['secret', 'configMap', 'claim'] as const) {
    if (wanted[source] === undefined || has[source] === wanted[source]) continue;
    const [kind, name] = Object.entries(has).find(([, one]) => one !== undefined) ?? ['something else', ''];
    return {
      observed: `${kind} ${name}`.trim(),
      expected: `${source} ${wanted[source]}`,
      field: `Pod ${pod.metadata.name} spec.volumes[name=${mount.name}]`,
    };
  }
  return undefined;
}
