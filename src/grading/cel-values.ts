import { type KindName, kinds } from './kinds.ts';
import type { KubeObject } from './object.ts';

/** Plain JSON as CEL wants it: whole numbers as BigInt (its `int`), everything else as it is. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (value === undefined) return null;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(toCel);
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) if (part !== undefined) copy[key] = toCel(part);
  return copy;
}

const converted = new WeakMap<KubeObject, unknown>();

/** The same for an object of the API (lists leave its kind out), converted once: mirrored objects are replaced, never edited. */
export function objectToCel(kind: KindName, object: KubeObject | undefined): unknown {
  if (object === undefined) return null;
  let copy = converted.get(object);
  if (copy === undefined) {
    copy = toCel({ ...object, kind, apiVersion: kinds[kind].apiVersion });
    converted.set(object, copy);
  }
  return copy;
}

/** A result of CEL as plain JSON: BigInt back to numbers, times as RFC 3339, everything unknown as its text. */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, part]) => [String(key), fromCel(part)]));
  if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromCel(part)]));
  }
  const { hasValue, value: inner } = value as { hasValue?: () => boolean; value?: unknown };
  if (typeof hasValue === 'function' && typeof inner === 'function') return hasValue.call(value) ? fromCel(inner.call(value)) : null;
  return String(value);
}
