import { describe, expect, it } from 'vitest';
import { isRight, rightAnswer } from '../../src/drill/predictions.ts';
import type { LabPredict } from '../../src/lab/schema.ts';

const question: LabPredict = { ask: 'How many?', choices: ['three', 'four'], answer: 1, why: 'because' };

describe('a predict question', () => {
  it('takes the number, the letter or the text of the right choice', () => {
    const answer = rightAnswer(question, () => 'unused');
    expect(answer).toBe('four');
    for (const given of ['2', 'b', 'B', ' Four ']) expect(isRight(question, given, answer)).toBe(true);
    for (const given of ['1', 'a', 'three', '', '4']) expect(isRight(question, given, answer)).toBe(false);
  });

  it('computes its answer live where the lab says so', () => {
    const live: LabPredict = { ask: 'How many nodes?', answer: { cel: 'nodes().size()' }, why: 'count them' };
    expect(rightAnswer(live, (cel) => (cel === 'nodes().size()' ? '3' : ''))).toBe('3');
    expect(isRight(live, '3', '3')).toBe(true);
    expect(isRight(live, '4', '3')).toBe(false);
  });
});
