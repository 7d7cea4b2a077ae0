import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import type { Baseline } from './baseline.ts';
import { objectToCel, toCel } from './cel-values.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type KindName, kindNames, kinds } from './kinds.ts';
import type { MirrorView } from './mirror-view.ts';
import type { KubeObject } from './object.ts';
import { controllerOf, podsOfOwner, type WorkloadKind, workloadKinds } from './ownership.ts';
import { patternOf } from './pattern.ts';
import { conditionOf, podReady } from './pods.ts';
import { nanosOf } from './quantity.ts';
import { availability } from './workloads.ts';

/** What an expression may look at. */
export interface CelScope {
  mirror: MirrorView;
  /** Throws `CannotSee`. */
  cluster(): ClusterFacts;
  /** Throws `CannotSee`. */
  baseline(): Baseline;
  /** Milliseconds since 1970. */
  now: number;
  /** Values that a recorded check has kept from the start of its window. */
  remembered?: Record<string, unknown>;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const pluralOf = (word: string): string =>
  /s$/.test(word) ? `${word}es` : /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;

/** `deployment` -> Deployment: name (and namespace) to the object or null. */
export const singularFunctions = new Map<string, KindName>(kindNames.map((kind) => [lowerFirst(kind), kind]));
/** `deployments` -> Deployment: labels (and namespace) to a list. */
export const pluralFunctions = new Map<string, KindName>(kindNames.map((kind) => [pluralOf(lowerFirst(kind)), kind]));

/** A quantity of Kubernetes in expressions. @see https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
class Quantity {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

const quantityOf = (value: unknown): Quantity => {
  const nanos = nanosOf(String(value));
  if (nanos === undefined) throw new EvaluationError(`${JSON.stringify(String(value))} is not a quantity`);
  return new Quantity(nanos);
};

/** An object that a helper function was asked about is not there. */
const isMissing = (code: string): EvaluationError =>
  new EvaluationError({ code: 'missing_object', message: `${code}() was asked about an object that does not exist` });

/** The object of a value that came out of CEL: its kind says how to read it. */
const known = (value: unknown, by: string): KubeObject => {
  if (value === null) throw isMissing(by);
  if (typeof value !== 'object' || !('metadata' in value)) throw new EvaluationError(`${by}() takes an object, e.g. ${by}(pod('web'))`);
  return value as KubeObject;
};

const isWorkload = (kind: string): kind is WorkloadKind => (workloadKinds as readonly string[]).includes(kind);

/** BigInt back to numbers in the few fields that the readers of workloads compute with. */
const plainNumbers = (value: unknown): unknown =>
  typeof value === 'bigint'
    ? Number(value)
    : Array.isArray(value)
      ? value.map(plainNumbers)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainNumbers(part)]))
        : value;

function isReady(object: KubeObject): boolean {
  if (isWorkload(object.kind ?? '')) {
    return availability(object.kind as WorkloadKind, plainNumbers(object) as KubeObject, []).verdict === 'pass';
  }
  return podReady(object);
}

function podsOf(scope: CelScope, kind: string, name: string, namespace?: string): unknown[] {
  if (!isWorkload(kind)) throw new EvaluationError(`podsOf() knows ${workloadKinds.join(', ')}, not ${kind}`);
  const owner = scope.mirror.get(kind, name, namespace);
  return owner ? podsOfOwner(scope.mirror, owner, kind).map((pod) => objectToCel('Pod', pod)) : [];
}

function before(scope: CelScope, kind: string, name: string, namespace?: string): unknown {
  if (!Object.hasOwn(kinds, kind)) throw new EvaluationError(`before() does not know the kind ${kind}`);
  return objectToCel(kind as KindName, scope.baseline().get(kind as KindName, name, namespace));
}

/**
 * The language of expressions: CEL with optional types, the cluster's kinds as functions and Kubernetes' own extensions.
 * `scope` is asked at every call, so one environment serves all evaluations.
 * @see https://kubernetes.io/docs/reference/using-api/cel/
 */
export function celEnvironment(scope: () => CelScope): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  env.registerVariable('ns', 'string', { description: "The drill's namespace." });
  env.registerVariable('cluster', 'dyn', { description: 'Facts of the cluster: controlPlane, workers, nodeAddresses, storage ...' });
  env.registerVariable('now', 'google.protobuf.Timestamp', { description: 'The time of the look.' });
  env.registerVariable('remembered', 'dyn', { description: 'What a recorded check has kept.' });
  registerKinds(env, scope);
  registerHelpers(env, scope);
  registerQuantity(env);
  registerExtensions(env);
  return env;
}

function registerKinds(env: Environment, scope: () => CelScope): void {
  const get = (kind: KindName) => (name: string, namespace?: string) => objectToCel(kind, scope().mirror.get(kind, name, namespace));
  const list = (kind: KindName) => (labels?: Record<string, string>, namespace?: string) =>
    scope()
      .mirror.list(kind, { labels: labels ?? {}, namespace })
      .map((object) => objectToCel(kind, object));
  for (const [name, kind] of singularFunctions) {
    env.registerFunction(`${name}(string): dyn`, get(kind));
    if (kinds[kind].namespaced) env.registerFunction(`${name}(string, string): dyn`, get(kind));
  }
  for (const [name, kind] of pluralFunctions) {
    env.registerFunction(`${name}(): list`, () => list(kind)());
    env.registerFunction(`${name}(map): list`, list(kind));
    if (kinds[kind].namespaced) env.registerFunction(`${name}(map, string): list`, list(kind));
  }
}

function registerHelpers(env: Environment, scope: () => CelScope): void {
  env.registerFunction('ready(dyn): bool', (object: unknown) => isReady(known(object, 'ready')));
  env.registerFunction('condition(dyn, string): string', (object: unknown, type: string) => conditionOf(known(object, 'condition'), type));
  env.registerFunction('owner(dyn): dyn', (object: unknown) => controllerOf(known(object, 'owner')) ?? null);
  env.registerFunction('podsOf(string, string): list', (kind: string, name: string) => podsOf(scope(), kind, name));
  env.registerFunction('podsOf(string, string, string): list', (kind: string, name: string, from: string) =>
    podsOf(scope(), kind, name, from),
  );
  env.registerFunction('before(string, string): dyn', (kind: string, name: string) => before(scope(), kind, name));
  env.registerFunction('before(string, string, string): dyn', (kind: string, name: string, from: string) =>
    before(scope(), kind, name, from),
  );
  env.registerFunction('base64Decode(string): string', (text: string) => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
    } catch {
      throw new EvaluationError('base64Decode() was given what is not base64 of a text');
    }
  });
}

function registerQuantity(env: Environment): void {
  const type = 'kubernetes.Quantity';
  env.registerType(type, Quantity);
  env.registerFunction(`quantity(string): ${type}`, quantityOf);
  env.registerFunction(`quantity(int): ${type}`, quantityOf);
  env.registerFunction('isQuantity(string): bool', (text: string) => nanosOf(text) !== undefined);
  env.registerFunction(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.nanos < b.nanos);
  env.registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.nanos > b.nanos);
  env.registerFunction(`${type}.compareTo(${type}): int`, (a: Quantity, b: Quantity) =>
    a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n,
  );
  env.registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.nanos === b.nanos);
  env.registerOperator(`${type} < ${type}`, (a: Quantity, b: Quantity) => a.nanos < b.nanos);
  env.registerOperator(`${type} <= ${type}`, (a: Quantity, b: Quantity) => a.nanos <= b.nanos);
  env.registerOperator(`${type} > ${type}`, (a: Quantity, b: Quantity) => a.nanos > b.nanos);
  env.registerOperator(`${type} >= ${type}`, (a: Quantity, b: Quantity) => a.nanos >= b.nanos);
}

const order = (a: unknown, b: unknown): number => ((a as never) < (b as never) ? -1 : (a as never) > (b as never) ? 1 : 0);
const extreme = (list: unknown[], sign: 1 | -1, by: string): unknown => {
  if (list.length === 0) throw new EvaluationError(`${by}() of an empty list`);
  return list.reduce((best, one) => (Math.sign(order(one, best)) === sign ? one : best));
};

/** The string and list functions that Kubernetes has and the library lacks. */
function registerExtensions(env: Environment): void {
  env.registerFunction('string.matches_re2(string): bool', (text: string, pattern: string) => safely(() => patternOf(pattern).test(text)));
  env.registerFunction('string.find(string): string', (text: string, pattern: string) =>
    safely(() => patternOf(pattern).find(text)?.match ?? ''),
  );
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, to));
  env.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  env.registerFunction('string.charAt(int): string', (text: string, index: bigint) => text.charAt(Number(index)));
  env.registerFunction('list.sum(): dyn', (list: (bigint | number)[]) => {
    const whole = list.every((one) => typeof one === 'bigint');
    return whole ? (list as bigint[]).reduce((a, b) => a + b, 0n) : list.reduce((a: number, b) => a + Number(b), 0);
  });
  env.registerFunction('list.min(): dyn', (list: unknown[]) => extreme(list, -1, 'min'));
  env.registerFunction('list.max(): dyn', (list: unknown[]) => extreme(list, 1, 'max'));
  env.registerFunction('list.isSorted(): bool', (list: unknown[]) =>
    list.every((one, index) => index === 0 || order(list[index - 1], one) <= 0),
  );
  env.registerFunction('list.sort(): list', (list: unknown[]) => [...list].sort(order));
  env.registerFunction('list.distinct(): list', (list: unknown[]) => [...new Map(list.map((one) => [keyOf(one), one])).values()]);
  env.registerFunction('list.indexOf(dyn): int', (list: unknown[], wanted: unknown) =>
    BigInt(list.findIndex((one) => keyOf(one) === keyOf(wanted))),
  );
}

const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)) ?? 'undefined';

function safely<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new EvaluationError({ code: 'invalid_regular_expression', message: error instanceof Error ? error.message : String(error) });
  }
}

/** The variables of one evaluation; `cluster` is only asked for when an expression names it. */
export function celVariables(scope: CelScope, locals: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ns: scope.mirror.namespace,
    now: new Date(scope.now),
    remembered: toCel(scope.remembered ?? {}),
    get cluster() {
      return toCel(scope.cluster());
    },
    ...locals,
  };
}
