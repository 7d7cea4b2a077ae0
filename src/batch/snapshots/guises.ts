import { type GradersById, readsOfCheck } from '../../grading/evaluate.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { Lab, LabCheck } from '../../lab/schema.ts';
import { parseKubeYaml } from '../../lab/yaml.ts';
import { hashPrefix, type SecretHasher } from './secrets.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/**
 * Values (in base64) that a check could be comparing a Secret with: every text that the lab's checks, commands and manifests contain.
 * A hashed value that equals one of them is known; of any other it is known only that it is none of them.
 */
export function candidatesOf(lab: Lab): string[] {
  const found = new Set<string>(['']);
  const note = (text: string) => {
    found.add(base64(text));
    for (const [, single, double] of text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)) found.add(base64(single ?? double ?? ''));
    for (const [, value] of text.matchAll(/--from-literal[= ][\w.-]+=(\S+)/g)) found.add(base64(value ?? ''));
  };
  const walk = (value: unknown): void => {
    if (typeof value === 'string') note(value);
    else if (Array.isArray(value)) for (const item of value) walk(item);
    else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) walk(inner);
  };
  for (const step of lab.steps) walk([step.checks, step.solution]);
  for (const [path, text] of Object.entries(lab.files)) {
    if (!/\.ya?ml$/.test(path)) continue;
    for (const { value } of parseKubeYaml(text, path).documents) {
      const { kind, data, stringData } = (value ?? {}) as {
        kind?: string;
        data?: Record<string, unknown>;
        stringData?: Record<string, unknown>;
      };
      if (kind !== 'Secret') continue;
      for (const one of Object.values(data ?? {})) found.add(String(one));
      for (const one of Object.values(stringData ?? {})) found.add(base64(String(one)));
    }
  }
  return [...found].filter((value) => value.length <= 300).slice(0, 1000);
}

/** Candidates, in base64, by their hash. */
export const knownValues = (candidates: readonly string[], hasher: SecretHasher): Map<string, string> =>
  new Map(candidates.map((value) => [hasher.hash(value), value]));

/** Values (in base64) that stand in the open elsewhere in the work, with which a Secret's may be compared. */
export function openValuesIn(objects: Iterable<KubeObject>): string[] {
  const found = new Set<string>();
  for (const { kind, data, spec } of objects) {
    if (kind === 'ConfigMap') for (const value of Object.values((data ?? {}) as Record<string, unknown>)) found.add(String(value));
    const pod = kind === 'Pod' ? spec : spec?.template?.spec;
    for (const container of Array.isArray(pod?.containers) ? pod.containers : [])
      for (const variable of Array.isArray(container?.env) ? container.env : [])
        if (typeof variable?.value === 'string') found.add(variable.value);
  }
  return [...found]
    .map(base64)
    .filter((value) => value.length <= 300)
    .slice(0, 300);
}

/** What takes a value apart: patterns, prefixes, lengths, numbers. Comparing two values as wholes does not. */
const takingApart =
  /matches|pattern|regex|contains|startsWith|endsWith|indexOf|find|substring|split|size|length|lowerAscii|upperAscii|replace|charAt|format|quantity|\b(int|uint|double|bytes)\(|[<>]/i;

/** Whether a check may look into the values of Secrets: then neither its pass nor its fail can be believed of hidden ones. */
export const looksIntoSecrets = (check: LabCheck, graders: GradersById): boolean =>
  readsOfCheck(check, graders).some((read) => (typeof read === 'string' ? read : read.kind) === 'Secret') &&
  takingApart.test(JSON.stringify(conditionsIn(check)));

/** What a check grades with, without its words. */
function conditionsIn(check: LabCheck): unknown {
  if ('all' in check) return check.all.map((one) => ('cel' in one ? one.cel : one.with));
  return 'cel' in check ? check.cel : check.with;
}

/**
 * Guises of a hidden value: long letters, two digits, and everything that is unusual. The same value has the same guise, so that
 * comparing two of them is exact. A verdict that is not the same in all guises depends on the value, and cannot be given.
 */
export const guises = ['letters', 'digits', 'odd'] as const;
export type Guise = (typeof guises)[number];

function guiseOf(hash: string, guise: Guise): string {
  const hex = hash.slice(hashPrefix.length);
  const letters = [...hex.slice(0, 12)].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('');
  if (guise === 'digits') return String((Number.parseInt(hex.slice(0, 5), 16) % 90) + 10);
  return guise === 'letters' ? `hidden${letters}` : `{"Ü ${letters.toUpperCase()}": '!'}\n`;
}

/** A Secret of a snapshot with values that graders can read; `hidden` is called for each that is in guise. */
export function inGuise(object: KubeObject, known: ReadonlyMap<string, string>, guise: Guise, hidden: () => void): KubeObject {
  if (object.kind !== 'Secret' || object.data === null || typeof object.data !== 'object') return object;
  const data = Object.entries(object.data as Record<string, unknown>).map(([key, value]) => {
    const hash = String(value);
    const plain = known.get(hash);
    if (plain === undefined) hidden();
    return [key, plain ?? base64(guiseOf(hash, guise))];
  });
  return { ...object, data: Object.fromEntries(data) };
}
