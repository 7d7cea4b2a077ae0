import { LabError } from '../lab-error.ts';
import type { Failure } from './state/messages.ts';

/** An error as the screen shows it: the fact, and what to do about it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof LabError) return { message: error.message, hint: error.hint, interrupted: error.code === 'interrupted' };
  if (error instanceof Error) return { message: error.message, hint: undefined, interrupted: error.name === 'AbortError' };
  return { message: String(error), hint: undefined, interrupted: false };
}
