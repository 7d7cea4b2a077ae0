import type { Roster } from './roster.ts';
import type { Found } from './submissions/layout.ts';

/**
 * Submissions in the order of the roster, with a place for who has handed in nothing; who is not on the roster comes last.
 * Ids are compared without regard to capitals: file systems do not keep them apart either.
 */
export function expectedOf(found: readonly Found[], roster: Roster | undefined): Found[] {
  if (!roster) return [...found];
  const byId = new Map(found.map((one) => [one.id.toLowerCase(), one]));
  const expected = roster.learners.map((learner): Found => {
    const one = byId.get(learner.id.toLowerCase());
    byId.delete(learner.id.toLowerCase());
    return { path: undefined, submitted: undefined, ...one, id: learner.id, name: learner.name ?? one?.name };
  });
  return [...expected, ...byId.values()];
}
