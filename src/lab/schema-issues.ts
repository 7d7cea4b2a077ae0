import type { z } from 'zod';
import { type DataPath, didYouMean, nearest } from './diagnostics.ts';

/** What a schema says of some data, in words. `onKey`: the key is meant, not its value. */
export interface Finding {
  path: DataPath;
  message: string;
  onKey?: boolean;
  /** The key that was meant, for one that is unknown. */
  instead?: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** Everything that keeps `value` from being what `schema` asks, with guesses at misspelt keys and values. */
export function findings(schema: Schema, value: unknown, issues: readonly Issue[]): Finding[] {
  const found = issues.flatMap((issue) => explain(issue, schema, value, []));
  // a misspelt key says already that the right one is missing
  const meant = new Set(found.flatMap(({ path, instead }) => (instead ? [JSON.stringify([...path.slice(0, -1), instead])] : [])));
  return found.filter(({ path, message }) => message !== missing || !meant.has(JSON.stringify(path)));
}

const missing = 'is missing';

function unknownKey(path: DataPath, key: string, known: readonly string[]): Finding {
  const instead = nearest(key, known);
  return { path: [...path, key], message: `unknown key "${key}"${instead ? `, did you mean "${instead}"?` : ''}`, onKey: true, instead };
}

function explain(issue: Issue, schema: Schema, value: unknown, base: DataPath): Finding[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const here = [...base, ...path];
  const at = valueAt(value, path);
  const found = (message: string): Finding[] => [{ path: here, message }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(schemaAt(schema, path));
      return issue.keys.map((key) => unknownKey(here, key, known));
    }
    case 'invalid_union':
      return explainUnion(issue, schemaAt(schema, path), at, here);
    case 'invalid_value': {
      const values = issue.values.map(String);
      return found(
        at === undefined
          ? `is missing: one of ${values.join(', ')}`
          : `${quoted(at)} is not one of ${values.join(', ')}${guess(at, values)}`,
      );
    }
    case 'invalid_type':
      return found(at === undefined ? missing : `should be ${article(issue.expected)}, not ${quoted(at)}`);
    case 'invalid_format':
      return found(
        /^Invalid/.test(issue.message)
          ? `${quoted(at)} should match ${issue.pattern ?? issue.format}`
          : `${quoted(at)} should be ${issue.message}`,
      );
    case 'too_small':
      return found(/^Too small/.test(issue.message) ? bound('least', issue.origin, Number(issue.minimum), issue.inclusive) : issue.message);
    case 'too_big':
      return found(/^Too big/.test(issue.message) ? bound('most', issue.origin, Number(issue.maximum), issue.inclusive) : issue.message);
    default:
      return found(issue.message);
  }
}

/** Of several shapes, explains the one that was most likely meant; a draw is said as such. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: Schema | undefined,
  value: unknown,
  here: DataPath,
): Finding[] {
  const branches = issue.errors.map((issues, index) => ({ issues, option: optionsOf(schema)[index], cost: cost(issues) }));
  const least = Math.min(...branches.map((branch) => branch.cost));
  const best = branches.filter((branch) => branch.cost === least);
  const lacking = best.map(({ issues }) => issues.find((one) => one.path.length === 1 && valueAt(value, one.path) === undefined)?.path[0]);
  if (best.length > 1 && lacking.every((key) => key !== undefined)) {
    const keys = [...new Set(lacking.map(String))];
    const unknown = Object.keys(value as object).filter((key) =>
      best.every(({ issues }) => issues.some((one) => one.code === 'unrecognized_keys' && one.keys.includes(key))),
    );
    const misspelt = unknown.map((key) => unknownKey(here, key, keys)).filter(({ instead }) => instead);
    return misspelt.length > 0 ? misspelt : [{ path: here, message: `needs one of ${keys.join(', ')}` }];
  }
  const wanted = best.flatMap(({ issues }) =>
    issues[0]?.code === 'invalid_type' && issues[0].path.length === 0 ? [issues[0].expected] : [],
  );
  if (best.length > 1 && wanted.length === best.length)
    return [
      {
        path: here,
        message: value === undefined ? missing : `should be ${[...new Set(wanted)].map(article).join(' or ')}, not ${quoted(value)}`,
      },
    ];
  const [one] = best;
  if (!one) return [{ path: here, message: issue.message }];
  return one.issues.flatMap((inner) => explain(inner, one.option ?? schema!, value, here));
}

/** How far a shape is from what was written; another type of thing altogether is far away. */
function cost(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 2 * issue.keys.length;
    if (issue.code === 'invalid_union')
      return sum + (issue.path.length === 0 && issue.errors.length > 0 ? Math.min(...issue.errors.map(cost)) : 1);
    return sum + (issue.path.length === 0 && issue.code === 'invalid_type' ? 1000 : 1);
  }, 0);
}

interface Def {
  type: string;
  shape?: Record<string, Schema>;
  element?: Schema;
  valueType?: Schema;
  innerType?: Schema;
  in?: Schema;
  options?: readonly Schema[];
}

const defOf = (schema: Schema) => schema._zod.def as unknown as Def;

/** Without defaults, optionality and transforms. */
function bare(schema: Schema): Schema {
  const { innerType, type, in: input } = defOf(schema);
  const inner = innerType ?? (type === 'pipe' ? input : undefined);
  return inner ? bare(inner) : schema;
}

function schemaAt(schema: Schema, path: DataPath): Schema | undefined {
  const plain = bare(schema);
  const [part, ...rest] = path;
  if (part === undefined) return plain;
  const { shape, element, valueType } = defOf(plain);
  const next = shape?.[part] ?? element ?? valueType;
  return next && schemaAt(next, rest);
}

const keysOf = (schema: Schema | undefined) => Object.keys((schema && defOf(schema).shape) ?? {});
const optionsOf = (schema: Schema | undefined) => (schema && defOf(schema).options) ?? [];

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined | null)?.[part], value);
}

function quoted(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return JSON.stringify(value) ?? String(value);
}

const articles: Record<string, string> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
};
const article = (type: string) => articles[type] ?? `a ${type}`;
const guess = (value: unknown, values: readonly string[]) => (typeof value === 'string' ? didYouMean(value, values) : '');

function bound(which: 'least' | 'most', origin: string, limit: number, inclusive: boolean | undefined): string {
  if (origin === 'string') return limit === 1 && which === 'least' ? 'is empty' : `should have at ${which} ${limit} characters`;
  if (origin === 'array') return `should have at ${which} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return inclusive === false ? `should be ${which === 'least' ? 'more' : 'less'} than ${limit}` : `should be at ${which} ${limit}`;
}
