import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gradersById } from '../../graders/index.generated.ts';
import type { DrillEvent } from '../../src/drill/events.ts';
import type { FaultDesk } from '../../src/drill/fault-desk.ts';
import { type DrillOptions, DrillSession, openDrill } from '../../src/drill/session.ts';
import type { KubeApi } from '../../src/kube/api.ts';
import { connect } from '../../src/kube/connect.ts';
import { type Lab, labSchema } from '../../src/lab/schema.ts';
import { loadDrill, saveDrill } from '../../src/store/drills.ts';
import { clock } from '../../src/system/clock.ts';
import type { Run, RunResult } from '../../src/system/run.ts';
import { type FakeApiServer, startFakeApiServer } from '../support/fake-api-server.ts';
import { clusterFacts, threeNodes } from '../support/objects.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const namespace = 'drill-two-maps';

/** Two ConfigMaps; the second step strikes first. */
const lab = (exclusive = false): Lab => ({
  ...labSchema.parse({
    id: 'two-maps',
    title: 'Two maps',
    track: 'x',
    order: 1,
    source: [{ document: 'x', section: 'y' }],
    minutes: 5,
    brief: 'Make two ConfigMaps.',
    setup: [{ run: 'kubectl create configmap given' }],
    steps: [
      {
        id: 'one',
        title: 'One',
        text: 'Make `one`.',
        checks: [
          { id: 'C1', title: 'one is there', points: 2, cel: "configMap('one') != null" },
          { id: 'G1', title: 'what was given is there', guard: true, points: 0, cel: "configMap('given') != null" },
        ],
        hints: [{ text: 'a free one' }, { text: 'a dear one', cost: 1 }],
        solution: ['kubectl create configmap one'],
      },
      {
        id: 'two',
        title: 'Two',
        text: 'Make `two`.',
        fault: { use: 'scale-to-zero', with: {} },
        checks: [{ id: 'C2', title: 'two is there', points: 3, cel: "configMap('two') != null" }],
        solution: ['kubectl create configmap two'],
      },
    ],
    wrong: [
      { id: 'a', step: 'one', run: [], mustFail: ['C1'] },
      { id: 'b', step: 'one', run: [], mustFail: ['C1'] },
    ],
    debrief: 'Two maps.',
  }),
  folder: 'labs/x',
  files: {},
  exclusive,
});

let server: FakeApiServer;
let api: KubeApi;
let state: string;
let opened: DrillSession[];
let events: DrillEvent[];
let struck: string[];
let guarded: Set<string>;
let faults: FaultDesk & { failing: boolean };

const kubectl: Run = async (program, args): Promise<RunResult> => {
  const command = [program, ...args].join(' ');
  const [verb, kind, name = ''] = args;
  const done = { command, ok: true, outcome: 'exited', exitCode: 0, stdout: '', stderr: '', ms: 1 } as RunResult;
  if (verb === 'create' && kind === 'configmap') {
    server.put({ kind: 'ConfigMap', metadata: { name, namespace }, data: {} });
    return done;
  }
  return { ...done, ok: false, exitCode: 1, stderr: `error: unknown command ${verb}` };
};

beforeEach(async () => {
  server = await startFakeApiServer();
  for (const node of threeNodes()) server.put(node);
  // what the controller manager does for each new namespace
  server.react(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Namespace') return;
    server.put({ ...object, status: { phase: 'Active' } });
    server.put({ kind: 'ServiceAccount', metadata: { name: 'default', namespace: object.metadata.name } });
    server.put({ kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: object.metadata.name }, data: {} });
  });
  api = await connect(server.kubeconfig);
  state = scratchFolder();
  opened = [];
  events = [];
  struck = [];
  guarded = new Set();
  faults = {
    failing: false,
    async inject(use) {
      if (this.failing) throw new Error('killed half way');
      struck.push(use.use);
      return `fault-${struck.length}`;
    },
    undo: async () => true,
    guard: async (id) => void guarded.add(id),
    guarded: (id) => guarded.has(id),
    recover: async () => undefined,
    inForce: () => struck.map((fault, at) => ({ journalId: `fault-${at}`, fault, what: fault, since: 0, lab: 'two-maps' })),
  };
});

afterEach(async () => {
  for (const session of opened) await session.close(true);
  await api.close();
  await server.stop();
});

const optionsOf = (given: Partial<DrillOptions> = {}): DrillOptions => ({
  lab: lab(),
  cluster: {
    name: 'kubedrill',
    api,
    facts: clusterFacts(),
    nodes: {
      exec: async () => ({ command: 'find', ok: true, outcome: 'exited', exitCode: 0, stdout: '', stderr: '', ms: 1 }) as RunResult,
      pause: async () => expect.unreachable(),
      unpause: async () => expect.unreachable(),
    },
    kubeconfig: server.kubeconfig,
    kubectl: '/nowhere/kubectl',
  },
  faults,
  paths: { state, cache: state },
  run: kubectl,
  clock,
  env: {},
  signal: new AbortController().signal,
  gradersById,
  recording: 'own',
  live: false,
  onEvent: (event) => events.push(event),
  ...given,
});

async function open(given: Partial<DrillOptions> = {}): Promise<DrillSession> {
  const session = await openDrill(optionsOf(given));
  opened.push(session);
  return session;
}

const verdicts = (session: DrillSession) => Object.fromEntries(session.state.checks.map(({ id, verdict }) => [id, verdict?.verdict]));
const record = () => loadDrill({ state, cache: state }, 'two-maps');

describe('a drill', () => {
  it('is set up in a namespace of its own, fails untouched, and passes step by step to the score', async () => {
    const drill = await open();
    expect(server.get('ConfigMap', 'given', namespace)).toBeDefined();
    await drill.check();
    expect(verdicts(drill)).toMatchObject({ C1: 'fail', G1: 'pass' });
    await expect(drill.next()).rejects.toThrow('is not passed yet');

    server.put({ kind: 'ConfigMap', metadata: { name: 'one', namespace }, data: {} });
    await drill.check();
    expect(drill.state.steps[0]?.state).toBe('passed');
    await drill.next();
    expect(struck).toEqual(['scale-to-zero']);
    server.put({ kind: 'ConfigMap', metadata: { name: 'two', namespace }, data: {} });
    await drill.check();
    const { passed, score } = await drill.finish();
    expect({ passed, score: score.score, of: score.of }).toEqual({ passed: true, score: 5, of: 5 });
    expect(server.get('Namespace', namespace)).toBeUndefined();
    expect(record()?.best).toMatchObject({ score: 5, of: 5, passed: true });
  });

  it('gives no points for what was typed for the learner, and fewer after a dear hint', async () => {
    const drill = await open();
    expect((await drill.hint())?.cost).toBe(0);
    expect((await drill.hint())?.cost).toBe(1);
    expect(await drill.hint()).toBeUndefined();
    server.put({ kind: 'ConfigMap', metadata: { name: 'one', namespace }, data: {} });
    await drill.check();
    expect(drill.state.score.score).toBe(1);
    await drill.next();
    await drill.solve();
    expect(server.get('ConfigMap', 'two', namespace)).toBeDefined();
    expect(drill.state.steps[1]?.state).toBe('solved');
    expect(drill.state.score.score).toBe(1);
  });

  it('loses what a guard of an earlier step sees broken, at the end', async () => {
    const drill = await open();
    await drill.solve({ all: true });
    server.remove('ConfigMap', 'given', namespace);
    await expect.poll(() => drill.mirror?.get('ConfigMap', 'given')).toBeUndefined();
    expect((await drill.finish()).passed).toBe(false);
    // it is not over: the learner may mend it
    expect(server.get('Namespace', namespace)).toBeDefined();
  });

  it('is brought back to its start state, whatever was changed', async () => {
    const drill = await open();
    const before = drill.fingerprint;
    server.put({ kind: 'ConfigMap', metadata: { name: 'litter', namespace }, data: { a: 'b' } });
    server.remove('ConfigMap', 'given', namespace);
    await drill.reset();
    expect(server.get('ConfigMap', 'litter', namespace)).toBeUndefined();
    expect(drill.fingerprint).toEqual(before);
    expect(drill.state.current).toBe(0);
  });

  it('grades nobody when the API server is away: no verdict, no lost points', async () => {
    const drill = await open();
    server.put({ kind: 'ConfigMap', metadata: { name: 'one', namespace }, data: {} });
    await drill.check();
    await server.away();
    await drill.check({ signal: AbortSignal.timeout(1500) });
    expect(verdicts(drill).C1).not.toBe('fail');
    expect(drill.state.score.score).toBe(2);
    await server.back();
  });
});

describe('a drill that cannot be opened', () => {
  it.each([
    [false, 1],
    [true, 0],
  ])('is closed; it keeps its faults where another command goes on with it (%s)', async (keepFaults, recovered) => {
    let failed = false;
    let recoveries = 0;
    const failing: Run = async (program, args, options) => {
      failed = true;
      return { ...(await kubectl(program, args, options)), ok: false, exitCode: 1, stderr: 'no room left' };
    };
    faults.recover = async () => {
      if (!failed) return; // the namespace is emptied before the set-up
      recoveries += 1;
      throw new Error('the second error');
    };
    await expect(openDrill(optionsOf({ run: failing }), keepFaults)).rejects.toThrow('no room left');
    expect(recoveries).toBe(recovered);
    expect(events.filter((event) => event.type === 'phase').at(-1)).toMatchObject({ phase: 'closed' });
  });
});

describe('a drill that is opened again', () => {
  it('goes on where a killed process left it', async () => {
    const first = await open();
    await first.solve();
    await first.next();
    // killed: nothing is closed, nothing is said
    const again = await open();
    expect(again.state.current).toBe(1);
    expect(again.state.steps[0]?.state).toBe('solved');
    expect(struck).toEqual(['scale-to-zero']);
  });

  it('strikes with the fault of its step when the process was killed before it was in force', async () => {
    const first = await open({ recording: 'follow' });
    await first.solve();
    faults.failing = true;
    await expect(first.next()).rejects.toThrow('killed half way');
    expect(record()).toMatchObject({ current: 1 });
    faults.failing = false;
    await open({ recording: 'follow' });
    expect(struck).toEqual(['scale-to-zero']);
  });

  it('begins anew when what it had broken was mended in the meantime: what is left would be too easy', async () => {
    const first = await open();
    await first.solve();
    await first.next();
    struck = [];
    const again = await open();
    expect(again.state.current).toBe(0);
    expect(events.some((event) => event.type === 'trouble' && event.message.includes('starts anew'))).toBe(true);
  });

  it('begins anew when its namespace is gone, and keeps the best result', async () => {
    const first = await open();
    await first.solve();
    saveDrill({ state, cache: state }, { ...record()!, best: { score: 4, of: 5, passed: false, at: 1 } });
    server.remove('Namespace', namespace);
    const again = await open();
    expect(again.state.current).toBe(0);
    expect(verdictsAfter(await again.check())).toMatchObject({ C1: 'fail' });
    expect(record()?.best).toMatchObject({ score: 4 });
  });

  it('begins anew after a crash in its set-up: half a start state is none', async () => {
    await open();
    saveDrill({ state, cache: state }, { ...record()!, phase: 'setting-up' });
    server.remove('ConfigMap', 'given', namespace);
    await open();
    expect(server.get('ConfigMap', 'given', namespace)).toBeDefined();
  });

  it('is not taken for gone when the API server does not answer', async () => {
    const first = await open();
    await first.solve();
    await server.away();
    const again = new DrillSession(optionsOf({ signal: AbortSignal.timeout(40_000) }));
    opened.push(again);
    const opening = again.open();
    await expect.poll(() => events.some((event) => event.type === 'connection' && event.state !== 'live')).toBe(true);
    await server.back();
    await opening;
    expect(again.state.steps[0]?.state).toBe('solved');
  });

  it('notes the state of the nodes again when it has the cluster alone', async () => {
    await open({ lab: lab(true) });
    expect([...guarded]).toEqual(['two-maps']);
    guarded.clear();
    await open({ lab: lab(true) });
    expect([...guarded]).toEqual(['two-maps']);
  });
});

const verdictsAfter = (checks: Awaited<ReturnType<DrillSession['check']>>) =>
  Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict?.verdict]));

describe('the files of a drill', () => {
  it('are a folder with a kubeconfig that knows only its namespace', async () => {
    const drill = await open();
    const { env } = drill.shell();
    expect(readFileSync(env.KUBECONFIG as string, 'utf8')).toContain(`namespace: ${namespace}`);
    expect(env.PATH?.split(':')[0]).toBe(join(state, 'shims', 'two-maps'));
  });
});
