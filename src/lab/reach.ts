import { type KindName, kinds } from '../grading/kinds.ts';
import { manifestsAndImages, parseCommand, reachOf } from './command.ts';
import { labFile } from './kubectl-rules.ts';
import { withoutPlaceholders } from './placeholders.ts';
import type { Lab, LabWrongFix } from './schema.ts';
import { parseKubeYaml } from './yaml.ts';

const moreClusterScoped = new Set([
  'CustomResourceDefinition',
  'PriorityClass',
  'RuntimeClass',
  'APIService',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'CSIDriver',
  'VolumeAttachment',
]);

/** Objects of the kind are there for the whole cluster. */
export const isClusterScoped = (kind: string): boolean =>
  moreClusterScoped.has(kind) || (kind in kinds && !kinds[kind as KindName].namespaced);

/** Index of the last step whose checks a wrong fix is held against. */
export const lastStepOf = (lab: Pick<Lab, 'steps'>, fix: LabWrongFix): number =>
  lab.steps.findIndex((step) => step.id === (fix.through ?? fix.step));

/**
 * Whether a drill of its own for this wrong fix touches nothing beyond its namespace, though the lab may: set-up, the solutions that
 * lead to it and the fix itself strike no fault, write to no node, and make nothing that is there for the whole cluster.
 */
export function staysInNamespace(lab: Lab, fix: LabWrongFix): boolean {
  const steps = lab.steps.slice(0, lastStepOf(lab, fix) + 1);
  if (lab.setup.some((action) => 'fault' in action) || steps.some((step) => step.fault)) return false;
  const commands = [
    ...lab.setup.flatMap((action) => ('run' in action ? [action.run] : [])),
    ...steps.flatMap((step) => step.solution),
    ...fix.run,
  ].map(parseCommand);
  if (commands.some((command) => 'problem' in command || reachOf(command) === 'cluster')) return false;
  const manifests = [
    ...lab.setup.flatMap((action) => ('apply' in action ? [action.apply].flat().map(labFile) : [])),
    ...commands.flatMap((command) => ('problem' in command ? [] : manifestsAndImages(command).manifests)),
  ];
  return manifests.every((file) => !kindsIn(lab.files[file] ?? '', file).some(isClusterScoped));
}

/** The kinds of the objects of a manifest, those of a List among them. */
function kindsIn(text: string, file: string): string[] {
  return parseKubeYaml(withoutPlaceholders(text, { keepNamespace: true }), file).documents.flatMap(({ value }) => {
    const { kind, items } = (value ?? {}) as { kind?: unknown; items?: { kind?: unknown }[] };
    return [kind, ...(Array.isArray(items) ? items.map((item) => item?.kind) : [])].filter((one) => typeof one === 'string');
  });
}
