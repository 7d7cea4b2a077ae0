/**
 * `npm test`: builds, then runs the unit, screen and command-line tests, and then those on a real cluster,
 * which is made for them and taken away. The last line is `N passed, N failed`, with the true counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const results = join(root, 'results');
/** When it has to be over, in milliseconds since 1970: what is bounded by time (the proofs of all labs) takes what is left. */
const minutes = Number(process.env.KUBEDRILL_TEST_MINUTES ?? 78);
const until = Date.now() + minutes * 60_000;
const withoutCluster = process.env.KUBEDRILL_NO_CLUSTER === '1';

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  /** Files that broke before a test of theirs could run have no tests to count. */
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** Runs one project of the tests and adds up what its report says. */
function run(project: string): { passed: number; failed: number; skipped: number } {
  const report = join(results, `${project}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--reporter=junit',
    `--outputFile.junit=${join(results, `${project}.xml`)}`,
  ];
  const child = spawnSync('npx', ['--no-install', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CI: 'false', KUBEDRILL_TEST_UNTIL: String(until) },
  });
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    const told = numFailedTests + broken;
    // what ends before its first test, e.g. because no cluster could be made, tells of no failure
    return { passed: numPassedTests, failed: child.status !== 0 && told === 0 ? 1 : told, skipped: numPendingTests };
  } catch {
    console.error(`${project}: the tests ended without a report (exit code ${child.status})`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
await import('./build.ts');
const counts = [run('unit')];
if (withoutCluster) console.error('The tests on a real cluster were left out: KUBEDRILL_NO_CLUSTER=1.');
else counts.push(run('e2e'));

const total = (which: 'passed' | 'failed' | 'skipped') => counts.reduce((sum, one) => sum + one[which], 0);
if (total('skipped') > 0) console.log(`${total('skipped')} skipped: each is named above, with its reason`);
console.log(`${total('passed')} passed, ${total('failed')} failed`);
process.exit(total('failed') > 0 || total('passed') === 0 ? 1 : 0);
