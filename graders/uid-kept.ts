import { z } from 'zod';
import { atStart, namedShape, namesOf, oneName, oneNameMessage, readsOfNamed } from '../src/grading/against-start.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { kindWord, kubectl, listing } from '../src/grading/words.ts';

/** Objects are the very ones of the start: deleted and made again under the same name, they would have another uid. */
export default defineGrader({
  id: 'uid-kept',
  says: 'Objects are still the very ones that were there after set-up: not deleted and made again.',
  params: z.strictObject(namedShape).refine(oneName, oneNameMessage),
  reads: readsOfNamed,
  looks: 'state',
  example: '{grader: uid-kept, guard: true, with: {kind: PersistentVolumeClaim, names: [data-counter-0, data-counter-1]}}',
  grade({ mirror, params, baseline }) {
    const { kind, namespace } = params;
    const start = baseline();
    for (const name of namesOf(params)) {
      const before = atStart(start, kind, name, namespace);
      const now = mirror.get(kind, name, namespace);
      if (!now) return notThere(kind, name, namespace);
      const look = kubectl(['get', kindWord(kind), name], namespace);
      if (now.metadata.uid !== before.metadata.uid) {
        return fail({
          observed: `made anew at ${now.metadata.creationTimestamp}`,
          expected: 'the one that was there at the start',
          field: `${kind} ${name} metadata.uid`,
          look,
        });
      }
      if (now.metadata.deletionTimestamp)
        return fail({ observed: 'it is being deleted', expected: 'it stays', field: `${kind} ${name} metadata.deletionTimestamp`, look });
    }
    return pass(`${kind} ${listing(namesOf(params))}: as made at the start`);
  },
});
