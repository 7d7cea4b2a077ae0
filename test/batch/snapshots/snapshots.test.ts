import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gradeClass } from '../../../src/batch/grade-class.ts';
import { openResults } from '../../../src/batch/results.ts';
import { files } from '../../../src/batch/snapshots/format.ts';
import { packSnapshot } from '../../../src/batch/snapshots/pack.ts';
import { SecretHasher } from '../../../src/batch/snapshots/secrets.ts';
import { type TakeOptions, takeSnapshot } from '../../../src/batch/snapshots/take.ts';
import { unpackSnapshot } from '../../../src/batch/snapshots/unpack.ts';
import { snapshotEndings, snapshotWorks } from '../../../src/batch/snapshots/works.ts';
import { writeBytes } from '../../../src/batch/snapshots/write-bytes.ts';
import { writeZip } from '../../../src/batch/snapshots/write-zip.ts';
import { findSubmissions } from '../../../src/batch/submissions/layout.ts';
import type { TimelineEntry } from '../../../src/grading/timeline.ts';
import type { Lab } from '../../../src/lab/schema.ts';
import { api, server } from '../../support/each-api.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { config, deployment, graders, sampleLab } from '../sample-lab.ts';
import { UnlimitedClock, unlimitedMs } from '../unlimited.ts';

const namespace = 'drill-scale-it';
const never = new AbortController().signal;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (values: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'db',
    namespace,
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(values), note: 'kept' },
  },
  data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
});

const take = (given: Partial<TakeOptions> = {}) =>
  takeSnapshot({
    lab: sampleLab(),
    namespace,
    learner: 'ada',
    kubedrill: '0.1.0',
    api,
    graders,
    timeline: undefined,
    baseline: undefined,
    cluster: undefined,
    costs: undefined,
    clock: new UnlimitedClock(Date.UTC(2026, 0, 1)),
    signal: never,
    salt: 'salt',
    ...given,
  });

const archiveOf = async (given: Partial<TakeOptions> = {}) => writeZip(packSnapshot((await take(given)).snapshot));

async function grade(root: string, lab: Lab = sampleLab()) {
  const { found } = findSubmissions({ root, lab: lab.id, assignment: undefined, endings: snapshotEndings(lab.id) });
  const works = await snapshotWorks({ lab, found, graders });
  const results = openResults({
    path: join(scratchFolder(), 'r.jsonl'),
    lab: lab.id,
    fingerprint: 'f',
    source: 's',
    mode: 'fresh',
    now: 'n',
  });
  const book = await gradeClass({
    lab,
    works,
    graders,
    results,
    parallel: 4,
    limitMs: unlimitedMs,
    due: Date.UTC(2025, 11, 31, 23),
    clock: new UnlimitedClock(),
    signal: never,
  });
  return book;
}

const check = (fields: Record<string, unknown>, lab: Partial<Lab> = {}): Lab => ({
  ...sampleLab({
    steps: [
      {
        id: 's',
        title: 's',
        text: 's',
        checks: [
          { id: 'C0', title: 'there is a Deployment', cel: 'deployments().size() == 1' },
          { id: 'C1', title: 'it is so', points: 2, ...fields },
        ],
      },
    ],
  }),
  ...lab,
});

/** Grades one learner's snapshot of what is in the fake cluster. */
async function gradeSnapshot(lab: Lab, given: Partial<TakeOptions> = {}) {
  const root = scratchFolder({ 'ada.scale-it.snapshot.zip': await archiveOf({ lab, ...given }) });
  return (await grade(root, lab)).learners[0]!;
}

describe('a snapshot', () => {
  it('is graded like the cluster that it was taken of, byte for byte the same each time', async () => {
    server.put(deployment(namespace));
    server.put(config(namespace));
    const { graded } = await take();
    const root = scratchFolder({ 'ada.scale-it.snapshot.zip': await archiveOf() });
    const first = await grade(root);
    expect(first.learners[0]).toMatchObject({
      id: 'ada',
      status: 'graded',
      score: 5,
      seconds: null,
      submitted: '2026-01-01T00:00:00.000Z',
      late: 3600,
    });
    expect(first.learners[0]?.checks.map((one) => one.verdict)).toEqual(graded.checks.map((one) => one.verdict));
    expect(JSON.stringify(await grade(root))).toBe(JSON.stringify(first));
  });

  it('is the same archive for the same state', async () => {
    server.put(deployment(namespace));
    expect(await archiveOf()).toEqual(await archiveOf());
  });

  it('holds everything of the namespace, events in a file of their own, and nothing of others', async () => {
    server.put(deployment(namespace));
    server.put({ kind: 'Pod', metadata: { name: 'p', namespace } });
    server.put({ kind: 'Pod', metadata: { name: 'other', namespace: 'elsewhere' } });
    server.put({ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e', namespace }, note: 'Scaled up' });
    const packed = Object.fromEntries(packSnapshot((await take()).snapshot).map(({ path, text }) => [path, text]));
    expect(Object.keys(packed)).toEqual(['snapshot.json', 'objects.jsonl', 'events.jsonl']);
    expect(packed['objects.jsonl']).toContain('"name":"p"');
    expect(packed['objects.jsonl']).not.toContain('"name":"other"');
    expect(packed['events.jsonl']).toContain('Scaled up');
    expect(JSON.parse(packed['snapshot.json']!)).toMatchObject({
      format: 1,
      lab: 'scale-it',
      learner: 'ada',
      versions: { kubedrill: '0.1.0', kubernetes: 'v1.34.4' },
    });
  });

  it('looks for as long as grading would: what must hold is seen to hold', async () => {
    server.put(deployment(namespace));
    const lab = check({ cel: "deployment('web').spec.replicas == 3", stable: '3s' });
    const { snapshot, graded } = await take({ lab });
    expect(graded).toMatchObject({ outcome: 'graded', score: 3 });
    expect(snapshot.looks.at(-1)!.at - snapshot.looks[0]!.at).toBe(3000);
    // what did not change is stored once
    expect(snapshot.looks.slice(1).every(({ objects, gone }) => objects.length === 0 && gone.length === 0)).toBe(true);
    expect(await gradeSnapshot(lab)).toMatchObject({ score: 3, ungraded: [] });
  });

  it('shows what changed between its looks', async () => {
    server.put(deployment(namespace));
    const lab = check({ grader: 'arriving' });
    const clock = new UnlimitedClock(Date.UTC(2026, 0, 1));
    const sleep = clock.sleep.bind(clock);
    let naps = 0;
    clock.sleep = async (ms, signal) => {
      if (++naps === 2) {
        server.put(config(namespace));
        server.remove('Deployment', 'web', namespace);
      }
      return sleep(ms, signal);
    };
    const { snapshot } = await take({ lab, clock });
    const [first, ...later] = snapshot.looks;
    expect(first?.objects.map(({ kind }) => kind)).toEqual(['Deployment']);
    expect(later.at(-1)).toMatchObject({ objects: [{ kind: 'ConfigMap' }], gone: [`Deployment ${namespace}/web`] });
    const root = scratchFolder({ 'ada.zip': writeZip(packSnapshot(snapshot)) });
    expect((await grade(root, lab)).learners[0]?.checks.map(({ verdict }) => verdict)).toEqual(['fail', 'pass']);
  });

  it('cannot show behaviour: that needs a live cluster, and is neither won nor lost', async () => {
    server.put(deployment(namespace));
    const row = await gradeSnapshot(check({ grader: 'page' }));
    expect(row).toMatchObject({ status: 'graded', score: 1, of: 3, ungraded: ['C1'] });
    expect(row.checks[1]).toMatchObject({
      verdict: 'error',
      evidence: 'needs a live cluster: a snapshot cannot show how a page answers',
      points: 0,
    });
  });

  it('brings the recording of the drill along', async () => {
    server.put(deployment(namespace));
    const lab = check({ grader: 'recorded' });
    const timeline: TimelineEntry[] = [{ at: 1, type: 'recording-started' }];
    expect(await gradeSnapshot(lab, { timeline })).toMatchObject({ score: 3, ungraded: [] });
    expect(await gradeSnapshot(lab)).toMatchObject({ score: 1, ungraded: ['C1'] });
  });

  it('costs what hints and shown solutions cost', async () => {
    server.put(deployment(namespace));
    server.put(config(namespace));
    expect(await gradeSnapshot(sampleLab(), { costs: { solved: ['scale'], hints: { configure: 1 } } })).toMatchObject({ score: 2 });
  });

  it('says which kinds could not be read, and leaves out what needs them', async () => {
    server.put(deployment(namespace));
    server.forbid('ConfigMap');
    expect(await gradeSnapshot(sampleLab())).toMatchObject({
      score: 2,
      ungraded: ['C2'],
      checks: [{}, {}, { evidence: expect.stringMatching(/^not in the snapshot: cannot list configmaps: /) }],
    });
  });

  it('is not taken where there is nothing', async () => {
    await expect(take()).rejects.toThrow('there is no namespace drill-scale-it: the lab is not under way');
  });
});

describe('values of Secrets in a snapshot', () => {
  const secretLab = (cel: string) => check({ cel, points: 2 });
  const text = async (given: Partial<TakeOptions> = {}) =>
    packSnapshot((await take(given)).snapshot)
      .map((file) => file.text)
      .join('\n');

  it('are hashes: in objects, in what was applied, in the start state, in the recording, and in what was typed', async () => {
    server.put(deployment(namespace));
    server.put(secret({ password: 'hunter2-hunter2' }));
    const object = { ...secret({ password: 'hunter2-hunter2' }), kind: undefined };
    const all = await text({
      timeline: [
        { at: 1, type: 'recording-started' },
        { at: 2, type: 'object', change: 'added', kind: 'Secret', object },
        {
          at: 3,
          type: 'command',
          argv: ['kubectl', 'create', 'secret', 'generic', 'db', '--from-literal=password=hunter2-hunter2'],
          exitCode: 0,
          stderr: '',
        },
        {
          at: 4,
          type: 'command',
          argv: ['kubectl', 'create', 'secret', 'generic', 'db', '--from-literal', 'password=hunter2-hunter2'],
          exitCode: 1,
          stderr: 'hunter2-hunter2',
        },
        {
          at: 5,
          type: 'command',
          argv: ['kubectl', 'patch', 'secret', 'db', '-p', '{"stringData":{"password":"hunter2-hunter2"}}'],
          exitCode: 0,
          stderr: '',
        },
        { at: 6, type: 'command', argv: ['kubectl', 'get', 'pods'], exitCode: 0, stderr: '' },
      ],
      baseline: { takenAt: 1, objects: [['Secret', object]], manifests: {} },
    });
    expect(all).not.toContain('hunter2');
    expect(all).not.toContain(base64('hunter2-hunter2'));
    expect(all).toContain('"note":"kept"');
    expect(all).toContain('--from-literal=password=kubedrill-hash:');
    expect(all).toContain('["kubectl","get","pods"]');
  });

  it('hash differently in every snapshot', () => {
    expect(new SecretHasher('a').hashText('x')).not.toBe(new SecretHasher('b').hashText('x'));
    expect(new SecretHasher('a').hashText('x')).toBe(new SecretHasher('a').hash(base64('x')));
  });

  it.each([
    ["base64Decode(secret('db').data.username) == 'shop'", { username: 'shop' }, 'pass'],
    ["base64Decode(secret('db').data.username) == 'shop'", { username: 'other' }, 'fail'],
    ["'username' in secret('db').data && !('password' in secret('db').data)", { username: 'other' }, 'pass'],
    ["base64Decode(secret('db').data.username) != ''", { username: '' }, 'fail'],
    ["base64Decode(secret('db').data.username) != ''", { username: 'x' }, 'pass'],
    ["base64Decode(secret('db').data.username).size() >= 8", { username: 'long enough' }, 'error'],
    ["base64Decode(secret('db').data.username).matches('^sh[a-z]+$')", { username: 'shop-owner' }, 'error'],
    ["!base64Decode(secret('db').data.username).startsWith('admin')", { username: 'administrator' }, 'error'],
    ["base64Decode(secret('db').data.username) == configMap('cfg').data.MODE", { username: 'prod' }, 'pass'],
    ["secret('db').data.a == secret('db').data.b", { a: 'same', b: 'same' }, 'pass'],
    ["secret('db').data.a == secret('db').data.b", { a: 'one', b: 'two' }, 'fail'],
  ])('%s with %j: %s', async (cel, values, verdict) => {
    server.put(deployment(namespace));
    server.put(config(namespace));
    server.put(secret(values as Record<string, string>));
    const row = await gradeSnapshot(secretLab(cel));
    expect(row.checks[1]?.verdict).toBe(verdict);
    if (verdict === 'error')
      expect(row.checks[1]?.evidence).toBe(
        'needs a live cluster: it depends on the value of a Secret, of which a snapshot holds only a hash',
      );
  });
});

describe('an archive', () => {
  const packed = async () => new Map(packSnapshot((await take()).snapshot).map(({ path, text }) => [path, text]));
  const reason = (archive: Map<string, string>) => {
    const unpacked = unpackSnapshot(archive);
    return unpacked.ok ? 'it was read' : unpacked.reason;
  };

  it.each<[string, (archive: Map<string, string>) => void, RegExp]>([
    [
      'was altered',
      (a) => a.set(files.looks, a.get(files.looks)!.replace('"replicas":1', '"replicas":3')),
      /^objects\.jsonl is not what it was when the snapshot was taken: its checksum differs$/,
    ],
    ['lacks a file', (a) => void a.delete(files.events), /^events\.jsonl is missing: the archive is not whole$/],
    ['is something else', (a) => a.clear(), /^it is no snapshot of kubedrill: there is no snapshot\.json in it$/],
    ['is of a later format', (a) => a.set(files.head, '{"format": 2}'), /^it has the format 2, this kubedrill reads 1$/],
    ['has a head that is no JSON', (a) => a.set(files.head, '{'), /^snapshot\.json is not JSON$/],
    ['has a head with something missing', (a) => a.set(files.head, '{"format": 1}'), /^snapshot\.json: lab: /],
  ])('that %s is refused', async (_, spoil, why) => {
    server.put(deployment(namespace, 1));
    const archive = await packed();
    expect(reason(archive)).toBe('it was read');
    spoil(archive);
    expect(reason(archive)).toMatch(why);
  });

  it('with ten thousand objects too many, or with something that is no object, is refused', async () => {
    server.put(deployment(namespace, 1));
    const { snapshot } = await take();
    const repacked = (objects: unknown[]) =>
      new Map(packSnapshot({ ...snapshot, looks: [{ at: 1, objects: objects as never, gone: [] }] }).map(({ path, text }) => [path, text]));
    expect(reason(repacked(Array.from({ length: 10_001 }, (_, index) => config(`n${index}`))))).toBe('it has more than 10000 objects');
    expect(reason(repacked([{ kind: 'Nonsense', metadata: { name: 'x' } }]))).toBe('objects.jsonl holds something that is no object');
  });
});

describe('a folder of snapshots', () => {
  it('names learners by their files or folders, whatever the archive says', async () => {
    server.put(deployment(namespace));
    server.put(config(namespace));
    const archive = await archiveOf();
    const root = scratchFolder({
      'ada.scale-it.snapshot.zip': archive,
      'ben.zip': archive,
      'cyd/whatever.zip': archive,
      'dee/readme.txt': '',
      'eve/a.zip': archive,
      'eve/b.zip': archive,
    });
    const book = await grade(root);
    expect(book.learners.map(({ id, status, score, reason, notes }) => [id, status, score ?? reason, notes])).toEqual([
      ['ada', 'graded', 5, []],
      ['ben', 'graded', 5, ['it says that it is of ada']],
      ['cyd', 'graded', 5, ['it says that it is of ada']],
      ['dee', 'missing', 'there is no snapshot in it', []],
      ['eve', 'error', 'the snapshot is refused: it holds 2 archives, and only one can be the snapshot', []],
    ]);
  });

  it('tells a snapshot of another lab, and of another version of this one', async () => {
    server.put(deployment(namespace));
    const root = scratchFolder({ 'ada.zip': await archiveOf() });
    expect((await grade(root, { ...sampleLab(), id: 'other-lab' })).learners[0]).toMatchObject({
      status: 'error',
      reason: 'it is a snapshot of the lab scale-it',
    });
    expect((await grade(root, { ...sampleLab(), title: 'Another' })).learners[0]?.notes).toEqual([
      'it was taken with another version of the lab',
    ]);
  });

  it('refuses an archive that is a bomb, and grades the others', async () => {
    server.put(deployment(namespace));
    const bomb = writeZip([{ path: 'objects.jsonl', text: ' '.repeat(70 * 1024 * 1024) }]);
    const book = await grade(scratchFolder({ 'ada.zip': await archiveOf(), 'bomb.zip': bomb }));
    expect(book.learners.map(({ status, reason }) => [status, reason])).toEqual([
      ['graded', null],
      ['error', 'the snapshot is refused: objects.jsonl has 73400320 bytes, at most 67108864 are read'],
    ]);
  });

  it('may hold archives that were unpacked', async () => {
    server.put(deployment(namespace));
    const root = scratchFolder();
    mkdirSync(join(root, 'ada', 'work'), { recursive: true });
    for (const { path, text } of packSnapshot((await take()).snapshot)) writeFileSync(join(root, 'ada', path), text);
    expect((await grade(root)).learners[0]).toMatchObject({ id: 'ada', status: 'graded' });
  });
});

describe('writing an archive', () => {
  it('leaves nothing half written, and gives the receipt', () => {
    const path = join(scratchFolder(), 'a.zip');
    expect(writeBytes(path, Buffer.from('x'))).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
    expect(readFileSync(path, 'utf8')).toBe('x');
    expect(() => writeBytes('/no/such/folder/a.zip', Buffer.from('x'))).toThrow(/^cannot write \/no\/such\/folder\/a\.zip: ENOENT$/);
    expect(existsSync('/no/such/folder')).toBe(false);
  });
});
