import type { Position } from '../lab/diagnostics.ts';
import { parseKubeYaml } from '../lab/yaml.ts';
import type { Annotation } from './annotations.ts';
import { proofsOf, type VerifiedLab } from './verify-document.ts';

/** Where the checks and wrong fixes of a lab file are written. */
export interface LabPlaces {
  file: string;
  top: Position;
  checks: Map<string, Position>;
  wrong: Map<string, Position>;
}

const top: Position = { line: 1, column: 1 };

const items = (value: unknown, key: string): unknown[] => {
  const list = (value as Record<string, unknown> | undefined)?.[key];
  return Array.isArray(list) ? list : [];
};

const idOf = (value: unknown): string => String((value as { id?: unknown } | undefined)?.id ?? '');

/** Finds the places in the text of a lab.yaml. A file that cannot be read has none: everything is said of its first line. */
export function placesOf(file: string, text: string): LabPlaces {
  const [document] = parseKubeYaml(text, file).documents;
  const places: LabPlaces = { file, top, checks: new Map(), wrong: new Map() };
  if (!document) return places;
  items(document.value, 'steps').forEach((step, at) => {
    items(step, 'checks').forEach((check, index) => {
      places.checks.set(idOf(check), document.positionOf(['steps', at, 'checks', index]));
    });
  });
  items(document.value, 'wrong').forEach((wrong, index) => {
    places.wrong.set(idOf(wrong), document.positionOf(['wrong', index]));
  });
  return places;
}

/** What did not hold when a lab was verified, at the lines of lab.yaml that it is about. */
export function verifyAnnotations(lab: VerifiedLab, places: LabPlaces): Annotation[] {
  const { file } = places;
  if (lab.reason) return [{ level: 'error', file, at: places.top, title: `${lab.id} could not be verified`, message: lab.reason }];
  return proofsOf(lab)
    .filter((proof) => !proof.ok)
    .flatMap((proof): Annotation[] => {
      const said = { level: 'error' as const, file, title: `${lab.id}: not so: ${proof.name}`, message: proof.message };
      if (proof.about && 'wrong' in proof.about) return [{ ...said, at: places.wrong.get(proof.about.wrong) ?? places.top }];
      const found = (proof.about?.checks ?? []).flatMap((id) => places.checks.get(id) ?? []);
      return found.length === 0 ? [{ ...said, at: places.top }] : found.map((at) => ({ ...said, at }));
    });
}
