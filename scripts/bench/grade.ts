/**
 * Grading a class: `node scripts/bench/grade.ts`. On the cluster of the name in `KUBEDRILL_BENCH_CLUSTER` (default kubedrill), which must be
 * kubedrill's own: 30 namespaces are made there and removed again. Everything is measured as whole processes, side by side in one run.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openOwnedCluster } from '../../src/cluster/open.ts';
import type { Gradebook } from '../../src/report/gradebook.ts';
import { clock } from '../../src/system/clock.ts';
import { pathsFrom } from '../../src/system/paths.ts';
import { run } from '../../src/system/run.ts';
import { waitUntil } from '../../src/system/wait.ts';
import { chainsaw, chainsawIn } from './grade/chainsaw.ts';
import { classIsGone, type Learner, makeClass, removeClass, writeKubeconfig } from './grade/class.ts';
import { deadClusters } from './grade/dead-clusters.ts';
import { kubectlLoop } from './grade/kubectl-loop.ts';
import { type Measured, measure } from './grade/measured-process.ts';

const here = dirname(fileURLToPath(import.meta.url));
const home = join(here, '..', '..');
const labs = join(here, 'grade', 'labs');
const runs = 7;
const limitSeconds = 10;

interface Row {
  what: string;
  value: string;
  bound: string;
  kept: boolean;
}
const rows: Row[] = [];
const tell = (what: string, value: string, bound = '', kept = true) => {
  rows.push({ what, value, bound, kept });
  console.log(`${what.padEnd(58)} ${value.padStart(9)}  ${bound}${bound ? (kept ? '  kept' : '  NOT KEPT') : ''}`);
};
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const s = (seconds: number) => `${seconds.toFixed(2)} s`;

const context = { run, clock, paths: pathsFrom(process.env), env: process.env, home, signal: new AbortController().signal };
const cluster = await openOwnedCluster(context, process.env.KUBEDRILL_BENCH_CLUSTER);
const { api } = cluster;
const chainsawProgram = await chainsawIn(context.paths.cache, run);
const folder = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'));
const state = join(folder, 'state');
mkdirSync(state);

/** A roster, written as people write it. */
function roster(name: string, learners: readonly { id: string; kubeconfig: string; namespace: string }[]): string {
  const path = join(folder, name);
  writeFileSync(path, `learners:\n${learners.map((one) => `  - ${JSON.stringify(one)}`).join('\n')}\n`);
  return path;
}

async function grade(path: string, ...more: string[]): Promise<Measured & { book: Gradebook }> {
  const args = [join(home, 'bin', 'kubedrill.js'), 'grade', 'bench-fields', '--labs', labs, '--roster', path, '--fresh', '--json', ...more];
  const done = await measure(process.execPath, args, { ...process.env, KUBEDRILL_STATE: state });
  if (![0, 1, 3].includes(done.code) || !done.stdout.startsWith('{')) throw new Error(`grade ended with ${done.code}: ${done.stderr}`);
  return { ...done, book: JSON.parse(done.stdout) as Gradebook };
}

/** Everybody has the score that their work deserves. */
function mustBeRight(book: Gradebook, learners: readonly Learner[]): void {
  for (const { id, right } of learners) {
    const row = book.learners.find((one) => one.id === id || one.id.startsWith(`${id}.`));
    if (row?.score !== right) throw new Error(`${id} has ${row?.score} (${row?.reason}), ${right} is right`);
  }
}

try {
  await removeClass(api);
  await waitUntil(async () => ({ done: await classIsGone(api), seen: 'an earlier class is still there' }), { boundMs: 600_000, clock });
  const learners = await makeClass(api, 30, 10, join(labs, 'bench', 'bench-fields', 'solution', 'web.yaml'));
  const authority = /certificate-authority-data: (\S+)/.exec(readFileSync(cluster.kubeconfig, 'utf8'))?.[1] ?? '';
  const config = (name: string, token: string, server = api.server) => writeKubeconfig(folder, name, server, authority, token);
  const lookers = learners.map(({ id, namespace, tokens }) => ({ id, namespace, kubeconfig: config(`${id}.kubeconfig`, tokens[0]!) }));
  const all = learners.flatMap(({ id, namespace, tokens }) =>
    tokens.map((token, at) => ({ id: `${id}.${at}`, namespace, kubeconfig: config(`${id}.${at}.kubeconfig`, token) })),
  );
  writeFileSync(join(folder, 'teacher.kubeconfig'), readFileSync(cluster.kubeconfig), { mode: 0o600 });

  const each = roster('each.yaml', lookers);
  const one = roster(
    'one.yaml',
    lookers.map((learner) => ({ ...learner, kubeconfig: 'teacher.kubeconfig' })),
  );
  const alone = roster('alone.yaml', lookers.slice(0, 27));
  const dead = await deadClusters();
  const mixed = [...lookers];
  for (const [at, server] of dead.servers.entries())
    mixed[at * 9 + 4] = { id: `dead-${at + 1}`, namespace: 'x', kubeconfig: config(`dead-${at}.kubeconfig`, 'x', server) };
  const withDead = roster('with-dead.yaml', [
    ...mixed.filter(({ id }) => !id.startsWith('dead')).slice(0, 27),
    ...mixed.filter(({ id }) => id.startsWith('dead')),
  ]);
  const hundreds = roster('hundreds.yaml', all);

  const times = { one: [] as number[], each: [] as number[], alone: [] as number[], node: [] as number[], cpu: [] as number[] };
  await grade(one);
  for (let round = 0; round < runs; round++) {
    times.node.push((await measure(process.execPath, ['-e', '0'])).seconds);
    const inOne = await grade(one);
    const inEach = await grade(each);
    mustBeRight(inOne.book, learners);
    mustBeRight(inEach.book, learners);
    times.one.push(inOne.seconds);
    times.each.push(inEach.seconds);
    times.cpu.push(inEach.cpu);
    times.alone.push((await grade(alone)).seconds);
  }
  const loop = await kubectlLoop(cluster.kubectl, cluster.kubeconfig, learners);
  for (const { id, right } of learners)
    if (loop.scores.get(id) !== right) throw new Error(`the kubectl loop gave ${id} ${loop.scores.get(id)}`);

  tell('node alone', s(median(times.node)));
  tell('30 learners x 8 checks, one kubeconfig', s(median(times.one)), 'at most 1.5 s', median(times.one) <= 1.5);
  tell('30 learners x 8 checks, a kubeconfig for each', s(median(times.each)), 'at most 1.5 s', median(times.each) <= 1.5);
  tell('the same, seconds of CPU', s(median(times.cpu)));
  tell('the same 240 checks as a kubectl loop', s(loop.seconds));
  for (const [name, mine] of [
    ['one kubeconfig', times.one],
    ['a kubeconfig for each', times.each],
  ] as const) {
    const ratio = loop.seconds / median(mine);
    tell(`faster than the kubectl loop, ${name}`, `${ratio.toFixed(0)} x`, 'at least 20 x', ratio >= 20);
  }
  const other = await chainsaw({ program: chainsawProgram, kubeconfig: cluster.kubeconfig, learners }, 3);
  tell(`Chainsaw, a test for each check (wait ${other.wait})`, s(median(other.byCheck)));
  tell('Chainsaw, a test for each learner: no score', s(median(other.byLearner)));
  const better = Math.min(median(other.byCheck), median(other.byLearner)) / median(times.one);
  tell('faster than the better way of Chainsaw, one kubeconfig', `${better.toFixed(1)} x`, 'at least 2 x', better >= 2);
  const limited = await grade(withDead, '--limit', `${limitSeconds}s`);
  const { graded, errors } = limited.book.summary;
  tell('27 learners alone', s(median(times.alone)));
  tell('27 learners beside 3 dead clusters: scores and errors', `${graded} + ${errors}`, '27 + 3', graded === 27 && errors === 3);
  const bound = median(times.alone) * 1.1 + limitSeconds;
  tell(`the same, time (limit ${limitSeconds} s)`, s(limited.seconds), `at most ${s(bound)}`, limited.seconds <= bound);
  const big = await grade(hundreds);
  if (big.book.summary.graded !== 300) throw new Error(`${big.book.summary.graded} of 300 were graded`);
  tell('300 learners, a kubeconfig for each: time', s(big.seconds));
  tell('300 learners, a kubeconfig for each: memory', `${big.megabytes.toFixed(0)} MB`, 'at most 300 MB', big.megabytes <= 300);
  dead.close();
} finally {
  await removeClass(api);
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = rows.every(({ kept }) => kept) ? 0 : 1;
