import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { aloneCluster, testCluster, testEnv } from './cluster.ts';

const root = join(import.meta.dirname, '..', '..');
const kubedrill = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'bin', 'kubedrill.js'), ...args], { stdio: 'inherit', env: testEnv });

/** Makes the clusters of the tests, once for the whole run, and takes them away. A machine that cannot have one fails here, with the reason. */
export default function setup(): () => void {
  const clusters = [testCluster, aloneCluster];
  for (const name of clusters) {
    const { status } = kubedrill('up', '--yes', '--name', name);
    if (status !== 0)
      throw new Error(
        `no cluster for the tests: "kubedrill up --name ${name}" ended with ${status} (its reason is above). Without a cluster: KUBEDRILL_NO_CLUSTER=1 npm test`,
      );
  }
  return () => {
    if (process.env.KUBEDRILL_KEEP_TEST_CLUSTER === '1') return;
    for (const name of clusters) kubedrill('down', '--yes', '--name', name);
  };
}
