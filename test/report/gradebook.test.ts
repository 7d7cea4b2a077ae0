import { describe, expect, it } from 'vitest';
import { exitCodeOf, gradebookOf } from '../../src/report/gradebook.ts';
import { span, standing, stuckAt } from '../../src/report/words.ts';
import { absent, columns, dead, input, learner, partly, passed, stuck } from './sample.ts';

describe('a gradebook', () => {
  it('counts errors and missing work apart from scores: neither is a zero in the mean, nor is work that was graded in part', () => {
    expect(input().book.summary).toMatchObject({
      learners: 5,
      graded: 3,
      passed: 1,
      errors: 1,
      missing: 1,
      late: 1,
      partial: 1,
      of: 5,
      mean: 3.5,
      median: 3.5,
    });
  });

  it('counts each check over the graded rows only', () => {
    expect(input().book.summary.checks.map(({ id, passed, failed, ungraded }) => ({ id, passed, failed, ungraded }))).toEqual([
      { id: 'C1', passed: 3, failed: 0, ungraded: 0 },
      { id: 'C2', passed: 1, failed: 1, ungraded: 1 },
      { id: 'G1', passed: 3, failed: 0, ungraded: 0 },
    ]);
  });

  it('has neither mean nor median when nobody could be graded', () => {
    expect(gradebookOf('x', columns, [dead, absent]).summary).toMatchObject({ graded: 0, mean: null, median: null });
  });

  it('keeps the order of the roster', () => {
    expect(input(stuck, passed).book.learners.map(({ id }) => id)).toEqual(['ben', 'ada']);
  });

  it('exits 0 when all passed, 1 when somebody did not, 3 when a row could not be graded or there is none', () => {
    expect(exitCodeOf(input(passed).book.summary)).toBe(0);
    expect(exitCodeOf(input(passed, stuck).book.summary)).toBe(1);
    expect(exitCodeOf(input(passed, partly).book.summary)).toBe(1);
    expect(exitCodeOf(input(passed, absent).book.summary)).toBe(1);
    expect(exitCodeOf(input(passed, dead).book.summary)).toBe(3);
    expect(exitCodeOf(gradebookOf('x', columns, []).summary)).toBe(3);
  });
});

describe('how a row stands, in words', () => {
  it('tells late, partial, missing and ungradable work apart', () => {
    expect([passed, stuck, partly, dead, absent].map(standing)).toEqual([
      'graded',
      'graded, late by 2 h 3 min',
      'partly graded: C2 left out',
      'not graded',
      'missing',
    ]);
  });

  it('names the first step that is not passed, and none of a row without a score', () => {
    expect([passed, stuck, dead].map(stuckAt)).toEqual([undefined, 'answers', undefined]);
  });

  it('says time spans in their two greatest units', () => {
    expect([0, 59, 3600, 90_061, 7380].map(span)).toEqual(['0 s', '59 s', '1 h', '1 d 1 h', '2 h 3 min']);
  });

  it('does not call a learner without checks passed', () => {
    expect(gradebookOf('x', [], [learner('a', { checks: [] })]).summary.passed).toBe(0);
  });
});
