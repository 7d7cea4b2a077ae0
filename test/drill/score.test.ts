import { describe, expect, it } from 'vitest';
import type { CheckState } from '../../src/drill/events.ts';
import { earnedBy, labPoints, pointsOf, scoreOf, stepVerdict } from '../../src/drill/score.ts';
import { couldNotSee, fail, pass, type Verdict, waiting } from '../../src/grading/verdict.ts';
import type { LabStep } from '../../src/lab/schema.ts';

const check = (id: string, verdict: Verdict | undefined, given: Partial<CheckState> = {}): CheckState => ({
  id,
  step: 's',
  title: id,
  guard: false,
  points: 2,
  verdict,
  lastMismatch: undefined,
  latched: false,
  ms: 1,
  ...given,
});
const mismatch = { observed: '1', expected: '2' };
const step = {
  checks: [
    { id: 'C1', guard: false, points: 2 },
    { id: 'C2', guard: false, points: 3 },
    { id: 'G1', guard: true, points: 0 },
  ],
} as unknown as LabStep;

describe('the score of a drill', () => {
  it('counts the points of scored checks only', () => {
    expect(pointsOf(step)).toBe(5);
    expect(labPoints({ steps: [step, step] })).toBe(10);
  });

  it('gives the points of passed checks, less what the hints cost, never below 0', () => {
    const checks = [check('C1', pass('ok')), check('C2', fail(mismatch), { points: 3 })];
    expect(earnedBy(step, checks, 0, false)).toBe(2);
    expect(earnedBy(step, checks, 1, false)).toBe(1);
    expect(earnedBy(step, checks, 9, false)).toBe(0);
  });

  it('gives nothing for a step whose guard is broken, and nothing for a step that was solved for the learner', () => {
    const broken = [check('C1', pass('ok')), check('G1', fail(mismatch), { guard: true, points: 0 })];
    expect(earnedBy(step, broken, 0, false)).toBe(0);
    expect(earnedBy(step, [check('C1', pass('ok'))], 0, true)).toBe(0);
  });

  it('lists what could not be graded; it is no zero', () => {
    const steps = [{ id: 's', title: 's', state: 'current' as const, hintsOpened: 0, earned: 2, of: 5 }];
    expect(scoreOf(steps, [check('C1', pass('ok')), check('C2', couldNotSee('API server away'))])).toEqual({
      score: 2,
      of: 5,
      ungraded: ['C2'],
    });
  });

  it('says of a step that it passed only when every check passes, and is undecided while one is blind', () => {
    expect(stepVerdict([check('C1', pass('ok')), check('C2', pass('ok'))])).toBe('passed');
    expect(stepVerdict([check('C1', pass('ok')), check('C2', couldNotSee('away'))])).toBe('undecided');
    expect(stepVerdict([check('C1', pass('ok')), check('C2', undefined)])).toBe('undecided');
    expect(stepVerdict([check('C1', couldNotSee('away')), check('C2', waiting(mismatch))])).toBe('failed');
  });
});
