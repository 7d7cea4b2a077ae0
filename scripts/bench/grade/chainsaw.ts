import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Run } from '../../../src/system/run.ts';
import type { Learner } from './class.ts';
import { type Measured, measure } from './measured-process.ts';

/** Declarative tests for Kubernetes, the nearest relative of our grading. @see https://github.com/kyverno/chainsaw */
const version = 'v0.2.13';
const toolchain = 'go1.24.2';
const workers = 8;
/** How long an assertion may be retried. The shortest of these with which every learner gets the score that is right is measured. */
const waits = ['100ms', '250ms', '500ms', '1s'];

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
const inTemplate = (template: object) => ({ ...deployment, spec: { template } });
const inContainer = (container: object) => inTemplate({ spec: { containers: [container] } });

/** The eight fields as Chainsaw asserts them. */
const assertions: object[] = [
  inContainer({ image: 'kd/web:1.0' }),
  { ...deployment, spec: { replicas: 3 } },
  inTemplate({ metadata: { labels: { tier: 'front' } } }),
  inContainer({ resources: { requests: { cpu: '100m' } } }),
  inContainer({ readinessProbe: { httpGet: { path: '/ready' } } }),
  { ...service, spec: { ports: [{ targetPort: 8080 }] } },
  { ...service, spec: { selector: { app: 'web' } } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { MODE: 'prod' } },
];

/** Chainsaw, built from its module with this machine's Go; kept in `cache`. */
export async function chainsawIn(cache: string, run: Run): Promise<string> {
  const folder = join(cache, 'bench', `chainsaw-${version}`);
  const program = join(folder, 'chainsaw');
  if (existsSync(program)) return program;
  console.log(`building Chainsaw ${version} from its Go module (minutes)`);
  const built = await run('go', ['install', `github.com/kyverno/chainsaw@${version}`], {
    timeoutMs: 1_800_000,
    // it needs the Go that it was written for, which Go itself brings from its module proxy
    env: { ...process.env, GOBIN: folder, GOTOOLCHAIN: toolchain },
  });
  if (!built.ok) throw new Error(`go install of Chainsaw failed: ${built.stderr}`);
  return program;
}

/** Writes a test: these assertions, one after the other, in a namespace that is there already. */
function writeTest(folder: string, name: string, namespace: string, asserted: readonly object[]): void {
  const test = {
    apiVersion: 'chainsaw.kyverno.io/v1alpha1',
    kind: 'Test',
    metadata: { name },
    spec: { namespace, steps: [{ try: asserted.map((resource) => ({ assert: { resource } })) }] },
  };
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'chainsaw-test.yaml'), stringify(test));
}

interface Report {
  tests: { name: string; steps?: { operations?: { failure?: unknown }[] }[] }[];
}

interface Chainsaw {
  program: string;
  kubeconfig: string;
  learners: readonly Learner[];
}

async function grade({ program, kubeconfig }: Chainsaw, tests: string, wait: string): Promise<Measured & { passed: Map<string, boolean> }> {
  const results = join(tests, '..', 'results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results);
  const args = ['test', tests, '--parallel', String(workers), '--assert-timeout', wait, '--skip-delete', '--no-color'];
  const done = await measure(program, [...args, '--report-format', 'JSON', '--report-path', results, '--report-name', 'report'], {
    ...process.env,
    KUBECONFIG: kubeconfig,
  });
  const path = join(results, 'report.json');
  if (!existsSync(path)) throw new Error(`Chainsaw ended with ${done.code} and without a report: ${done.stderr.slice(-2000)}`);
  const { tests: ended } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const passed = ended.map(({ name, steps = [] }): [string, boolean] => [
    name,
    steps.every(({ operations = [] }) => operations.every(({ failure }) => failure === undefined)),
  ]);
  return { ...done, passed: new Map(passed) };
}

export interface ChainsawTimes {
  wait: string;
  /** Seconds with a test for each check: the way that gives scores. */
  byCheck: number[];
  /** Seconds with a test for each learner, which ends at the first field that is wrong: it tells only who has all of them right. */
  byLearner: number[];
}

/** Grades the class with Chainsaw, in both ways, so many times. */
export async function chainsaw(about: Chainsaw, runs: number): Promise<ChainsawTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'kubedrill-bench-chainsaw-'));
  const byCheck = join(folder, 'by-check', 'tests');
  const byLearner = join(folder, 'by-learner', 'tests');
  for (const { id, namespace } of about.learners) {
    writeTest(byLearner, id, namespace, assertions);
    for (const [at, one] of assertions.entries()) writeTest(byCheck, `${id}-${at}`, namespace, [one]);
  }
  const checkedRight = async (wait: string) => {
    const { passed, seconds } = await grade(about, byCheck, wait);
    const scoreOf = (id: string) => assertions.filter((_, at) => passed.get(`${id}-${at}`)).length;
    return { seconds, right: about.learners.every(({ id, right }) => scoreOf(id) === right) };
  };
  const learnersRight = async (wait: string) => {
    const { passed, seconds } = await grade(about, byLearner, wait);
    return { seconds, right: about.learners.every(({ id, right }) => passed.get(id) === (right === assertions.length)) };
  };
  try {
    for (const wait of waits) {
      const times: ChainsawTimes = { wait, byCheck: [], byLearner: [] };
      let right = true;
      for (let round = 0; round < runs && right; round++) {
        const [check, learner] = [await checkedRight(wait), await learnersRight(wait)];
        right = check.right && learner.right;
        times.byCheck.push(check.seconds);
        times.byLearner.push(learner.seconds);
      }
      if (right) return times;
      console.log(`with a wait of ${wait} Chainsaw took slow answers for wrong ones`);
    }
    throw new Error('Chainsaw gave a wrong score with every wait');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
