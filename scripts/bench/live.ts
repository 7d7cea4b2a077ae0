/**
 * The terminal UI on the real cluster: from a write to the API server to the tick and to the picture on the screen, and the
 * memory of a process that watches six labs. One JSON line for each number, with the bound that it keeps on a machine that is
 * otherwise idle. Works on the cluster of its name (`KUBEDRILL_BENCH_CLUSTER`, default kubedrill), with a state of its own;
 * refuses where the lab that it plays is open. Needs `npm run build`.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openOwnedCluster } from '../../src/cluster/open.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { pathOf } from '../../src/kube/path.ts';
import { clock } from '../../src/system/clock.ts';
import { pathsFrom } from '../../src/system/paths.ts';
import { run } from '../../src/system/run.ts';
import { bundleScript } from '../../test/support/bundle.ts';
import { percentile } from './tui/percentile.ts';
import { Program } from './tui/program.ts';

const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const name = process.env.KUBEDRILL_BENCH_CLUSTER ?? 'kubedrill';
const lab = 'in-service-glue';
const namespace = `drill-${lab}`;
const rounds = Number(process.argv[2] ?? 40);

const say = (measured: string, value: number, unit: 'ms' | 'MB', bound: number) =>
  process.stdout.write(`${JSON.stringify({ name: measured, value: Math.round(value * 10) / 10, unit, bound, kept: value <= bound })}\n`);

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'k8s-for-beginners' },
  spec: { type: 'NodePort', selector: { tier: 'frontend' }, ports: [{ port: 80, targetPort: 8080 }] },
};
/** A Pod that no scheduler takes: it costs the nodes nothing. */
const heldPod = (pod: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: pod },
  spec: { schedulingGates: [{ name: 'kubedrill.io/bench' }], containers: [{ name: 'idle', image: 'kd/beginners:1.0' }] },
});

async function write(
  api: KubeApi,
  method: 'POST' | 'DELETE',
  path: string,
  options: Parameters<KubeApi['request']>[2] = {},
): Promise<void> {
  const answer = await api.request(method, path, options);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.message}`);
}

async function onScreen(api: KubeApi, state: string): Promise<void> {
  const program = new Program([join(home, 'bin', 'kubedrill.js'), '--name', name], home, { KUBEDRILL_STATE: state });
  const shows = (text: string) => program.until(() => program.text().includes(text));
  const from = async (act: () => Promise<void>, seen: () => boolean): Promise<number> => {
    const began = performance.now();
    await Promise.all([act(), program.until(seen)]);
    return performance.now() - began;
  };
  try {
    await shows('nodes ready');
    program.press('/glue');
    await shows('/glue   1 lab');
    program.press('\r');
    await shows('▸ ○ Glue');
    program.press('\r');
    await shows('Before you act');
    program.press('\x1b');
    await shows('questions to answer');
    const ticks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const made = () => write(api, 'POST', pathOf('Service', namespace), { body: service });
      const removed = () => write(api, 'DELETE', pathOf('Service', namespace, service.metadata.name));
      ticks.push(await from(made, () => program.text().includes('1 of 1')));
      ticks.push(await from(removed, () => program.text().includes('0 of 1')));
    }
    say('cluster change to tick, p95', percentile(ticks, 0.95), 'ms', 300);
    const pods: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const pod = `bench-${round}`;
      pods.push(
        await from(
          () => write(api, 'POST', pathOf('Pod', namespace), { body: heldPod(pod) }),
          () => program.text().includes(`${pod} `),
        ),
      );
      await write(api, 'DELETE', pathOf('Pod', namespace, pod), { query: { gracePeriodSeconds: '0' } });
    }
    say('Pod change to picture, p95', percentile(pods, 0.95), 'ms', 300);
  } finally {
    program.close();
  }
}

const kept = pathsFrom(process.env);
const scratch = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'));
const state = join(scratch, 'state');
mkdirSync(state);
cpSync(join(kept.state, 'clusters'), join(state, 'clusters'), { recursive: true });
const context = { run, clock, paths: { ...kept, state }, env: process.env, home, signal: new AbortController().signal };
const cluster = await openOwnedCluster(context, name);
try {
  const there = await cluster.api.request('GET', pathOf('Namespace', undefined, namespace));
  if (there.ok) throw new Error(`${lab} is open on ${name}: finish it first, or the bench would disturb it`);
  await onScreen(cluster.api, state);
  const six = await bundleScript(
    join(home, 'scripts/bench/live/six-labs.ts'),
    join(scratch, 'six'),
    readFileSync(join(home, 'dist', '.key'), 'utf8'),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [six, home, name, state], { env: process.env });
  say('one process, six labs watched', Number(stdout), 'MB', 150);
} finally {
  await cluster.api.request('DELETE', pathOf('Namespace', undefined, namespace));
  await cluster.close();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
