import { plain } from '../summary-lines.ts';
import { type ClassEvent, type ClassLearner, type ClassState, pointsNow, presentStep } from './state.ts';

const nameOf = (learner: ClassLearner): string => plain(learner.name ? `${learner.id} (${learner.name})` : learner.id);

/** What a line-by-line front end says of an event: progress, and who can no longer be seen. Everything else is noise in a log. */
export function classLine(before: ClassState, after: ClassState, event: ClassEvent): string | undefined {
  const was = before.learners.find(({ id }) => id === event.learner);
  const is = after.learners.find(({ id }) => id === event.learner);
  if (!was || !is) return undefined;
  if (event.type === 'sight') return was.sight === is.sight ? undefined : `${nameOf(is)}: ${is.sight}${is.why ? `: ${plain(is.why)}` : ''}`;
  const { won, of } = pointsNow(after, is);
  const from = presentStep(before, was);
  const to = presentStep(after, is);
  if (to > from)
    return `${nameOf(is)}: ${to === after.steps.length ? 'all steps passed' : `at step ${to + 1} of ${after.steps.length}`}, ${won} of ${of} points`;
  return undefined;
}

/** The class as a table, once. */
export function classTable(state: ClassState): string[] {
  return state.learners.map((learner) => {
    const { won, of } = pointsNow(state, learner);
    const at = presentStep(state, learner);
    const where =
      learner.sight !== 'live'
        ? `${learner.sight}: ${plain(learner.why)}`
        : at === state.steps.length
          ? 'all steps passed'
          : `at step ${at + 1} of ${state.steps.length}: ${state.steps[at]!.title}`;
    return `  ${nameOf(learner)}  ${learner.sight === 'live' ? `${won} / ${of}` : '–'}  ${where}`;
  });
}
