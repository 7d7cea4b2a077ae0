import { z } from 'zod';
import { atStart, namedShape, namesOf, oneName, oneNameMessage, readsOfNamed } from '../src/grading/against-start.ts';
import { at, sameValue, stepsOf } from '../src/grading/fields.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { count, kindWord, kubectl, listing, shown } from '../src/grading/words.ts';

const path = z.string().refine((text) => stepsOf(text) !== undefined, 'a path such as `spec.template.spec.containers[name=web].image`');

/** Fields have the values of the start. */
export default defineGrader({
  id: 'unchanged',
  says: 'Fields of objects have the values that they had after set-up; a field that was not set is still not set.',
  params: z
    .strictObject({
      ...namedShape,
      fields: z
        .array(path)
        .min(1)
        .describe('Paths such as `spec.template.spec.containers[name=web].image` or `metadata.annotations["a/b"]`.'),
      except: z.array(path).optional().describe('Paths below them that may change.'),
    })
    .refine(oneName, oneNameMessage),
  reads: readsOfNamed,
  looks: 'state',
  example:
    '{grader: unchanged, guard: true, with: {kind: Deployment, name: mongo-depl, fields: ["spec.template.spec.containers[name=mongo].image", spec.replicas]}}',
  grade({ mirror, params, baseline }) {
    const { kind, namespace, fields, except = [] } = params;
    const start = baseline();
    for (const name of namesOf(params)) {
      const before = without(atStart(start, kind, name, namespace), except);
      const now = mirror.get(kind, name, namespace);
      if (!now) return notThere(kind, name, namespace);
      const present = without(now, except);
      for (const field of fields) {
        const was = at(before, field);
        const is = at(present, field);
        if (sameValue(was, is)) continue;
        return fail({
          observed: shown(is),
          expected: `${shown(was)}, as at the start`,
          field: `${kind} ${name} ${field}`,
          look: kubectl(['get', kindWord(kind), name, '-o', 'yaml'], namespace),
        });
      }
    }
    return pass(`${kind} ${listing(namesOf(params))}: ${count(fields.length, 'field')} as at the start`);
  },
});

/** A copy in which some fields are gone. */
function without<T extends object>(object: T, paths: readonly string[]): T {
  if (paths.length === 0) return object;
  const copy = structuredClone(object);
  for (const one of paths) {
    const steps = stepsOf(one) ?? [];
    const last = steps.at(-1);
    const parent = steps.length > 1 ? at(copy, parentOf(one)) : copy;
    if (parent !== null && typeof parent === 'object' && (typeof last === 'string' || typeof last === 'number')) {
      delete (parent as Record<string | number, unknown>)[last];
    }
  }
  return copy;
}

const parentOf = (text: string): string => text.replace(/(\.[\w$/-]+|\[[^\]]*\])$/, '');
