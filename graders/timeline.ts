import { z } from 'zod';
import { readsOfCel } from '../src/grading/cel.ts';
import { recordedCel } from '../src/grading/cel-params.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { nameOfMoment } from '../src/grading/moments.ts';
import { fail, pass, type Verdict, waiting } from '../src/grading/verdict.ts';
import { followWindow, readsOfWindow, windowShape } from '../src/grading/window-shape.ts';
import { seconds } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    says: z.string().min(1).optional().describe('What happens, in words: shown as what is expected.'),
    ...windowShape,
    always: recordedCel.optional().describe('Holds at every instant of the stretch, its beginning and its end included.'),
    once: recordedCel.optional().describe('Holds at some instant of it.'),
    stable: z.number().int().min(0).default(0).describe('Milliseconds for which `once` holds without a break.'),
    withinMs: z.number().int().min(1).optional().describe('Milliseconds after the beginning by which `once` holds.'),
    inOrder: z.array(recordedCel).min(2).optional().describe('Each of these holds at some instant, none before the one in front of it.'),
  })
  .refine((params) => params.once || params.until || params.inOrder, 'one of `once`, `until` and `inOrder` says when it is over')
  .refine((params) => params.always || params.once || params.inOrder, 'one of `always`, `once` and `inOrder` says what must happen')
  .refine((params) => !params.withinMs || params.once, '`withinMs` is about `once`');

/** What happened during the drill: state over time, not the last state alone. Use `latch: true`. */
export default defineGrader({
  id: 'timeline',
  says: 'In a stretch of the recorded drill something always held, held once, or came in an order.',
  params: shape,
  reads: (params) => [
    ...readsOfWindow(params),
    ...[params.always, params.once, ...(params.inOrder ?? [])].flatMap((one) => (one === undefined ? [] : readsOfCel(one))),
  ],
  looks: 'recorded',
  example: `{grader: timeline, latch: true, with: {from: "deployment('web').spec.template.spec.containers[0].image == 'kd/web:1.1'", until: "ready(deployment('web'))", always: "deployment('web').status.availableReplicas >= 3"}}`,
  grade(context): Verdict {
    const { params, now } = context;
    const { state, watch } = followWindow(context, params);
    const expected = params.says ?? expectationOf(params);
    if (state.from === undefined) return waiting({ observed: `not begun: ${nameOfMoment(params.from)} has not been`, expected });
    const since = (at: number): string => seconds(at - (state.from ?? at));
    if (state.broken) {
      const { at, observed, ...seen } = state.broken;
      return fail({ ...seen, observed: `${since(at)} after the beginning: ${observed}`, expected });
    }
    const gap = watch.gap();
    if (gap && (params.always || params.inOrder)) {
      throw new CannotSee(
        `nothing was recorded for ${seconds(gap.to - gap.from)}, ${since(Math.max(gap.from, state.from))} after the beginning`,
      );
    }
    const { once, inOrder, until, withinMs, stable } = params;
    const wantsOnce = once !== undefined || inOrder !== undefined;
    const deadline = withinMs === undefined ? Number.POSITIVE_INFINITY : state.from + withinMs;
    const inTime = state.onceAt !== undefined && state.onceAt <= deadline;
    if (wantsOnce && !inTime) {
      const last = state.lastOnce ?? { observed: 'not yet' };
      if (state.onceAt !== undefined)
        return fail({ observed: `after ${since(state.onceAt)}`, expected: `${expected}, within ${seconds(withinMs ?? 0)}` });
      if (state.phase === 'closed')
        return fail({
          ...last,
          observed: `never, until ${nameOfMoment(until)} after ${since(state.until ?? now)}: ${last.observed}`,
          expected,
        });
      if (now > deadline + stable) return fail({ ...last, observed: `not within ${seconds(withinMs ?? 0)}: ${last.observed}`, expected });
      return waiting({ ...last, observed: `not yet: ${last.observed}`, expected });
    }
    if (until !== undefined && state.phase !== 'closed')
      return waiting({ observed: `under way: ${nameOfMoment(until)} is still to come`, expected });
    const end = state.until ?? state.onceAt ?? now;
    return pass(`${expected}: seen in ${since(end)} from ${nameOfMoment(params.from)}`);
  },
});

function expectationOf(params: z.output<typeof shape>): string {
  const { always, once, inOrder } = params;
  return [...(always ? [`always ${always}`] : []), ...(once ? [`once ${once}`] : []), ...(inOrder ? [inOrder.join(', then ')] : [])].join(
    '; ',
  );
}
