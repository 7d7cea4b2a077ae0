/**
 * How long it takes until the cluster is well again: `node scripts/bench/recovery.ts [runs]`.
 * Each fault is left in force until it shows (the Node is NotReady, scheduler and controller manager gave up), then recovered.
 * Breaks the cluster of its name (`KUBEDRILL_BENCH_CLUSTER`, default kubedrill), which must be kubedrill's own, and mends it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openOwnedCluster } from '../../src/cluster/open.ts';
import { type FaultCluster, openFaultDesk } from '../../src/faults/desk.ts';
import { pathOf } from '../../src/kube/path.ts';
import { clock } from '../../src/system/clock.ts';
import { pathsFrom } from '../../src/system/paths.ts';
import { run } from '../../src/system/run.ts';
import { waitUntil } from '../../src/system/wait.ts';

/** Seconds that a recovery may take in 95 of 100 runs. */
export interface RecoveryBench {
  name: string;
  boundSeconds: number;
  seconds: number[];
  p50: number;
  p95: number;
  worst: number;
  ok: boolean;
}

interface Case {
  name: string;
  use: string;
  with: Record<string, unknown>;
  boundSeconds: number;
  /** Waits until the fault shows. */
  shows(cluster: FaultCluster): Promise<void>;
}

const during = (seconds: number) => () => clock.sleep(seconds * 1000);

async function notReady({ api, facts }: FaultCluster): Promise<void> {
  await waitUntil(
    async () => {
      const node = await api.request('GET', pathOf('Node', undefined, facts.workers[0]));
      const ready = node.ok ? node.body.status.conditions.find((one: { type: string }) => one.type === 'Ready').status : 'unknown';
      return { done: node.ok && ready !== 'True', seen: ready };
    },
    { boundMs: 120_000, clock },
  );
}

const casesOf = ({ facts }: FaultCluster): Case[] => [
  { name: 'kubelet', use: 'stop-kubelet', with: { node: facts.workers[0] }, boundSeconds: 45, shows: notReady },
  { name: 'scheduler', use: 'stop-component', with: { component: 'kube-scheduler' }, boundSeconds: 45, shows: during(5) },
  // longer than leaders go on without renewing their lease (10 s): both end, and have to start again
  { name: 'API server', use: 'stop-component', with: { component: 'kube-apiserver' }, boundSeconds: 60, shows: during(20) },
];

const percentile = (sorted: number[], p: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;

export async function benchRecovery(cluster: FaultCluster, runs: number, say: (line: string) => void): Promise<RecoveryBench[]> {
  const state = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'));
  const desk = await openFaultDesk({ context: { paths: { state, cache: state }, clock, signal: new AbortController().signal }, cluster });
  const results: RecoveryBench[] = [];
  try {
    for (const one of casesOf(cluster)) {
      const seconds: number[] = [];
      for (let at = 0; at < runs; at++) {
        await desk.inject({ use: one.use, with: one.with }, 'default', '');
        await one.shows(cluster);
        const started = performance.now();
        const [recovery] = await desk.recoverAll();
        if (recovery?.outcome !== 'undone') throw new Error(`${one.name}: ${recovery?.outcome}: ${recovery?.seen}`);
        seconds.push((performance.now() - started) / 1000);
        say(`${one.name} ${at + 1}/${runs}: ${seconds.at(-1)?.toFixed(1)} s`);
      }
      const sorted = [...seconds].sort((a, b) => a - b);
      const p95 = percentile(sorted, 95);
      results.push({
        name: one.name,
        boundSeconds: one.boundSeconds,
        seconds,
        p50: percentile(sorted, 50),
        p95,
        worst: sorted.at(-1) ?? Number.NaN,
        ok: p95 <= one.boundSeconds,
      });
    }
  } finally {
    await desk.recoverAll();
    rmSync(state, { recursive: true, force: true });
  }
  return results;
}

export const recoveryLines = (results: readonly RecoveryBench[]): string[] =>
  results.map(
    ({ name, boundSeconds, seconds, p50, p95, worst, ok }) =>
      `recovery of the ${name}: ${seconds.length} runs, p50 ${p50.toFixed(1)} s, p95 ${p95.toFixed(1)} s, worst ${worst.toFixed(1)} s (p95 at most ${boundSeconds} s) ${ok ? 'ok' : 'TOO SLOW'}`,
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const context = { run, clock, paths: pathsFrom(process.env), env: process.env, home, signal: new AbortController().signal };
  const cluster = await openOwnedCluster(context, process.env.KUBEDRILL_BENCH_CLUSTER);
  const results = await benchRecovery(cluster, Number(process.argv[2] ?? 20), (line) => process.stderr.write(`${line}\n`));
  for (const line of recoveryLines(results)) process.stdout.write(`${line}\n`);
  await cluster.close();
  process.exitCode = results.every((result) => result.ok) ? 0 : 1;
}
