import { beforeEach, describe, expect, it } from 'vitest';
import { gradeClass } from '../../../src/batch/grade-class.ts';
import { setUpFromManifests, whyNotFromManifests } from '../../../src/batch/manifests/set-up.ts';
import { removeLeftBehind } from '../../../src/batch/manifests/throwaway.ts';
import { manifestEndings, manifestWorks } from '../../../src/batch/manifests/works.ts';
import { openResults } from '../../../src/batch/results.ts';
import { findSubmissions } from '../../../src/batch/submissions/layout.ts';
import type { ClusterFacts } from '../../../src/grading/cluster-facts.ts';
import type { Lab } from '../../../src/lab/schema.ts';
import type { Gradebook } from '../../../src/report/gradebook.ts';
import { api, server } from '../../support/each-api.ts';
import { statusAnswer } from '../../support/fake-api-server.ts';
import { fakeProbes } from '../../support/fake-probes.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { graders, sampleLab } from '../sample-lab.ts';
import { UnlimitedClock, unlimitedMs } from '../unlimited.ts';

const clock = new UnlimitedClock(Date.UTC(2026, 0, 1));
const never = new AbortController().signal;
const facts: ClusterFacts = {
  controlPlane: 'cp',
  workers: ['w1'],
  nodeAddresses: {},
  storage: { className: 'standard', provisioner: 'x', binding: 'Immediate', nodeAffinity: false, accessModes: [] },
  controlPlaneTainted: true,
  networkPolicy: false,
  staticPodPath: '',
  readyzOnNode: '',
  metrics: false,
};

beforeEach(async () => {
  // the controller manager's part
  server.react(({ type, object }) => {
    if (type === 'ADDED' && object.kind === 'Namespace')
      server.put({ kind: 'ServiceAccount', metadata: { name: 'default', namespace: object.metadata.name } });
  });
});

const deploymentYaml = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: drill-scale-it}
spec:
  replicas: ${replicas}
  template: {spec: {containers: [{name: web, image: "kd/web:1.0"}]}}
`;
const configYaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cfg}\ndata: {MODE: prod}\n';

async function grade(files: Record<string, string>, given: { lab?: Lab; left?: string[] } = {}): Promise<Gradebook> {
  const lab = given.lab ?? sampleLab();
  const root = scratchFolder(files);
  const { found } = findSubmissions({ root, lab: lab.id, assignment: undefined, endings: manifestEndings });
  const works = await manifestWorks({
    lab,
    found,
    cluster: { api, facts, probes: () => fakeProbes() },
    graders,
    maxObjects: 100,
    lifeMs: 600_000,
    onLeft: (message) => given.left?.push(message),
    clock,
  });
  const results = openResults({
    path: `${scratchFolder()}/results.jsonl`,
    lab: lab.id,
    fingerprint: 'f',
    source: 's',
    mode: 'fresh',
    now: 'n',
  });
  return gradeClass({ lab, works, graders, results, parallel: 1, limitMs: unlimitedMs, due: undefined, clock, signal: never });
}

const rows = (book: Gradebook) => book.learners.map(({ id, status, score, reason }) => [id, status, score ?? reason]);
const namespaces = () => server.list('Namespace').map(({ metadata }) => metadata.name);

describe('grading manifests', () => {
  it('applies each submission into a namespace of its own, grades it, and removes it', async () => {
    const book = await grade({ 'ada/web.yaml': deploymentYaml(3), 'ada/cfg.yaml': configYaml, 'ben.yaml': deploymentYaml(1) });
    expect(rows(book)).toEqual([
      ['ada', 'graded', 5],
      ['ben', 'graded', 0],
    ]);
    expect(namespaces()).toEqual(['kube-system']);
  });

  it('makes the namespace safe before anything is put into it', async () => {
    await grade({ 'ada/cfg.yaml': configYaml });
    const made = server.requests.filter(({ method }) => method === 'POST' || method === 'PATCH').map(({ body }) => body);
    expect(made.map(({ kind }) => kind)).toEqual(['Namespace', 'ResourceQuota', 'LimitRange', 'ConfigMap']);
    expect(made[0].metadata).toMatchObject({
      name: expect.stringMatching(/^grade-ada-[0-9a-f]{6}$/),
      labels: { 'pod-security.kubernetes.io/enforce': 'baseline', 'kubedrill.io/part': 'throwaway' },
      annotations: { 'kubedrill.io/expires': expect.stringMatching(/^2026-01-01T/) },
    });
    expect(made[1].spec.hard).toMatchObject({ pods: '30', 'requests.memory': '4Gi' });
  });

  it('touches nothing for a submission that it refuses, and grades the others', async () => {
    const book = await grade({
      'bad/x.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n',
      'bomb/x.yaml': `a: &a [x]\nb: [${'*a,'.repeat(300)}]\n`,
      'broken/x.yaml': 'a: b: c\n',
      'empty/readme.txt': 'hello',
      'good/x.yaml': configYaml,
    });
    expect(rows(book)).toEqual([
      ['bad', 'error', 'refused: Node node-1 (v1) is of a kind that is not graded from manifests'],
      [
        'bomb',
        'error',
        expect.stringMatching(/^the submission cannot be read: x\.yaml:1:1 {2}aliases that multiply \(an alias bomb\) are not read$/),
      ],
      ['broken', 'error', expect.stringMatching(/^the submission cannot be read: x\.yaml:1:\d+/)],
      ['empty', 'missing', 'the submission holds no manifests (.yaml, .yml, .json)'],
      ['good', 'graded', 3],
    ]);
    expect(server.requests.filter(({ method, body }) => method === 'POST' && body.kind === 'Namespace')).toHaveLength(1);
  });

  it("counts what the API server refuses by its own rules as the learner's, and says so", async () => {
    server.when(
      ({ method, path }) => method === 'PATCH' && path.includes('/deployments/'),
      statusAnswer(422, 'Invalid', 'spec.selector: Required value'),
    );
    const book = await grade({ 'ada/web.yaml': deploymentYaml(3), 'ada/x.yaml': configYaml });
    expect(rows(book)).toEqual([['ada', 'graded', 3]]);
    expect(book.learners[0]?.notes).toEqual(['Deployment web was refused by the API server: spec.selector: Required value']);
  });

  it("counts a manifest of the wrong shape as the learner's, although the API server calls it an error of its own", async () => {
    const message =
      'failed to create typed patch object (x/cfg; /v1, Kind=ConfigMap): .data.BATCH: expected string, got &value.valueUnstructured{Value:7}';
    server.when(({ method, path }) => method === 'PATCH' && path.includes('/configmaps/'), statusAnswer(500, 'InternalError', message));
    expect(rows(await grade({ 'ada/cfg.yaml': configYaml }))).toEqual([['ada', 'graded', 0]]);
  });

  it.each([
    [
      403,
      'Forbidden',
      'pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces',
      /^Deployment web is refused by the guard rails of grading: /,
    ],
    [403, 'Forbidden', 'exceeded quota: kubedrill-grading', /guard rails/],
    [500, 'InternalError', 'etcd is unwell', /^Deployment web could not be applied: etcd is unwell$/],
    [429, 'TooManyRequests', 'slow down', /could not be applied/],
  ])("does not score what its own guard rails or the cluster's bad day refuse: %d %s", async (status, reason, message, why) => {
    server.when(({ method, path }) => method === 'PATCH' && path.includes('/deployments/'), statusAnswer(status, reason, message));
    expect(rows(await grade({ 'ada/web.yaml': deploymentYaml(3) }))).toEqual([['ada', 'error', expect.stringMatching(why)]]);
    expect(namespaces()).toEqual(['kube-system']);
  });

  it('does not score a fail when the guard rails kept a Pod from being made', async () => {
    server.react(({ type, object }) => {
      if (type === 'ADDED' && object.kind === 'Deployment')
        server.put({
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: 'e', namespace: object.metadata.namespace },
          reason: 'FailedCreate',
          note: 'pods "web-1" is forbidden: violates PodSecurity "baseline:latest"',
        });
    });
    const [row] = (await grade({ 'ada/web.yaml': deploymentYaml(1) })).learners;
    expect(row).toMatchObject({
      status: 'error',
      score: null,
      reason: 'the guard rails of grading refused a Pod: pods "web-1" is forbidden: violates PodSecurity "baseline:latest"',
    });
    expect(row?.checks).toHaveLength(3);
  });

  it('makes anew what cannot be changed in place', async () => {
    const lab = { ...sampleLab(), setup: [{ apply: 'start.yaml' }], files: { 'start/start.yaml': configYaml.replace('prod', 'test') } };
    server.when(
      ({ method, path }) =>
        method === 'PATCH' &&
        path.endsWith('/configmaps/cfg') &&
        server.requests.filter((one) => one.path === path && one.method === 'PATCH').length === 2,
      statusAnswer(422, 'Invalid', 'data: Invalid value: field is immutable'),
    );
    expect(rows(await grade({ 'ada/cfg.yaml': configYaml }, { lab }))).toEqual([['ada', 'graded', 3]]);
  });

  it('says what it could not remove', async () => {
    const left: string[] = [];
    server.react(({ type, object }) => {
      if (type === 'ADDED' && object.kind === 'ConfigMap')
        server.put({ ...object, metadata: { ...object.metadata, finalizers: ['hold/on'] } });
    });
    await grade({ 'ada/cfg.yaml': configYaml }, { left });
    expect(left).toEqual([expect.stringMatching(/^namespace grade-ada-[0-9a-f]{6} is still there after 120 s: /)]);
  });
});

describe('what an earlier grading left behind', () => {
  it('is removed once its time is over, and not before', async () => {
    const put = (name: string, labels: Record<string, string>, expires?: string) =>
      server.put({ kind: 'Namespace', metadata: { name, labels, annotations: expires ? { 'kubedrill.io/expires': expires } : {} } });
    const part = { 'kubedrill.io/part': 'throwaway' };
    put('grade-old', part, new Date(clock.now() - 1000).toISOString());
    put('grade-running', part, new Date(clock.now() + 60_000).toISOString());
    put('somebody-elses', {}, '2000-01-01T00:00:00Z');
    expect(await removeLeftBehind({ api, clock }, never)).toEqual({ removed: ['grade-old'], left: [] });
    expect(namespaces()).toEqual(['grade-running', 'kube-system', 'somebody-elses']);
  });
});

describe('a lab that is graded from manifests', () => {
  const withSetup = (...setup: unknown[]): Lab => ({ ...sampleLab(), setup: setup as Lab['setup'] });

  it.each([
    [
      withSetup({ run: 'kubectl scale deployment web --replicas=2' }),
      'its set-up runs a command: kubectl scale deployment web --replicas=2',
    ],
    [withSetup({ fault: { use: 'bad-image', with: {} } }), 'its set-up injects the fault bad-image'],
    [{ ...sampleLab(), exclusive: true }, 'it needs a cluster of its own'],
    [
      { ...sampleLab(), needs: { ...sampleLab().needs, ingress: true } },
      'the host of its Ingress belongs to the whole cluster: two who claim it would get the answers of one',
    ],
    [
      { ...withSetup({ apply: 'pv.yaml' }), files: { 'start/pv.yaml': 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n' } },
      'its set-up makes PersistentVolume pv, which belongs to the whole cluster',
    ],
  ])('has nothing in its set-up that manifests cannot do: %#', (lab, why) => {
    expect(whyNotFromManifests(lab as Lab)).toBe(why);
  });

  it('may apply, wait and send traffic', () => {
    expect(whyNotFromManifests(withSetup({ apply: 'x.yaml' }, { wait: { cel: 'true', says: 'x' } }, { traffic: {} }))).toBeUndefined();
  });

  it('begins from its start state, with its placeholders filled in', async () => {
    const lab = {
      ...withSetup({ apply: ['a.yaml'] }, { wait: { cel: "configMap('cfg').data.NS == 'grade-x'", says: 'it is there' } }),
      files: { 'start/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cfg}\ndata: {NS: $NS}\n' },
    };
    const rendered = (text: string) => text.replaceAll('$NS', 'grade-x');
    server.put({ kind: 'Namespace', metadata: { name: 'grade-x' } });
    const options = { api, namespace: 'grade-x', rendered, graders, probes: fakeProbes(), clock, signal: never };
    expect(await setUpFromManifests(lab, options)).toBeUndefined();
    expect(server.get('ConfigMap', 'cfg', 'grade-x')?.data).toEqual({ NS: 'grade-x' });
  });

  it("is not the learner's mistake when its set-up fails", async () => {
    const lab = withSetup({ wait: { cel: "configMap('cfg').data.A == 'b'", says: 'cfg is there', within: 1000 } });
    expect(rows(await grade({ 'ada/x.yaml': configYaml }, { lab }))).toEqual([
      ['ada', 'error', expect.stringMatching(/^the lab's set-up waited in vain: observed .*, expected cfg is there$/)],
    ]);
  });
});
