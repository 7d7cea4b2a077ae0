import { manifestsAndImages, parseCommand } from '../command.ts';
import type { DataPath } from '../diagnostics.ts';
import { labFile } from '../kubectl-rules.ts';
import { withoutPlaceholders } from '../placeholders.ts';
import { isClusterScoped } from '../reach.ts';
import { type KubeDocument, parseKubeYaml } from '../yaml.ts';
import type { Lint, LintContext } from './context.ts';

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {});
const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Manifests parse; they leave ports and namespaces to the cluster, pull nothing, and stay within what the lab may touch. */
export const lintManifests: Lint = (context) => {
  const applied = appliedManifests(context);
  for (const [file, text] of Object.entries(context.files)) {
    if (!/\.(ya?ml|json)$/.test(file)) continue;
    // {{cp}} without quotes would be a YAML mapping
    const parsed = parseKubeYaml(withoutPlaceholders(text, { keepNamespace: true }), file);
    for (const { line, column, message } of parsed.problems) context.inFile(file, { line, column, message });
    for (const document of parsed.documents) {
      const value = fields(document.value);
      if (typeof value.kind !== 'string' && applied.has(file) && !/^(files|wrong)\//.test(file))
        context.inFile(file, { ...document.start, message: 'is applied, but is no Kubernetes object: it has no kind' });
      if (value.kind === 'List') {
        for (const [index, item] of items(value.items).entries()) lintObject(fields(item), ['items', index], document, file, context);
      } else lintObject(value, [], document, file, context);
    }
  }
};

function appliedManifests({ draft }: LintContext): Set<string> {
  const byCommands = draft.commands.flatMap(({ text }) => {
    const command = parseCommand(text);
    return 'problem' in command ? [] : manifestsAndImages(command).manifests;
  });
  return new Set([...draft.applies.map(({ text }) => labFile(text)), ...byCommands]);
}

function lintObject(object: Fields, at: DataPath, document: KubeDocument, file: string, context: LintContext): void {
  const { kind } = object;
  if (typeof kind !== 'string') return;
  // a wrong fix may be wrong in every way
  if (file.startsWith('wrong/')) return;
  const say = (path: DataPath, message: string, severity: 'error' | 'warning' = 'error') =>
    context.inFile(file, { ...document.positionOf([...at, ...path]), path: [...at, ...path], message, severity });
  const { namespace, name } = fields(object.metadata);
  if (kind === 'Namespace') say(['kind'], 'a lab lives in the one namespace that it is given');
  else if (isClusterScoped(kind)) {
    if (!context.exclusive)
      say(['kind'], `a ${kind} is there for the whole cluster: only a lab that has it alone may make one (needs: {exclusive: true})`);
    if (typeof name === 'string' && !name.includes('$NS'))
      say(['metadata', 'name'], `the name of a ${kind} should contain $NS, so that two labs do not meet`, 'warning');
  } else if (namespace !== undefined && namespace !== '$NS')
    say(['metadata', 'namespace'], 'leave the namespace out: the lab is given one');
  if (kind === 'Service') {
    for (const [index, port] of items(fields(object.spec).ports).entries())
      if ('nodePort' in fields(port)) say(['spec', 'ports', index, 'nodePort'], 'leave the nodePort to the API server: fixed ones collide');
  }
  lintContainers(object, [], (path, message, severity) => say(path, message, severity), file, context);
}

/** Containers wherever a Pod template may be: directly, in a Deployment, in a CronJob's Job. */
function lintContainers(
  value: unknown,
  path: DataPath,
  say: (path: DataPath, message: string, severity?: 'error' | 'warning') => void,
  file: string,
  context: LintContext,
): void {
  for (const [key, inner] of Object.entries(fields(value))) {
    if (key === 'containers' || key === 'initContainers') {
      for (const [index, container] of items(inner).entries()) {
        const { image, imagePullPolicy, command, args } = fields(container);
        if (typeof image !== 'string') continue;
        const at = [...path, key, index, 'image'];
        const problem = imageProblem(image, context.draft.needs.images);
        if (problem) say(at, problem);
        if (file.startsWith('files/')) continue;
        if (!problem && imagePullPolicy === undefined && /^[^:@]*(:latest)?$/.test(image.replace(/^.*\//, '')))
          say(
            at,
            `"${image}" has no fixed tag, so it is pulled each time, which no lab can: give it a tag, or say imagePullPolicy`,
            'warning',
          );
        if (key === 'containers' && /^kd\/shell(:|$)/.test(image) && runsOn(fields(value), [...items(command), ...items(args)]))
          say(at, 'a shell does not hear SIGTERM, so this Pod takes 30 s to delete: say terminationGracePeriodSeconds: 1', 'warning');
      }
    } else if (Array.isArray(inner)) {
      for (const [index, one] of inner.entries()) lintContainers(one, [...path, key, index], say, file, context);
    } else lintContainers(inner, [...path, key], say, file, context);
  }
}

/** A Pod that goes on until it is deleted, and takes the default 30 s then. */
function runsOn(podSpec: Fields, words: unknown[]): boolean {
  return (
    podSpec.terminationGracePeriodSeconds === undefined &&
    words.some((word) => typeof word === 'string' && /\b(sleep|while|tail)\b/.test(word))
  );
}

/** Nothing is pulled: images are the project's own, or what the lab says that the cluster must have. */
export function imageProblem(image: string, needed: readonly string[]): string | undefined {
  if (/^kd\/[a-z0-9-]+(:|$)/.test(image) || needed.includes(image)) return undefined;
  return `the image "${image}" is not on the nodes: use one of kd/*, or add it to needs.images`;
}
