import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import type { Baseline } from './baseline.ts';
import { registerExtensions, registerQuantity } from './cel-extensions.ts';
import { objectToCel, toCel } from './cel-values.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type KindName, kindNames, kinds } from './kinds.ts';
import type { MirrorView } from './mirror-view.ts';
import type { KubeObject } from './object.ts';
import { controllerOf, podsOfOwner, type WorkloadKind, workloadKinds } from './ownership.ts';
import { conditionOf, podReady } from './pods.ts';
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
