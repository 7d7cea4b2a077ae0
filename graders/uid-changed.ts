import { z } from 'zod';
import { atStart, namedShape, namesOf, oneName, oneNameMessage, readsOfNamed } from '../src/grading/against-start.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kindWord, kubectl, listing } from '../src/grading/words.ts';

/** Objects were replaced: the name is the same, the uid is not. */
export default defineGrader({
  id: 'uid-changed',
  says: 'Objects have been replaced since set-up: there again under the same name, with another uid.',
  params: z.strictObject(namedShape).refine(oneName, oneNameMessage),
  reads: readsOfNamed,
  looks: 'state',
  example: '{grader: uid-changed, with: {kind: Pod, name: counter-0}}',
  grade({ mirror, params, baseline }) {
    const { kind, namespace } = params;
    const start = baseline();
    for (const name of namesOf(params)) {
      const before = atStart(start, kind, name, namespace);
      const now = mirror.get(kind, name, namespace);
      const field = `${kind} ${name} metadata.uid`;
      const look = kubectl(['get', kindWord(kind), name], namespace);
      if (!now) return notThere(kind, name, namespace);
      if (now.metadata.uid === before.metadata.uid) {
        const seen = {
          observed: now.metadata.deletionTimestamp ? 'the one of the start, being deleted' : 'the one of the start',
          expected: 'another one',
          field,
          look,
        };
        return now.metadata.deletionTimestamp ? waiting(seen) : fail(seen);
      }
    }
    return pass(`${kind} ${listing(namesOf(params))}: replaced since the start`);
  },
});
