import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evaluateCheck, looksOfCheck, readsOfCheck, stableOfCheck } from '../../src/grading/evaluate.ts';
import { defineGrader, type Grader } from '../../src/grading/grader.ts';
import { fail, pass } from '../../src/grading/verdict.ts';
import { check } from '../../src/lab/schema.ts';
import { blindMirror } from '../support/fake-mirror.ts';
import { contextOf } from '../support/grade.ts';
import { service } from '../support/objects.ts';

const number = defineGrader({
  id: 'number',
  says: 'A number is as wanted.',
  params: z.strictObject({ is: z.number(), wanted: z.number().default(1) }),
  reads: ['Pod'],
  looks: 'behaviour',
  stable: 2,
  example: '',
  grade: ({ params }) =>
    params.is === params.wanted ? pass(`it is ${params.is}`) : fail({ observed: `${params.is}`, expected: `${params.wanted}` }),
});
const broken = defineGrader({
  id: 'broken',
  says: 'It breaks.',
  params: z.strictObject({}),
  reads: (): never[] => [],
  looks: 'state',
  example: '',
  grade: () => {
    throw new TypeError('undefined is not a function');
  },
});
const graders = new Map<string, Grader>([number, broken].map((grader) => [grader.id, grader as unknown as Grader]));
const checkOf = (rest: object) => check.parse({ id: 'C1', title: 'a title', ...rest });
const evaluate = (rest: object, given: Parameters<typeof contextOf>[0] = {}) => evaluateCheck(checkOf(rest), contextOf(given), graders);

describe('a check', () => {
  it('is its grader with its parameters', async () => {
    expect(await evaluate({ grader: 'number', with: { is: 1 } })).toEqual(pass('it is 1'));
    expect(await evaluate({ grader: 'number', with: { is: 2 } })).toEqual(fail({ observed: '2', expected: '1' }));
  });

  it('is an expression, with its title as what is expected unless it says more', async () => {
    expect(
      await evaluate(
        { cel: "service('web').spec.type == 'NodePort'", look: 'kubectl get service' },
        { mirror: [service({ name: 'web' })] },
      ),
    ).toEqual(fail({ observed: 'ClusterIP', expected: 'a title', field: 'Service web spec.type', look: 'kubectl get service' }));
  });

  it('is all of its conditions, a real mismatch first', async () => {
    const all = (...conditions: object[]) => evaluate({ all: conditions }, { mirror: blindMirror() });
    const blind = { cel: 'pods().size() == 1', says: 'one Pod' };
    expect(await all({ grader: 'number', with: { is: 1 } }, { grader: 'number', with: { is: 5, wanted: 5 } })).toEqual(
      pass('it is 1; it is 5'),
    );
    expect(await all(blind, { grader: 'number', with: { is: 2 } })).toEqual(fail({ observed: '2', expected: '1' }));
    expect(await all({ grader: 'number', with: { is: 1 } }, blind)).toEqual({
      verdict: 'error',
      reason: 'cannot list pods: not in this mirror',
    });
  });

  it('is an error, never a fail, when its grader breaks, is unknown or is given what it does not take', async () => {
    expect(await evaluate({ grader: 'broken' })).toEqual({ verdict: 'error', reason: 'grader broken broke: undefined is not a function' });
    expect(await evaluate({ grader: 'nowhere' })).toEqual({ verdict: 'error', reason: 'there is no grader nowhere' });
    expect(await evaluate({ grader: 'number', with: {} })).toMatchObject({
      verdict: 'error',
      reason: expect.stringMatching(/^grader number: is: /),
    });
  });

  it('is an error when the look is cancelled', async () => {
    const signal = AbortSignal.abort();
    expect(await evaluate({ grader: 'number', with: { is: 2 } }, { signal })).toEqual({
      verdict: 'error',
      reason: 'the look was cancelled',
    });
  });

  it('reads what its conditions read, each once', () => {
    const reads = readsOfCheck(
      checkOf({
        all: [
          { grader: 'number', with: { is: 1 } },
          { cel: "pods().size() == 1 && service('x') == null", says: 'x' },
        ],
      }),
      graders,
    );
    expect(reads).toEqual(['Pod', 'Service']);
  });

  it('is looked at as often as its most restless condition needs', () => {
    expect(looksOfCheck(checkOf({ cel: 'pods().size() == 1' }), graders)).toBe('state');
    expect(looksOfCheck(checkOf({ cel: "now > timestamp('2026-01-01T00:00:00Z')" }), graders)).toBe('behaviour');
    expect(
      looksOfCheck(
        checkOf({
          all: [
            { cel: 'true', says: 'x' },
            { grader: 'number', with: { is: 1 } },
          ],
        }),
        graders,
      ),
    ).toBe('behaviour');
  });

  it('must be stable for the longest time that anything in it asks for', () => {
    expect(stableOfCheck(checkOf({ grader: 'number', with: { is: 1 } }), graders)).toBe(2000);
    expect(stableOfCheck(checkOf({ grader: 'number', with: { is: 1 }, stable: '5s' }), graders)).toBe(5000);
    expect(stableOfCheck(checkOf({ all: [{ cel: 'true', says: 'x', stable: '7s' }] }), graders)).toBe(7000);
    expect(stableOfCheck(checkOf({ cel: 'true' }), graders)).toBe(0);
  });
});
