import type { Lint } from './context.ts';

/** Guards are worth nothing, steps that are graded can be helped and solved, questions have their answer among the choices. */
export const lintSteps: Lint = ({ draft, error }) => {
  for (const step of draft.steps) {
    for (const check of step.checks) {
      if (check.guard && check.points) error([...check.path, 'points'], 'a guard is worth 0 points: it is true from the start');
      if (!check.guard && check.points === 0)
        error([...check.path, 'points'], 'a check that is worth nothing is a guard: say guard: true, or give it points');
    }
    if (step.checks.some((check) => !check.guard)) {
      if (!step.hasHints) error([...step.path, 'hints'], 'a step with checks needs at least one hint');
      if (!step.hasSolution) error([...step.path, 'solution'], 'a step with checks needs a solution: it proves that the checks can pass');
    }
    for (const { choices, answer, path } of step.predicts) {
      if (typeof answer !== 'number') continue;
      if (choices === undefined) error([...path, 'answer'], 'the answer is an index, but there are no choices');
      else if (answer >= choices) error([...path, 'answer'], `the answer ${answer} is not among the ${choices} choices: they count from 0`);
    }
  }
};
