import type { LabPredict } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';

/** The right answer of a predict question: one of its choices, or computed live. */
export function rightAnswer(question: LabPredict, evaluateCel: (expression: string) => string): string {
  if (typeof question.answer === 'number') {
    const choice = question.choices?.[question.answer];
    if (choice === undefined) throw new LabError('lab-invalid', `the question "${question.ask}" has no choice ${question.answer}`);
    return choice;
  }
  return evaluateCel(question.answer.cel);
}

/** Accepts a choice by its number (from 1), its letter, or its text. */
export function isRight(question: LabPredict, given: string, answer: string): boolean {
  const said = given.trim().toLowerCase();
  const choices = question.choices ?? [];
  const byNumber = /^\d+$/.test(said) ? choices[Number(said) - 1] : undefined;
  const byLetter = /^[a-z]$/.test(said) ? choices[said.charCodeAt(0) - 97] : undefined;
  return [said, byNumber?.toLowerCase(), byLetter?.toLowerCase()].includes(answer.trim().toLowerCase());
}
