import type { KubeObject } from '../grading/object.ts';
import { type Problem, sortProblems } from '../lab/diagnostics.ts';
import { type KubeDocument, parseKubeYaml } from '../lab/yaml.ts';

export interface ParsedManifests {
  /** Empty when there are problems: half of a manifest is not applied. */
  objects: KubeObject[];
  /** All of them, with their places. */
  problems: Problem[];
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the objects of a manifest as kubectl does: several documents, YAML or JSON, Lists taken apart. */
export function parseManifests(text: string, file = 'manifest'): ParsedManifests {
  const { documents, problems } = parseKubeYaml(text, file);
  const found: Problem[] = [...problems];
  const objects = documents.flatMap((document) => objectsOf(document, document.value, [], file, found));
  return { objects: found.length > 0 ? [] : objects, problems: sortProblems(found) };
}

function objectsOf(document: KubeDocument, value: unknown, path: (string | number)[], file: string, problems: Problem[]): KubeObject[] {
  const wrong = (at: (string | number)[], message: string) => {
    problems.push({ severity: 'error', file, ...document.positionOf([...path, ...at]), at: [...path, ...at].join('.'), message });
    return [];
  };
  if (!isMap(value)) return wrong([], 'an object of Kubernetes is a map with apiVersion, kind and metadata');
  for (const key of ['apiVersion', 'kind'] as const) {
    if (typeof value[key] !== 'string' || value[key] === '') return wrong([key], `${key} is missing`);
  }
  if (value.kind === 'List' && value.apiVersion === 'v1') {
    if (!Array.isArray(value.items)) return wrong(['items'], 'a List has items');
    return value.items.flatMap((item, index) => objectsOf(document, item, [...path, 'items', index], file, problems));
  }
  if (!isMap(value.metadata) || typeof value.metadata.name !== 'string' || value.metadata.name === '')
    return wrong(['metadata'], `${value.kind} has no metadata.name`);
  return [value as unknown as KubeObject];
}
