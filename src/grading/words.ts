import type { KindName } from './kinds.ts';
import { kinds } from './kinds.ts';

/** A value as a verdict shows it: short, on one line, strings without quotes. */
export function shown(value: unknown, limit = 120): string {
  const text =
    value === undefined
      ? 'nothing'
      : typeof value === 'string'
        ? value === ''
          ? '""'
          : value
        : (JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)) ?? String(value));
  // what a program printed may hold escape sequences: they must not reach a terminal
  const line = text
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, '·');
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** `1 Pod`, `3 Pods`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`;

/** `a, b and 3 more`; `none` for an empty list. */
export function listing(names: readonly string[], limit = 4): string {
  if (names.length === 0) return 'none';
  if (names.length <= limit) return names.join(', ');
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}

/** Milliseconds as seconds, with one decimal under ten: `1.5 s`, `42 s`. */
export const seconds = (ms: number): string => `${ms < 10_000 ? Number((ms / 1000).toFixed(1)) : Math.round(ms / 1000)} s`;

export const pasteable = (argv: readonly string[]): string => argv.map(quoted).join(' ');

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A kubectl command for a person to paste. `namespace` is named only where it is not the drill's. */
export const kubectl = (words: readonly (string | undefined)[], namespace?: string): string =>
  ['kubectl', ...(namespace ? ['-n', namespace] : []), ...words.filter((word) => word !== undefined)].map(quoted).join(' ');

const shortKinds: Partial<Record<KindName, string>> = {
  PersistentVolumeClaim: 'pvc',
  PersistentVolume: 'pv',
  HorizontalPodAutoscaler: 'hpa',
  PodDisruptionBudget: 'pdb',
};

/** How kubectl names a kind: `deployment`, `pvc`. */
export const kindWord = (kind: KindName): string => shortKinds[kind] ?? kinds[kind].kind.toLowerCase();

/** `-l app=web,tier=x` as kubectl takes it. */
export const labelWords = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
