import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../src/drill/events.ts';
import { joinProof, type ProofTask, proofRows, proofTasks } from '../../src/drill/prove.ts';
import type { DrillSession } from '../../src/drill/session.ts';
import { fail, pass } from '../../src/grading/verdict.ts';
import type { Lab, LabWrongFix } from '../../src/lab/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';

const step = (id: string, check: string) => ({ id, solution: [`do ${check}`], checks: [{ id: check, guard: false }] });
const labWith = (wrong: Partial<LabWrongFix>[]): Lab =>
  ({ id: 'lab', setup: [], steps: [step('first', 'C1'), step('second', 'C2')], wrong }) as unknown as Lab;

/** A drill in which `do C1` makes C1 pass, `undo C1` makes it fail, `late C1` does so a moment later, and everything else changes nothing. */
function fakeDrill(lab: Lab) {
  const ran: string[] = [];
  const passing = new Set<string>();
  const late: string[] = [];
  let current = 0;
  const session = {
    lab,
    fingerprint: {},
    currentStep: () => lab.steps[current],
    advance: async () => {
      current = Math.min(current + 1, lab.steps.length - 1);
    },
    runCommands: async (commands: string[]) => {
      for (const command of commands) {
        ran.push(command);
        const [verb, check = ''] = command.split(' ');
        if (verb === 'do') passing.add(check);
        if (verb === 'undo') passing.delete(check);
        if (verb === 'late') late.push(check);
        if (verb === 'break') throw new Error('no way back');
      }
    },
    settle: async (ids: string[]) =>
      ids.map((id) => ({ id, verdict: passing.has(id) ? pass('seen') : fail({ observed: 'no', expected: 'yes' }) }) as CheckState),
    reset: async () => void ran.push('reset'),
    open: async () => undefined,
    abandon: async () => undefined,
    close: async () => undefined,
  } as unknown as DrillSession;
  /** What was to show late shows now. */
  const moment = () => void late.splice(0).forEach((check) => void passing.delete(check));
  return { session, ran, moment };
}

async function prove(lab: Lab) {
  const drill = fakeDrill(lab);
  const tasks = proofTasks(lab, new FakeClock(0, drill.moment));
  const pieces = [await tasks[0]!.run(() => drill.session)];
  return { names: tasks.map((task) => task.name), ran: drill.ran, proof: joinProof(lab, pieces, 1) };
}

describe('a wrong fix that can be taken back', () => {
  const wrong = { id: 'oops', step: 'second', run: ['try'], undo: ['back'], mustFail: ['C2'] };

  it('is proved on the way of the solution, before that of its step', async () => {
    const { names, ran, proof } = await prove(labWith([wrong]));
    expect(names).toEqual(['lab']);
    expect(ran).toEqual(['do C1', 'try', 'back', 'do C2', 'reset']);
    expect(proof).toMatchObject({ ok: true, wrong: [{ id: 'oops', ok: true, failed: ['C2'] }] });
  });

  it('is no proof when it fails something else, or nothing', async () => {
    const { proof } = await prove(labWith([{ ...wrong, run: ['do C2'], undo: ['undo C2'] }]));
    expect(proof).toMatchObject({ ok: false, wrong: [{ ok: false, failed: [], notes: ['C2: passes: seen'] }] });
    const other = await prove(labWith([{ ...wrong, run: ['undo C1'], undo: ['do C1'] }]));
    expect(other.proof).toMatchObject({ ok: false, wrong: [{ ok: false, failed: ['C1', 'C2'] }] });
  });

  it('may take a moment to show', async () => {
    const { proof } = await prove(labWith([{ ...wrong, run: ['late C1'], undo: ['do C1'], mustFail: ['C1', 'C2'] }]));
    expect(proof).toMatchObject({ ok: true, wrong: [{ ok: true, failed: ['C1', 'C2'] }] });
  });

  it('spoils the solution when it was not taken back whole', async () => {
    const { proof } = await prove(labWith([{ ...wrong, run: ['undo C1'], undo: [], mustFail: ['C1', 'C2'] }]));
    expect(proof).toMatchObject({ ok: false, wrong: [{ ok: true }], solution: { ok: false, failed: ['C1'] } });
  });

  it('is reported as not tried when the solution does not come so far', async () => {
    const { proof } = await prove(labWith([{ ...wrong, id: 'stuck', step: 'first', undo: ['break'], mustFail: ['C1'] }, wrong]));
    expect(proof.solution).toMatchObject({ ok: false, notes: ['no way back'] });
    expect(proof.wrong.map(({ notes }) => notes)).toEqual([[], ['not tried: the solution did not come so far']]);
  });
});

it('a wrong fix that goes on through later steps is taken back with their solutions, and leaves its step only then', async () => {
  const through = { id: 'far', step: 'first', through: 'second', run: ['do C1'], undo: ['undo C1', 'undo C2'], mustFail: ['C2'] };
  const passing = await prove(labWith([through]));
  expect(passing.ran).toEqual(['do C1', 'do C2', 'undo C1', 'undo C2', 'do C1', 'do C2', 'reset']);
  expect(passing.proof).toMatchObject({ ok: false, wrong: [{ ok: false, notes: ['C2: passes: seen'] }], solution: { ok: true } });
  const failing = await prove(labWith([{ ...through, run: [], mustFail: ['C1'] }]));
  expect(failing.proof).toMatchObject({ ok: true, wrong: [{ ok: true, failed: ['C1'] }] });
});

it('a wrong fix without a way back is a piece of its own', async () => {
  const { names, ran } = await prove(labWith([{ id: 'oops', step: 'second', run: ['try'], mustFail: ['C2'] }]));
  expect(names).toEqual(['lab', 'lab (wrong: oops)']);
  expect(ran).not.toContain('try');
});

it('a piece whose set-up fails leaves nothing, and says why even when that cannot be cleaned up', async () => {
  const ended: string[] = [];
  const broken = {
    open: async () => Promise.reject(new Error('set-up failed')),
    abandon: async () => {
      ended.push('abandon');
      throw new Error('no answer');
    },
    close: async () => void ended.push('close'),
  } as unknown as DrillSession;
  await expect(proofTasks(labWith([]), new FakeClock())[0]!.run(() => broken)).rejects.toThrow('set-up failed');
  expect(ended).toEqual(['abandon', 'close']);
});

const taskNamed = (name: string): ProofTask => ({ name, size: 1, alone: false, run: async () => ({}) });
const labThatNeeds = (needs: Partial<Lab['needs']>) => ({ needs: { ingress: false, ...needs } as Lab['needs'] });
const namesOf = (rows: ProofTask[][]) => rows.map((row) => row.map(({ name }) => name));

describe('the pieces of a proof', () => {
  it('are the larger, the more steps, waits and faults there are on their way', () => {
    const sizes = (lab: Lab) => proofTasks(lab, new FakeClock()).map(({ size }) => size);
    const [whole, early, late] = sizes(
      labWith([
        { id: 'early', step: 'first', run: ['kubectl delete pod web'], mustFail: ['C1'] },
        { id: 'late', step: 'second', run: ['kubectl delete pod web'], mustFail: ['C2'] },
      ]),
    ) as [number, number, number];
    expect(early).toBeLessThan(late);
    const [waiting] = sizes(
      labWith([{ id: 'slow', step: 'first', run: ['kubectl rollout status deployment/web'], undo: [], mustFail: ['C1'] }]),
    );
    const [quick] = sizes(labWith([{ id: 'quick', step: 'first', run: ['kubectl get deployment'], undo: [], mustFail: ['C1'] }]));
    expect(quick).toBeGreaterThan(whole);
    expect(waiting).toBeGreaterThan(quick as number);
    const faulty = labWith([]);
    expect(sizes({ ...faulty, setup: [{ fault: { use: 'stop-component', with: {} } }] })[0]).toBeGreaterThan(whole);
  });

  const tasks = [taskNamed('whole'), taskNamed('wrong one'), taskNamed('wrong two')];

  it('run side by side', () => {
    expect(namesOf(proofRows(labThatNeeds({}), tasks))).toEqual([['whole'], ['wrong one'], ['wrong two']]);
  });

  it('run one after the other when they would claim the same host of an Ingress', () => {
    expect(namesOf(proofRows(labThatNeeds({ ingress: true }), tasks))).toEqual([['whole', 'wrong one', 'wrong two']]);
  });
});
