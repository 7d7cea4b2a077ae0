import type { Lint } from './context.ts';

/**
 * Guards are worth nothing, steps that are graded can be helped and solved, questions have their answer among the choices, and what is
 * taken back leaves no check passed and goes over no step that has to begin.
 */
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
  for (const { step, through, mustFail, hasUndo, path } of draft.wrong) {
    if (!hasUndo || !step) continue;
    const at = (wanted: string) => draft.steps.findIndex(({ id }) => id?.text === wanted);
    for (const { id, latch } of draft.steps[at(step.text)]?.checks ?? []) {
      if (id && latch && !mustFail.some(({ text }) => text === id.text))
        error([...path, 'undo'], `cannot take back that check ${id.text} passed: it is recorded, and would show nothing of the solution`);
    }
    if (!through) continue;
    for (const over of draft.steps.slice(at(step.text) + 1, at(through.text) + 1)) {
      if (over.hasFault || over.checks.some((check) => check.latch))
        error(through.path, `takes no \`undo\`: there is no way back over step ${over.id?.text ?? ''}, which has a fault or is recorded`);
    }
  }
};
