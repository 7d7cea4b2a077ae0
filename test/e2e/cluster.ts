import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readIfThere, writeWhole } from '../../src/system/files.ts';

const cache = process.env.KUBEDRILL_CACHE || join(process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'), 'kubedrill');

/** State of the tests: never a learner's. */
export const testState = process.env.KUBEDRILL_TEST_STATE ?? join(cache, 'test-state');

/** A name of this state's own, so that clusters which another state's tests left in the engine are not in the way. */
function nameOfThisState(): string {
  const file = join(testState, 'test-cluster');
  const kept = readIfThere(file)?.trim();
  if (kept) return kept;
  const name = `kubedrill-test-${randomBytes(2).toString('hex')}`;
  writeWhole(file, `${name}\n`);
  return name;
}

/** The cluster of the tests; its containers are `kubedrill-test-*`. */
export const testCluster = process.env.KUBEDRILL_TEST_CLUSTER ?? nameOfThisState();

/** Where clusters are broken on purpose; the proof of all labs uses it, too, for labs that need one alone. */
export const aloneCluster = `${testCluster}-a`;

/** One more for the proof of all labs, which makes it and takes it away. */
export const proofCluster = `${testCluster}-b`;

export const testEnv = { ...process.env, KUBEDRILL_STATE: testState, CI: 'false', NO_COLOR: '1' };
