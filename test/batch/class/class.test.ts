import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classLine, classTable } from '../../../src/batch/class/lines.ts';
import { type ClassEvent, type ClassState, pointsNow, presentStep, stepStanding, updateClass } from '../../../src/batch/class/state.ts';
import { firstClassState, watchClass } from '../../../src/batch/class/watch.ts';
import { couldNotSee, fail, pass, waiting } from '../../../src/grading/verdict.ts';
import { connect } from '../../../src/kube/connect.ts';
import { clock } from '../../../src/system/clock.ts';
import { type FakeApiServer, startFakeApiServer } from '../../support/fake-api-server.ts';
import { fakeProbes } from '../../support/fake-probes.ts';
import { config, deployment, graders, sampleLab } from '../sample-lab.ts';

const who = (id: string) => ({ id, name: undefined, kubeconfig: 'k', context: undefined, namespace: `drill-${id}` });
const first = (...ids: string[]) => firstClassState(sampleLab(), ids.map(who), 1000);
const told = (state: ClassState, ...events: ClassEvent[]) => events.reduce(updateClass, state);
const live = (learner: string, at: number): ClassEvent => ({ type: 'sight', learner, sight: 'live', why: '', at });
const saw = (learner: string, check: string, verdict: Extract<ClassEvent, { type: 'check' }>['verdict'], at: number): ClassEvent => ({
  type: 'check',
  learner,
  check,
  verdict,
  at,
});
const mismatch = fail({ observed: '1', expected: '3' });

describe('the state of a class', () => {
  it('tells where a learner is, and since when: since the last thing that they got right', () => {
    const state = told(
      first('ada'),
      live('ada', 2000),
      saw('ada', 'C1', mismatch, 2000),
      saw('ada', 'G1', pass('kept'), 2000),
      saw('ada', 'C2', mismatch, 2000),
      saw('ada', 'C1', pass('3'), 9000),
    );
    const [ada] = state.learners;
    expect(presentStep(state, ada!)).toBe(1);
    expect(ada!.since).toBe(9000);
    expect(pointsNow(state, ada!)).toEqual({ won: 2, of: 5 });
    expect(ada!.last).toEqual({ check: 'C2', title: 'the config says prod', mismatch, at: 2000 });
  });

  it('does not call it progress what already stood at the first look, nor what comes back after blindness', () => {
    const state = told(first('ada'), live('ada', 2000), saw('ada', 'C1', pass('3'), 2500));
    expect(state.learners[0]!.since).toBe(2000);
  });

  it('keeps the last mismatch while the cluster cannot be seen', () => {
    const state = told(
      first('ada'),
      live('ada', 1),
      saw('ada', 'C1', mismatch, 2),
      { type: 'sight', learner: 'ada', sight: 'away', why: 'refused', at: 3 },
      saw('ada', 'C1', couldNotSee('away'), 4),
    );
    expect(state.learners[0]).toMatchObject({ sight: 'away', why: 'refused', last: { check: 'C1', mismatch } });
    expect(stepStanding(state.learners[0]!, 'scale')).toBe('blind');
  });

  it('has a mark for each way in which a step may stand', () => {
    const standing = (...events: ClassEvent[]) => stepStanding(told(first('ada'), ...events).learners[0]!, 'scale');
    expect(standing()).toBe('unseen');
    expect(standing(saw('ada', 'C1', mismatch, 1))).toBe('failing');
    expect(standing(saw('ada', 'C1', waiting({ observed: '', expected: '' }), 1))).toBe('waiting');
    expect(standing(saw('ada', 'C1', pass(''), 1))).toBe('unseen');
    expect(standing(saw('ada', 'C1', pass(''), 1), saw('ada', 'G1', pass(''), 1))).toBe('passed');
  });

  it('takes the points of a step whose guard is broken', () => {
    const state = told(first('ada'), saw('ada', 'C1', pass(''), 1), saw('ada', 'G1', mismatch, 1));
    expect(pointsNow(state, state.learners[0]!)).toEqual({ won: 0, of: 5 });
  });

  it('is said in lines that tell progress and trouble, and nothing else', () => {
    let state = first('ada');
    const said: (string | undefined)[] = [];
    for (const event of [
      live('ada', 1),
      saw('ada', 'C1', mismatch, 1),
      saw('ada', 'G1', pass(''), 1),
      saw('ada', 'C1', pass(''), 2),
      saw('ada', 'C2', pass(''), 3),
      { type: 'sight', learner: 'ada', sight: 'away', why: 'no answer', at: 4 } as const,
    ]) {
      const before = state;
      state = updateClass(state, event);
      said.push(classLine(before, state, event));
    }
    expect(said).toEqual([
      'ada: live',
      undefined,
      undefined,
      'ada: at step 2 of 2, 2 of 5 points',
      'ada: all steps passed, 5 of 5 points',
      'ada: away: no answer',
    ]);
    expect(classTable(state)).toEqual(['  ada  –  away: no answer']);
  });
});

let server: FakeApiServer;
beforeEach(async () => {
  server = await startFakeApiServer();
});
afterEach(async () => {
  await server.stop();
});

describe('watching a class', () => {
  /** Watches until `until` holds, then stops. Real time: a mirror is a real connection. */
  async function watched(
    places: Parameters<typeof watchClass>[0]['learners'],
    until: (state: ClassState) => boolean,
    act?: (state: ClassState) => void,
  ) {
    const stop = new AbortController();
    let state = firstClassState(
      sampleLab(),
      places.map(({ learner }) => learner),
      clock.now(),
    );
    await watchClass({
      lab: sampleLab(),
      learners: places,
      graders,
      connect: async () => ({ api: await connect(server.kubeconfig), probes: () => fakeProbes() }),
      home: undefined,
      facts: async () => ({ unknown: 'not known' }),
      onEvent: (event) => {
        state = updateClass(state, event);
        act?.(state);
        if (until(state)) stop.abort();
      },
      clock,
      signal: stop.signal,
    });
    return state;
  }
  const place = { ok: true as const, server: 'https://a', key: 'a', text: '' };
  const one = (state: ClassState, id: string) => state.learners.find((learner) => learner.id === id)!;

  it('ticks as learners work, each in their own namespace', async () => {
    server.put(deployment('drill-ada', 1));
    server.put(deployment('drill-ben'));
    let acted = false;
    const done = await watched(
      ['ada', 'ben'].map((id) => ({ learner: who(id), place })),
      (state) => pointsNow(state, one(state, 'ada')).won === 5,
      (state) => {
        if (acted || one(state, 'ada').checks.some(({ verdict }) => verdict === undefined)) return;
        acted = true;
        server.put(deployment('drill-ada'));
        server.put(config('drill-ada'));
      },
    );
    expect(presentStep(done, one(done, 'ada'))).toBe(2);
    expect(one(done, 'ben').last?.check).toBe('C2');
  });

  it('shows who has not begun, and whose kubeconfig is refused, and watches the others', async () => {
    server.put(deployment('drill-ada'));
    const done = await watched(
      [
        { learner: who('ada'), place },
        { learner: who('eve'), place },
        { learner: who('mal'), place: { ok: false, reason: 'kubeconfig m is refused: exec' } },
        { learner: { ...who('own'), kubeconfig: undefined }, place: 'home' },
      ],
      (state) => one(state, 'ada').sight === 'live' && one(state, 'eve').sight === 'missing',
    );
    expect(done.learners.map(({ id, sight, why }) => [id, sight, why])).toEqual([
      ['ada', 'live', ''],
      ['eve', 'missing', 'there is no namespace drill-eve yet'],
      ['mal', 'refused', 'kubeconfig m is refused: exec'],
      ['own', 'refused', 'the roster names no kubeconfig for this learner, and there is no cluster here'],
    ]);
  });

  it('shows who can no longer be seen', async () => {
    server.put(deployment('drill-ada'));
    let gone: Promise<void> | undefined;
    const done = await watched(
      [{ learner: who('ada'), place }],
      (state) => one(state, 'ada').sight === 'away',
      (state) => {
        if (one(state, 'ada').sight === 'live') gone ??= server.away();
      },
    );
    await gone;
    expect(one(done, 'ada').why).toMatch(/ECONNREFUSED|terminated|broke|no answer|closed|reset/i);
    await server.back();
  });
});
