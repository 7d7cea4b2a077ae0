import { z } from 'zod';
import { readsOfCel } from './cel.ts';
import { recordedValue } from './cel-params.ts';
import type { GradeContext } from './grader.ts';
import type { Read } from './mirror-view.ts';
import { type Moment, momentParam, readsOfMoment } from './moments.ts';
import { type WindowRules, type WindowState, WindowWatch } from './window.ts';

/** Parameters of graders that look at a stretch of the recording. */
export const windowShape = {
  from: momentParam
    .optional()
    .describe(
      'When the stretch begins: the first instant at which this holds, `{check: C1}`, `{fault: pause-node}` or `{step: x}`; a list: one after the other, the last is meant. Default: the recording.',
    ),
  until: momentParam.optional().describe('When it ends: the first later instant, in the same words.'),
  remember: z
    .record(z.string().regex(/^[a-z]\w*$/i), recordedValue)
    .optional()
    .describe('Values taken at the beginning, for later expressions as `remembered.name`.'),
  tries: z.enum(['first', 'any']).default('first').describe('`any`: after a stretch that was spoilt, a later one may pass.'),
};

export const readsOfWindow = (params: { from?: Moment; until?: Moment; remember?: Record<string, string> }): Read[] => [
  ...readsOfMoment(params.from),
  ...readsOfMoment(params.until),
  ...Object.values(params.remember ?? {}).flatMap((one) => readsOfCel(one)),
];

/** One watch for each place in a lab, kept between looks, so that each entry of a recording is played once. */
const watches = new WeakMap<object, WindowWatch>();

/** Follows the recording to now. Throws `CannotSee` without one. */
export function followWindow(context: GradeContext<object>, rules: WindowRules): { state: WindowState; watch: WindowWatch } {
  const { params, mirror, now } = context;
  const timeline = context.timeline();
  const entries = timeline.entries();
  let watch = watches.get(params);
  if (!watch?.isOf(timeline, entries)) watch = new WindowWatch(rules, timeline, mirror.namespace);
  watches.set(params, watch);
  try {
    return { state: watch.advance(entries, now, { cluster: () => context.cluster(), baseline: () => context.baseline() }), watch };
  } catch (error) {
    // a look that broke half way must not leave a hole
    watches.delete(params);
    throw error;
  }
}
