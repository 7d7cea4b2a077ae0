/** Opens six labs in one process, lets their checks tick for a while, and prints the most memory that it had, in MB. */
import { join } from 'node:path';
import { gradersById } from '../../../graders/index.generated.ts';
import { labsOf } from '../../../src/cli/labs.ts';
import { openOwnedCluster } from '../../../src/cluster/open.ts';
import { openDrill } from '../../../src/drill/session.ts';
import { openFaultDesk } from '../../../src/faults/desk.ts';
import { clock } from '../../../src/system/clock.ts';
import { keepNurserySmall } from '../../../src/system/memory.ts';
import { pathsFrom } from '../../../src/system/paths.ts';
import { run } from '../../../src/system/run.ts';

keepNurserySmall();
const [, , home = '', name = '', state = ''] = process.argv;
const six = ['in-first-pod', 'bf-imperative-deploy', 'bf-pod-wont-start', 'bf-port-mismatch', 'in-service-glue', 'in-scale-and-spread'];
const watchedMs = 30_000;

const paths = { ...pathsFrom(process.env), state };
const signal = new AbortController().signal;
const context = { run, clock, paths, env: process.env, home, signal };
const cluster = await openOwnedCluster(context, name);
const faults = await openFaultDesk({ context, cluster, onEvent: () => undefined });
const labs = (await labsOf({ home, paths } as Parameters<typeof labsOf>[0])).filter(({ id }) => six.includes(id));
const drills = await Promise.all(
  labs.map((lab) =>
    openDrill({
      lab,
      cluster,
      faults,
      paths: { ...paths, state: join(state, lab.id) },
      namespace: `bench-${lab.id}`,
      run,
      clock,
      env: process.env,
      signal,
      gradersById,
      recording: 'own',
      live: true,
    }),
  ),
);
let most = 0;
for (const end = clock.now() + watchedMs; clock.now() < end; ) {
  await clock.sleep(500);
  most = Math.max(most, process.memoryUsage().rss / 2 ** 20);
}
await Promise.all(drills.map((drill) => drill.abandon()));
await Promise.all(drills.map((drill) => drill.close()));
await faults.close();
await cluster.close();
process.stdout.write(String(most));
process.exit(0);
