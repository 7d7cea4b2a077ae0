import type { LabProof } from '../drill/prove.ts';
import type { Position } from '../lab/diagnostics.ts';
import { parseKubeYaml } from '../lab/yaml.ts';
import type { Annotation } from './annotations.ts';

/** Where the checks and wrong fixes of a lab file are written. */
export interface LabPlaces {
  file: string;
  checks: ReadonlyMap<string, Position>;
  wrong: ReadonlyMap<string, Position>;
}

const top: Position = { line: 1, column: 1 };

const items = (value: unknown, key: string): unknown[] => {
  const list = (value as Record<string, unknown> | undefined)?.[key];
  return Array.isArray(list) ? list : [];
};

const idOf = (value: unknown): string => String((value as { id?: unknown } | undefined)?.id ?? '');

/** Finds the places in the text of a lab.yaml. A file that cannot be read has none: everything is said of its first line. */
export function placesOf(file: string, text: string): LabPlaces {
  const checks = new Map<string, Position>();
  const wrong = new Map<string, Position>();
  const [document] = parseKubeYaml(text, file).documents;
  if (document) {
    items(document.value, 'steps').forEach((step, at) => {
      items(step, 'checks').forEach((check, index) => {
        checks.set(idOf(check), document.positionOf(['steps', at, 'checks', index]));
      });
    });
    items(document.value, 'wrong').forEach((fix, index) => {
      wrong.set(idOf(fix), document.positionOf(['wrong', index]));
    });
  }
  return { file, checks, wrong };
}

/** `at the end, C2: fail: observed ...` is about C2. */
const checkOf = (note: string): string | undefined => /^(?:[a-z ]+, )?([A-Za-z][A-Za-z0-9-]*): /.exec(note)?.[1];

/** What did not hold when a lab was proved, at the lines of lab.yaml that it is about. */
export function proofAnnotations(proof: LabProof, places: LabPlaces): Annotation[] {
  if (proof.ok) return [];
  const said = (title: string, message: string, at: Position = top): Annotation => ({
    level: 'error',
    file: places.file,
    at,
    title: `${proof.id}: ${title}`,
    message,
  });
  const ofChecks = (title: string, part: { ok: boolean; notes: string[] }): Annotation[] =>
    part.ok ? [] : part.notes.map((note) => said(title, note, places.checks.get(checkOf(note) ?? '')));
  return [
    ...(proof.error ? [said('could not be proved', proof.error)] : []),
    ...ofChecks('untouched it does not fail as it must', proof.untouched),
    ...ofChecks('its solution does not pass', proof.solution),
    ...proof.wrong
      .filter((fix) => !fix.ok)
      .map((fix) =>
        said(`wrong fix ${fix.id} does not fail as declared`, fix.notes.join('\n') || 'no check failed', places.wrong.get(fix.id)),
      ),
    ...(proof.reset.ok || proof.error ? [] : [said('reset does not give the start state back', proof.reset.difference.join('\n'))]),
  ];
}
