import { homedir } from 'node:os';
import { join } from 'node:path';

/** The cluster of the tests; its containers are `kubedrill-test-*`. */
export const testCluster = process.env.KUBEDRILL_TEST_CLUSTER ?? 'kubedrill-test';

/** Where clusters are broken on purpose; the proof of all labs uses it, too, for labs that need one alone. */
export const aloneCluster = `${testCluster}-a`;

/** One more for the proof of all labs, which makes it and takes it away. */
export const proofCluster = `${testCluster}-b`;

const cache = process.env.KUBEDRILL_CACHE || join(process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'), 'kubedrill');

/** State of the tests: never a learner's. */
export const testState = process.env.KUBEDRILL_TEST_STATE ?? join(cache, 'test-state');

export const testEnv = { ...process.env, KUBEDRILL_STATE: testState, CI: 'false', NO_COLOR: '1' };
