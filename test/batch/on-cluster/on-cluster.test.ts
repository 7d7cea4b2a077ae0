import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintOfLab } from '../../../src/batch/fingerprint-lab.ts';
import { shardLines } from '../../../src/batch/on-cluster/collect.ts';
import { type JobPlan, jobObject, readerObjects } from '../../../src/batch/on-cluster/objects.ts';
import { gradeOnCluster, type JobLearner } from '../../../src/batch/on-cluster/run.ts';
import { inputsOf, type Placed, unreachable } from '../../../src/batch/on-cluster/shards.ts';
import { openResults } from '../../../src/batch/results.ts';
import type { KubeObject } from '../../../src/grading/object.ts';
import type { LearnerGrade } from '../../../src/report/gradebook.ts';
import { learner as row } from '../../report/sample.ts';
import { api, server } from '../../support/each-api.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { graders, sampleLab } from '../sample-lab.ts';
import { UnlimitedClock } from '../unlimited.ts';

const guarded = (server: string, key = server) => ({
  ok: true as const,
  server,
  key,
  text: JSON.stringify({
    clusters: [{ name: 'learner', cluster: { server, 'tls-server-name': 'x' } }],
    users: [{ name: 'learner', user: { token: `t-${key}` } }],
  }),
});
const who = (id: string) => ({ id, name: undefined, kubeconfig: 'k', context: undefined, namespace: `drill-${id}` });
const placed = (id: string, server = 'https://a:6443', key?: string): Placed => ({ learner: who(id), guarded: guarded(server, key) });

describe('the input of a shard', () => {
  it('has the kubeconfigs of its own learners and no others', () => {
    const inputs = inputsOf([placed('a'), placed('b', 'https://b'), placed('c'), placed('d', 'https://d')], 2, 'https://elsewhere');
    expect(inputs.map(({ learners, files }) => [learners, Object.keys(files).sort()])).toEqual([
      [
        ['a', 'c'],
        ['kubeconfig-0', 'roster.yaml'],
      ],
      [
        ['b', 'd'],
        ['kubeconfig-0', 'kubeconfig-1', 'roster.yaml'],
      ],
    ]);
    expect(JSON.parse(inputs[0]!.files['roster.yaml']!)).toEqual({
      learners: [
        { id: 'a', kubeconfig: 'kubeconfig-0', namespace: 'drill-a' },
        { id: 'c', kubeconfig: 'kubeconfig-0', namespace: 'drill-c' },
      ],
    });
    expect(inputs[0]!.files['kubeconfig-0']).not.toContain('t-https://b');
  });

  it('reaches the cluster of the Job by its name from inside', () => {
    const [input] = inputsOf([placed('a', 'https://127.0.0.1:6443')], 1, 'https://127.0.0.1:6443');
    expect(JSON.parse(input!.files['kubeconfig-0']!).clusters[0].cluster).toEqual({ server: 'https://kubernetes.default.svc' });
  });

  it('says which clusters a Job cannot reach', () => {
    expect(unreachable(guarded('https://127.0.0.1:1'), 'https://127.0.0.1:2')).toBe(
      'its cluster https://127.0.0.1:1 is on this machine, where a Job cannot reach it',
    );
    expect(unreachable(guarded('https://localhost:1'), 'https://127.0.0.1:1')).toMatch(/on this machine/);
    expect(unreachable(guarded('https://127.0.0.1:1'), 'https://127.0.0.1:1')).toBeUndefined();
    expect(unreachable(guarded('https://10.0.0.1'), 'https://127.0.0.1:1')).toBeUndefined();
  });
});

describe('the Job', () => {
  const plan: JobPlan = {
    round: 1,
    namespace: 'kubedrill-grade-1',
    lab: sampleLab(),
    labFiles: { 'lab.yaml': 'id: scale-it', 'start/a.yaml': 'x' },
    inputs: inputsOf([placed('a'), placed('b')], 2, 'https://x'),
    image: 'kd/kubedrill:1.0',
    parallel: 8,
    limitSeconds: 60,
    deadlineSeconds: 360,
    expires: '2026-01-01T00:00:00Z',
  };

  it('has an index for each shard, each with a roster of its own', () => {
    const { spec } = jobObject(plan);
    expect(spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      backoffLimitPerIndex: 5,
      activeDeadlineSeconds: 360,
    });
    expect(spec.template.spec.containers[0].args).toEqual([
      'grade',
      'scale-it',
      '--roster',
      '/input/$(JOB_COMPLETION_INDEX)/roster.yaml',
      '--labs',
      '/labs',
      '--rows',
      '--parallel',
      '8',
      '--limit',
      '60s',
    ]);
    expect(spec.template.spec.volumes[0].projected.sources[1]).toEqual({
      secret: {
        name: 'input-1-1',
        items: [
          { key: 'kubeconfig-0', path: '1/kubeconfig-0' },
          { key: 'roster.yaml', path: '1/roster.yaml' },
        ],
      },
    });
    expect(spec.template.spec.volumes[1].configMap.items[0]).toEqual({ key: 'file-0', path: 'labs/rollouts/scale-it/lab.yaml' });
  });

  it('may do nothing that the restricted Pod Security Standard forbids, and has no token of its own', () => {
    const { spec } = jobObject(plan).spec.template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('reads what the lab reads, and writes nothing', () => {
    const role = readerObjects(plan, ['Deployment', { kind: 'Secret', namespace: 'x' }]).find(({ kind }) => kind === 'ClusterRole')!;
    const rules = role.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[];
    expect(rules.find(({ apiGroups }) => apiGroups[0] === 'apps')).toEqual({
      apiGroups: ['apps'],
      resources: ['deployments'],
      verbs: ['get', 'list'],
    });
    expect(
      rules.flatMap(({ resources, verbs }) =>
        verbs.filter((verb) => !['get', 'list'].includes(verb)).map((verb) => `${verb} ${resources}`),
      ),
    ).toEqual(['create subjectaccessreviews']);
  });
});

describe('what a shard prints', () => {
  it('is read line by line; what is torn or something else is left out', () => {
    const log = [
      'hello',
      '{"type":"run","kubedrill":"0.1.0","lab":"x","fingerprint":"f"}',
      JSON.stringify({ type: 'learner', key: '', grade: row('ada') }),
      '{"type":"learner","grade":{"id":7}}',
      '{"type":"other"}',
      '{"type":"learner","gra',
    ].join('\n');
    expect(shardLines(log).map((line) => (line.type === 'learner' ? line.grade.id : line.type))).toEqual(['run', 'ada']);
  });
});

const never = new AbortController().signal;

/** Plays the Job controller: Pods of each index, whose log is what `script` says of it. */
function playJob(
  script: (shard: number, roster: { learners: { id: string }[] }, round: number) => LearnerGrade[],
  given: { condition?: object; fingerprint?: string } = {},
) {
  const logs = new Map<string, string>();
  server.logs = ({ pod }) => logs.get(pod) ?? '';
  server.react(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Job') return;
    const { namespace = '', name } = object.metadata;
    const round = Number(name.slice('grade-'.length));
    for (let shard = 0; shard < object.spec.completions; shard++) {
      const secret = server.get('Secret', `input-${round}-${shard}`, namespace)!;
      const rows = script(shard, JSON.parse(secret.stringData['roster.yaml']), round);
      const lines = [
        { type: 'run', kubedrill: '0.1.0', lab: 'scale-it', fingerprint: given.fingerprint ?? fingerprintOfLab(sampleLab()) },
        ...rows.map((grade) => ({ type: 'learner', key: '', grade })),
        { type: 'done' },
      ];
      logs.set(`${name}-${shard}`, lines.map((line) => JSON.stringify(line)).join('\n'));
      server.put({
        kind: 'Pod',
        metadata: {
          name: `${name}-${shard}`,
          namespace,
          labels: { 'job-name': name, 'batch.kubernetes.io/job-completion-index': String(shard) },
        },
        status: { phase: 'Succeeded' },
      });
    }
    server.put({ ...object, status: { conditions: [given.condition ?? { type: 'Complete', status: 'True' }] } });
  });
}

async function grade(learners: JobLearner[], given: { results?: string; signal?: AbortSignal } = {}) {
  const said: string[] = [];
  const lab = sampleLab();
  const results = openResults({
    path: given.results ?? join(scratchFolder(), 'r.jsonl'),
    lab: lab.id,
    fingerprint: 'f',
    source: 's',
    mode: 'go-on',
    now: 'n',
  });
  const book = await gradeOnCluster({
    lab,
    labFiles: { 'lab.yaml': 'x' },
    graders,
    learners,
    results,
    api,
    shards: 3,
    image: 'kd/kubedrill:1.0',
    parallel: 8,
    limitSeconds: 60,
    onRow: () => undefined,
    say: (line) => void said.push(line),
    clock: new UnlimitedClock(Date.UTC(2026, 0, 1)),
    signal: given.signal ?? never,
  });
  return { book, said };
}

const learners = (...ids: string[]): JobLearner[] =>
  ids.map((id) => ({ learner: who(id), key: `key-${id}`, place: guarded('https://10.0.0.1') }));
const left = () =>
  [...server.list('Namespace'), ...server.list('ClusterRole'), ...server.list('ClusterRoleBinding')].map(({ metadata }) => metadata.name);

describe('grading as a Job', () => {
  it('merges the rows of all shards in the order of the roster, and removes everything that it made', async () => {
    playJob((_, { learners: mine }) => mine.map(({ id }) => row(id)));
    const { book } = await grade(learners('a', 'b', 'c', 'd'));
    expect(book.learners.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'graded'],
      ['b', 'graded'],
      ['c', 'graded'],
      ['d', 'graded'],
    ]);
    expect(left()).toEqual(['kube-system']);
  });

  it('grades again whose log was gone before it could be read, although the Job counts as done', async () => {
    const rosters: string[][] = [];
    playJob((shard, { learners: mine }, round) => {
      rosters.push(mine.map(({ id }) => id));
      return shard === 1 && round === 1 ? [] : mine.map(({ id }) => row(id));
    });
    const { book, said } = await grade(learners('a', 'b', 'c', 'd', 'e'));
    expect(book.learners.map(({ status }) => status)).toEqual(['graded', 'graded', 'graded', 'graded', 'graded']);
    expect(rosters).toEqual([['a', 'd'], ['b', 'e'], ['c'], ['b'], ['e']]);
    expect(said).toContain('no result came of 2 learners: they are graded again');
  });

  it('tells who has no result even after three rounds, and why', async () => {
    playJob((_, { learners: mine }) => mine.filter(({ id }) => id !== 'b').map(({ id }) => row(id)), {
      condition: { type: 'Failed', status: 'True', reason: 'FailedIndexes', message: 'index 1 failed' },
    });
    const first = await grade(learners('a', 'b', 'c'));
    expect(first.book.learners.map(({ id, status, reason }) => [id, status, reason])).toEqual([
      ['a', 'graded', null],
      ['b', 'error', 'no result came from its shard; see the messages above'],
      ['c', 'graded', null],
    ]);
    expect(first.said).toContain('the Job ended early: FailedIndexes: index 1 failed');
  });

  it('grades on from what is there already', async () => {
    const path = join(scratchFolder(), 'r.jsonl');
    openResults({ path, lab: 'scale-it', fingerprint: 'f', source: 's', mode: 'fresh', now: 'n' }).add('key-a', row('a'));
    const rosters: string[][] = [];
    playJob((_, { learners: mine }) => {
      rosters.push(mine.map(({ id }) => id));
      return mine.map(({ id }) => row(id));
    });
    const { book } = await grade(learners('a', 'b'), { results: path });
    expect(rosters).toEqual([['b']]);
    expect(book.learners.map(({ status }) => status)).toEqual(['graded', 'graded']);
  });

  it('keeps refused and unreachable learners out of the Job', async () => {
    const rosters: string[][] = [];
    playJob((_, { learners: mine }) => {
      rosters.push(mine.map(({ id }) => id));
      return mine.map(({ id }) => row(id));
    });
    const [good] = learners('good');
    const { book } = await grade([
      { learner: who('bad'), key: 'k', place: { ok: false, reason: 'kubeconfig x is refused: exec' } },
      { learner: who('far'), key: 'k', place: guarded('https://127.0.0.1:9') },
      good!,
    ]);
    expect(rosters).toEqual([['good']]);
    expect(book.learners.map(({ id, status, reason }) => [id, status, reason])).toEqual([
      ['bad', 'error', 'kubeconfig x is refused: exec'],
      ['far', 'error', 'its cluster https://127.0.0.1:9 is on this machine, where a Job cannot reach it'],
      ['good', 'graded', null],
    ]);
  });

  it('does not believe an image that reads the lab otherwise', async () => {
    playJob((_, { learners: mine }) => mine.map(({ id }) => row(id)), { fingerprint: 'other' });
    await expect(grade(learners('a'))).rejects.toThrow(
      'the image kd/kubedrill:1.0 (kubedrill 0.1.0) reads the lab otherwise than this kubedrill; build it anew',
    );
    expect(left()).toEqual(['kube-system']);
  });

  it('gives learners of the cluster itself a reader that is gone afterwards', async () => {
    server.react(({ type, object }: { type: string; object: KubeObject }) => {
      if (type === 'ADDED' && object.kind === 'Namespace')
        server.put({
          kind: 'ConfigMap',
          metadata: { name: 'kube-root-ca.crt', namespace: object.metadata.name },
          data: { 'ca.crt': 'CA' },
        });
    });
    server.when(({ path }) => path.endsWith('/serviceaccounts/reader/token'), { status: 201, body: { status: { token: 'short-lived' } } });
    let config = '';
    playJob((shard, { learners: mine }) => {
      config = server.list('Secret').find(({ metadata }) => metadata.name === `input-1-${shard}`)!.stringData['kubeconfig-0'];
      expect(server.list('ClusterRoleBinding')).toHaveLength(1);
      return mine.map(({ id }) => row(id));
    });
    const { book } = await grade([{ learner: who('ada'), key: 'k', place: 'home' }]);
    expect(book.learners[0]?.status).toBe('graded');
    expect(JSON.parse(config)).toMatchObject({
      clusters: [
        { cluster: { server: 'https://kubernetes.default.svc', 'certificate-authority-data': Buffer.from('CA').toString('base64') } },
      ],
      users: [{ user: { token: 'short-lived' } }],
    });
    expect(left()).toEqual(['kube-system']);
  });

  it('removes what an earlier run left behind, once its time is over', async () => {
    const meta = (name: string, expires: string) => ({
      name,
      labels: { 'kubedrill.io/part': 'grade-job' },
      annotations: { 'kubedrill.io/expires': expires },
    });
    server.put({ kind: 'Namespace', metadata: meta('kubedrill-grade-old', '2025-01-01T00:00:00Z') });
    server.put({ kind: 'ClusterRole', metadata: meta('kubedrill-grade-old', '2025-01-01T00:00:00Z') });
    server.put({ kind: 'Namespace', metadata: meta('kubedrill-grade-now', '2027-01-01T00:00:00Z') });
    playJob((_, { learners: mine }) => mine.map(({ id }) => row(id)));
    await grade(learners('a'));
    expect(left()).toEqual(['kube-system', 'kubedrill-grade-now']);
  });

  it('removes everything also when it is interrupted, and goes on later', async () => {
    const stop = new AbortController();
    server.react(({ type, object }) => {
      if (type === 'ADDED' && object.kind === 'Job') stop.abort();
    });
    await expect(grade(learners('a', 'b'), { signal: stop.signal })).rejects.toThrow('0 of 2 learners are graded');
    expect(left()).toEqual(['kube-system']);
  });
});
