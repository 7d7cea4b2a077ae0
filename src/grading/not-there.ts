import type { KindName } from './kinds.ts';
import { type Fail, fail } from './verdict.ts';
import { kindWord, kubectl } from './words.ts';

/** The fail for an object that is not there. */
export const notThere = (kind: KindName, name: string, namespace?: string): Fail =>
  fail({
    observed: `${kind} ${name} does not exist`,
    expected: `a ${kind} ${name}`,
    look: kubectl(['get', /(s|x)$/.test(kindWord(kind)) ? `${kindWord(kind)}es` : `${kindWord(kind)}s`], namespace),
  });
