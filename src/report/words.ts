import { type CheckGrade, isPartial, type LearnerGrade } from './gradebook.ts';

/** `2 d 3 h`, `45 min`, `30 s`: the two greatest units. */
export function span(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, size] of units) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

/** How a row stands, in words: `graded`, `graded, late by 2 h`, `partly graded: C3, C4 left out`, `missing`, `not graded`. */
export function standing(learner: LearnerGrade): string {
  const base =
    learner.status === 'error'
      ? 'not graded'
      : learner.status === 'missing'
        ? 'missing'
        : isPartial(learner)
          ? `partly graded: ${learner.ungraded.join(', ')} left out`
          : 'graded';
  return learner.late === null ? base : `${base}, late by ${span(learner.late)}`;
}

export const scoreText = (learner: LearnerGrade): string => (learner.score === null ? '–' : `${learner.score} / ${learner.of}`);

/** What a person reads below a check, line by line. */
export function findings(check: CheckGrade): string[] {
  const lines: [string, string | null][] =
    check.verdict === 'error'
      ? [['could not look', check.evidence]]
      : [
          ['field', check.field],
          ['observed', check.observed],
          ['expected', check.expected],
          ['evidence', check.evidence],
        ];
  return [...lines, ['look', check.look] as [string, string | null]].flatMap(([name, text]) => (text === null ? [] : [`${name}: ${text}`]));
}

/** The first step that a learner has not passed; `undefined` when done, or when there is nothing to tell it by. */
export function stuckAt(learner: LearnerGrade): string | undefined {
  return learner.status === 'graded'
    ? learner.checks.find((check) => check.verdict === 'fail' || check.verdict === 'waiting')?.step
    : undefined;
}
