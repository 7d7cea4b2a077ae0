import { describe, expect, it } from 'vitest';
import { type StabilityRules, type Standing, settleLook, withoutLook } from '../../src/grading/stability.ts';
import { couldNotSee, fail, pass, waiting } from '../../src/grading/verdict.ts';

const rules = (given: Partial<StabilityRules> = {}): StabilityRules => ({ stableMs: 3000, latch: false, notYetPassed: [], ...given });
const bad = fail({ observed: '1', expected: '2' });

describe('a pass that must be stable', () => {
  it('counts only after it has held for its time', () => {
    const first = settleLook({}, pass('yes'), rules(), 10_000);
    expect(first).toEqual({
      standing: { passingSince: 10_000 },
      verdict: waiting({ observed: 'holds since 0 s of 3 s', expected: 'it holds for 3 s' }),
      lookAgainAt: 13_000,
    });
    const second = settleLook(first.standing, pass('yes'), rules(), 12_500);
    expect(second.verdict).toMatchObject({ verdict: 'waiting', observed: 'holds since 2.5 s of 3 s' });
    expect(settleLook(second.standing, pass('yes'), rules(), 13_000).verdict).toEqual(pass('yes'));
  });

  it('begins its time anew after a fail, a wait or a blind moment', () => {
    for (const between of [bad, waiting({ observed: '1', expected: '2' }), couldNotSee('away')]) {
      const broken = settleLook({ passingSince: 0 }, between, rules(), 2000);
      expect(broken).toEqual({ standing: {}, verdict: between });
      expect(settleLook(broken.standing, pass('yes'), rules(), 4000).verdict.verdict).toBe('waiting');
    }
  });

  it('counts at once where nothing asks for stability', () => {
    expect(settleLook({}, pass('yes'), rules({ stableMs: 0 }), 5).verdict).toEqual(pass('yes'));
  });

  it('does not pass early when the clock goes back', () => {
    expect(settleLook({ passingSince: 10_000 }, pass('yes'), rules(), 4000).verdict).toMatchObject({ observed: 'holds since 0 s of 3 s' });
  });
});

describe('a recorded check', () => {
  it('stays passed, whatever comes after', () => {
    let standing: Standing = settleLook({}, pass('seen'), rules({ latch: true, stableMs: 0 }), 0).standing;
    expect(standing.latched).toBe('seen');
    const later = settleLook(standing, bad, rules({ latch: true, stableMs: 0 }), 1);
    expect(later.verdict).toEqual(pass('seen'));
    standing = later.standing;
    expect(withoutLook(standing, rules({ latch: true }))).toEqual(pass('seen'));
  });

  it('does not latch before it was stable, nor without being asked to', () => {
    expect(settleLook({}, pass('seen'), rules({ latch: true }), 0).standing.latched).toBeUndefined();
    expect(settleLook({}, pass('seen'), rules({ stableMs: 0 }), 0).standing.latched).toBeUndefined();
  });
});

describe('a check after others', () => {
  it('waits for them without a look', () => {
    expect(withoutLook({}, rules({ notYetPassed: ['C1', 'C2'] }))).toEqual(
      waiting({ observed: 'C1, C2 not passed yet', expected: 'C1, C2 first' }),
    );
    expect(withoutLook({}, rules())).toBeUndefined();
    expect(settleLook({}, pass('yes'), rules({ notYetPassed: ['C1'], stableMs: 0 }), 0).verdict.verdict).toBe('waiting');
  });
});
