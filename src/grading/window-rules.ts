import { type CelScope, valueOfCel } from './cel.ts';
import { compileCel } from './cel-compile.ts';
import { explainFalse, type Seen } from './cel-explain.ts';
import { expressionsOfMoment, isEvent, type Moment, type OneMoment } from './moments.ts';
import type { TimelineEntry } from './timeline.ts';

/** What is asked of a stretch of a recording. */
export interface WindowRules {
  from?: Moment;
  until?: Moment;
  /** Expressions whose values at the beginning are kept, as `remembered.<name>`. */
  remember?: Record<string, string>;
  always?: string;
  once?: string;
  /** Milliseconds for which `once` must hold. */
  stable?: number;
  /** Milliseconds after the beginning within which `once` must be. */
  withinMs?: number;
  inOrder?: string[];
  /** A spoilt stretch may be followed by a better one. */
  tries: 'first' | 'any';
  /** With `any`: every stretch may be followed by another; whoever asks judges them. */
  every?: boolean;
  /** The stretch ends so many milliseconds after its beginning. */
  lengthMs?: number;
}

export interface Broken {
  /** Milliseconds since 1970. */
  at: number;
  observed: string;
  field?: string;
  look?: string;
}

/** How far a stretch has come. */
export interface WindowState {
  phase: 'before' | 'in' | 'closed';
  from?: number;
  until?: number;
  remembered: Record<string, unknown>;
  onceAt?: number;
  broken?: Broken;
  /** Why `once` did not hold the last time it was looked at. */
  lastOnce?: { observed: string; field?: string; look?: string };
}

export const isNow = (moment: OneMoment, entry: TimelineEntry, scope: CelScope): boolean =>
  typeof moment === 'string' ? holds(moment, scope) : isEvent(moment, entry);

export const expressionsOf = (rules: WindowRules): string[] => [
  ...expressionsOfMoment(rules.from),
  ...expressionsOfMoment(rules.until),
  ...[rules.always, rules.once].filter((one) => one !== undefined),
  ...(rules.inOrder ?? []),
  ...Object.values(rules.remember ?? {}),
];

/** Something that is not there does not hold. Throws `CannotSee`. */
export function holds(expression: string, scope: CelScope): boolean {
  const answer = valueOfCel(expression, scope);
  return answer.ok && answer.value === true;
}

export function whyNot(expression: string, scope: CelScope): Seen {
  const answer = valueOfCel(expression, scope);
  if (!answer.ok) {
    const { ok: _, ...seen } = answer;
    return seen;
  }
  return explainFalse(compileCel(expression).ast, scope);
}
