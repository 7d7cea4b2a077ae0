import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Learner, makeClass, removeClass, writeKubeconfig } from '../../scripts/bench/grade/class.ts';
import { kubeconfigOf } from '../../src/cluster/records.ts';
import { kinds } from '../../src/grading/kinds.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { connect } from '../../src/kube/connect.ts';
import { listAll } from '../../src/kube/list.ts';
import { pathOf } from '../../src/kube/path.ts';
import type { Gradebook } from '../../src/report/gradebook.ts';
import { clock } from '../../src/system/clock.ts';
import { waitUntil } from '../../src/system/wait.ts';
import { testCluster, testState } from '../e2e/cluster.ts';
import { kubedrill } from '../e2e/kubedrill.ts';

const root = join(import.meta.dirname, '..', '..');
const labs = join(root, 'scripts', 'bench', 'grade', 'labs');
const solution = join(labs, 'bench', 'bench-fields', 'solution', 'web.yaml');
const folder = mkdtempSync(join(tmpdir(), 'kubedrill-'));

let api: KubeApi;
let learners: Learner[];
let authority: string;

const kubeconfig = (name: string, server: string, token: string) => writeKubeconfig(folder, name, server, authority, token);
function roster(name: string, rows: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, `learners:\n${rows.map((row) => `  - ${JSON.stringify(row)}`).join('\n')}\n`);
  return path;
}
const own = ({ id, namespace, tokens }: Learner) => ({ id, namespace, kubeconfig: kubeconfig(`${id}.yaml`, api.server, tokens[0]!) });

async function grade(...args: string[]) {
  const ended = await kubedrill(['grade', 'bench-fields', '--labs', labs, '--fresh', '--json', ...args]);
  expect(ended.stdout, ended.stderr).toMatch(/^\{/);
  return { ...ended, book: JSON.parse(ended.stdout) as Gradebook };
}

/** What must not depend on where and how fast it was graded. */
const timeless = ({ learners, summary }: Gradebook) => ({
  learners: learners.map((row) => ({ ...row, seconds: 0, checks: row.checks.map((check) => ({ ...check, ms: 0 })) })),
  summary,
});

const namesOf = async (kind: 'Namespace' | 'ClusterRole' | 'ClusterRoleBinding', part: string): Promise<string[]> => {
  const listed = await listAll(api, kinds[kind], undefined, { labelSelector: `kubedrill.io/part=${part}` });
  if (!listed.ok) throw new Error(listed.message);
  return listed.items.map(({ metadata }) => metadata.name);
};

beforeAll(async () => {
  const path = kubeconfigOf({ state: testState, cache: testState }, testCluster);
  api = await connect(path);
  authority = /certificate-authority-data: (\S+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  learners = await makeClass(api, 6, 1, solution);
});

afterAll(async () => {
  await removeClass(api);
  await api.close();
});

describe('a class in live namespaces', () => {
  it('has the scores of its work, beside a cluster that nobody answers for and a kubeconfig that would run a program', async () => {
    const [first, ...others] = learners as [Learner, ...Learner[]];
    writeFileSync(
      join(folder, 'hostile.yaml'),
      'apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: a, user: {exec: {command: sh}}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n',
    );
    const path = roster('live.yaml', [
      // in the owned cluster itself, without a kubeconfig
      { id: first.id, namespace: first.namespace },
      ...others.map(own),
      { id: 'dead', namespace: 'x', kubeconfig: kubeconfig('dead.yaml', 'https://127.0.0.1:65001', 'x') },
      { id: 'hostile', kubeconfig: 'hostile.yaml' },
      { id: 'absent', namespace: 'nobody-was-here' },
    ]);
    const { code, book } = await grade('--roster', path);
    expect(book.learners.map(({ id, status, score }) => [id, status, score])).toEqual([
      ...learners.map(({ id, right }) => [id, 'graded', right]),
      ['dead', 'error', null],
      ['hostile', 'error', null],
      ['absent', 'missing', null],
    ]);
    expect(book.learners.find(({ id }) => id === 'hostile')?.reason).toContain('exec: it would run a program on this machine');
    expect(code).toBe(3);
  });
});

describe('a class that handed in manifests', () => {
  it('is graded in throwaway namespaces, which are gone afterwards, and nothing else is touched', async () => {
    const handedIn = join(folder, 'handed-in');
    for (const id of ['ada', 'mallory']) mkdirSync(join(handedIn, id), { recursive: true });
    writeFileSync(join(handedIn, 'ada', 'web.yaml'), readFileSync(solution));
    writeFileSync(
      join(handedIn, 'mallory', 'pwn.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: {name: pwn}\nspec: {hostPID: true, containers: [{name: a, image: "kd/web:1.0"}]}\n',
    );
    const { book } = await grade('--manifests', handedIn);
    expect(book.learners.map(({ id, status, score }) => [id, status, score])).toEqual([
      ['ada', 'graded', 8],
      ['mallory', 'error', null],
    ]);
    expect(book.learners[1]?.reason).toContain('violates PodSecurity "baseline:latest"');
    expect(await namesOf('Namespace', 'throwaway')).toEqual([]);
  });
});

describe('a class that is graded by a Job', () => {
  it('has the same gradebook as on this machine, although a shard is killed half way, and leaves nothing behind', async () => {
    await promisify(execFile)(process.execPath, [join(root, 'images/kubedrill/build.ts'), '--load', testCluster], { timeout: 600_000 });
    const nodes = await listAll(api, kinds.Node, undefined, {});
    const address = (nodes.ok ? nodes.items : []).flatMap(({ status }) => status.addresses as { type: string; address: string }[])[0]
      ?.address;
    // nobody listens there: each of these keeps its shard busy for a second try, so that there is a half way
    const dead = Array.from({ length: 12 }, (_, index) => ({
      id: `dead-${index}`,
      kubeconfig: kubeconfig(`dead-${index}.yaml`, `https://${address}:65001`, String(index)),
    }));
    const [a, b, c, ...rest] = learners as [Learner, Learner, Learner, ...Learner[]];
    const path = roster('job.yaml', [...[a, b, c].map(own), ...dead, ...rest.map(({ id, namespace }) => ({ id, namespace }))]);
    const local = await grade('--roster', path);
    expect(local.book.summary).toMatchObject({ graded: 6, errors: 12 });

    let graded = false;
    const byJob = grade('--roster', path, '--on-cluster', testCluster, '--shards', '3', '--parallel', '1').finally(() => (graded = true));
    const shard = { labelSelector: 'kubedrill.io/part=grade-job,batch.kubernetes.io/job-completion-index=0' };
    let rows = 0;
    const killed = await waitUntil(
      async () => {
        const pods = await listAll(api, kinds.Pod, undefined, shard);
        const [pod] = pods.ok ? pods.items : [];
        if (!pod || graded) return { done: graded, seen: 'no Pod' };
        const { name, namespace = '' } = pod.metadata;
        const log = await api.request<string>('GET', pathOf('Pod', namespace, name, 'log'), { as: 'text' });
        rows = log.ok ? log.body.split('"type":"learner"').length - 1 : 0;
        if (rows === 0) return { done: false, seen: `${name} has printed nothing` };
        const gone = await api.request('DELETE', pathOf('Pod', namespace, name), { query: { gracePeriodSeconds: 0 } });
        return { done: true, seen: gone.ok ? `${name} was killed` : gone.message };
      },
      { boundMs: 240_000, everyMs: 100, clock },
    );
    expect(killed.seen).toContain('was killed');
    // six learners are in this shard
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(6);

    expect(timeless((await byJob).book)).toEqual(timeless(local.book));
    expect(await namesOf('Namespace', 'grade-job')).toEqual([]);
    expect([...(await namesOf('ClusterRole', 'grade-job')), ...(await namesOf('ClusterRoleBinding', 'grade-job'))]).toEqual([]);
  });
});
