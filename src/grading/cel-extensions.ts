import { type Environment, EvaluationError } from '@marcbachmann/cel-js';
import { patternOf } from './pattern.ts';
import { nanosOf } from './quantity.ts';

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

/** Quantities, comparable with each other. */
export function registerQuantity(env: Environment): void {
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
export function registerExtensions(env: Environment): void {
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
