import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { nameOfMoment } from '../src/grading/moments.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import type { Probes, TrafficStats } from '../src/grading/probes.ts';
import { mustSee } from '../src/grading/see.ts';
import { fail, pass, type Verdict, waiting } from '../src/grading/verdict.ts';
import { followWindow, readsOfWindow, windowShape } from '../src/grading/window-shape.ts';
import { listing, seconds, shown } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    pod: z.string().min(1).default('traffic').describe("The traffic Pod: the `name` in the lab's set-up."),
    ...windowShape,
    delayMs: z.number().int().min(0).default(0).describe('The window begins so long after `from`.'),
    windowMs: z.number().int().min(100).optional().describe('The window is so long; instead of `until`.'),
    graceMs: z.number().int().min(0).default(0).describe('The window ends so long after `until`.'),
    minSent: z.number().int().min(1).default(10),
    maxFailed: z.number().int().min(0).optional(),
    minFailed: z.number().int().min(1).optional(),
    minOkRatio: z.number().min(0).max(1).optional(),
    maxLongestGapMs: z.number().int().min(1).optional().describe('The longest time without a good answer is at most this.'),
    minLongestGapMs: z.number().int().min(1).optional(),
    bodies: z
      .strictObject({
        all: patternText.optional(),
        last: patternText.optional(),
        some: patternText.optional(),
        number: patternText.optional(),
      })
      .optional()
      .describe(
        '`all`: every answer matches; `last`: those of the last second; `some`: at least one; `number`: what matches (or its group) is a number that never falls.',
      ),
  })
  .refine((params) => params.until === undefined || params.windowMs === undefined, '`until` or `windowMs`, not both')
  .refine(
    (params) => params.until !== undefined || params.windowMs !== undefined,
    'one of `until` and `windowMs` says when the window ends',
  )
  .refine(
    (params) =>
      [params.maxFailed, params.minFailed, params.minOkRatio, params.maxLongestGapMs, params.minLongestGapMs, params.bodies].some(
        (one) => one !== undefined,
      ),
    'nothing is asked of the answers',
  );
type Params = z.output<typeof shape>;

/** Clocks of the cluster and of this machine may differ by so much before the window is moved. */
const skewMs = 2000;
/** An edge of the window may be so much off: a Pod that began to record later has not seen it all. */
const edgeMs = 1500;
/** Answers of one slice of the window are compared with those of the next. */
const sliceMs = 2000;

/** What a traffic Pod saw in a stretch of the drill. Use `latch: true`. */
export default defineGrader({
  id: 'traffic',
  says: 'In a stretch of the recorded drill the traffic Pod had so few failures, so short a gap, so many answers.',
  params: shape,
  reads: readsOfWindow,
  looks: 'recorded',
  example: `{grader: traffic, latch: true, with: {pod: traffic, from: "deployment('shop').spec.template.spec.containers[0].image == 'kd/web:2.0'", until: "ready(deployment('shop'))", graceMs: 10000, maxFailed: 0, minSent: 500}}`,
  async grade(context): Promise<Verdict> {
    const { params, now, probes } = context;
    const lengthMs = params.windowMs === undefined ? undefined : params.delayMs + params.windowMs;
    const { state } = followWindow(context, { ...params, lengthMs, every: params.tries === 'any' });
    const expected = expectationOf(params);
    if (state.from === undefined) return waiting({ observed: `not begun: ${nameOfMoment(params.from)} has not been`, expected });
    const since = state.from + params.delayMs;
    const end = params.windowMs === undefined ? state.until && state.until + params.graceMs : since + params.windowMs;
    if (since >= now) return waiting({ observed: `the window begins in ${seconds(since - now)}`, expected });
    const open = end === undefined || end > now;
    const stats = await ask(probes, params.pod, since, open ? now : end, now);
    const late = stats.since > since + edgeMs || stats.complete === false;
    const spoilt = fatal(stats, params);
    const look = `kubectl logs ${params.pod}`;
    const field = `requests of Pod ${params.pod}`;
    if (late)
      throw new CannotSee(`Pod ${params.pod} has recorded since ${seconds(Math.max(0, stats.since - since))} after the beginning only`);
    if (spoilt) return fail({ observed: spoilt, expected, field, look });
    if (open) {
      const rest = end === undefined ? `${nameOfMoment(params.until)} is still to come` : `${seconds(end - now)} to go`;
      return waiting({ observed: `${stats.sent} sent, ${stats.failed} failed so far; ${rest}`, expected, field, look });
    }
    const part = (from: number, to: number) => ask(probes, params.pod, from, to, now);
    const wrong = atTheEnd(stats, params) ?? (await lastBodies(part, params, end)) ?? (await fallenNumber(part, params, since, end));
    if (wrong) return fail({ observed: wrong, expected, field, look });
    return pass(`${stats.sent} requests in ${seconds(end - since)}: ${stats.failed} failed, longest gap ${seconds(stats.longestGapMs)}`);
  },
});

/** Asks for the window by the cluster's clock: it is moved when that one is off. */
async function ask(probes: Probes, pod: string, since: number, until: number, now: number): Promise<TrafficStats> {
  const stats = mustSee(await probes.traffic({ pod, since, until }));
  const skew = stats.now - now;
  if (Math.abs(skew) <= skewMs) return stats;
  const moved = mustSee(await probes.traffic({ pod, since: since + skew, until: until + skew }));
  return { ...moved, since: moved.since - skew, until: moved.until - skew };
}

/** What no further answer can mend. */
function fatal(stats: TrafficStats, params: Params): string | undefined {
  if (params.maxFailed !== undefined && stats.failed > params.maxFailed) {
    const errors = Object.entries(stats.byError).sort((a, b) => b[1] - a[1]);
    return `${stats.failed} of ${stats.sent} failed (${listing(errors.map(([error, many]) => `${shown(error, 40)} ${many}`))})`;
  }
  if (params.maxLongestGapMs !== undefined && stats.longestGapMs > params.maxLongestGapMs) {
    return `no good answer for ${seconds(stats.longestGapMs)}`;
  }
  const { all } = params.bodies ?? {};
  const stranger = all === undefined ? undefined : Object.keys(stats.byBody).find((body) => !patternOf(all).test(body));
  return stranger === undefined ? undefined : `an answer ${shown(stranger, 80)}`;
}

function atTheEnd(stats: TrafficStats, params: Params): string | undefined {
  const { minSent, minFailed, minOkRatio, minLongestGapMs, bodies } = params;
  if (stats.sent < minSent) return `${stats.sent} sent`;
  if (minFailed !== undefined && stats.failed < minFailed) return `${stats.failed} failed`;
  if (minOkRatio !== undefined && stats.ok / stats.sent < minOkRatio) return `${stats.ok} of ${stats.sent} answered`;
  if (minLongestGapMs !== undefined && stats.longestGapMs < minLongestGapMs) return `the longest gap was ${seconds(stats.longestGapMs)}`;
  const { some } = bodies ?? {};
  if (some !== undefined && !Object.keys(stats.byBody).some((body) => patternOf(some).test(body))) return `no answer matches ${some}`;
  return undefined;
}

type Part = (since: number, until: number) => Promise<TrafficStats>;

async function lastBodies(part: Part, params: Params, end: number): Promise<string | undefined> {
  const { last } = params.bodies ?? {};
  if (last === undefined) return undefined;
  const stats = await part(end - 1000, end);
  const seen = Object.keys(stats.byBody);
  if (seen.length === 0) return 'no answer in the last second';
  const stranger = seen.find((body) => !patternOf(last).test(body));
  return stranger === undefined ? undefined : `at the end an answer ${shown(stranger, 80)}`;
}

/** Requests that were answered in one slice all began after those of the slices before it were answered. */
async function fallenNumber(part: Part, params: Params, since: number, end: number): Promise<string | undefined> {
  const { number } = params.bodies ?? {};
  if (number === undefined) return undefined;
  let highest: number | undefined;
  for (let at = since; at < end; at += sliceMs) {
    const { byBody } = await part(at, Math.min(at + sliceMs, end));
    const numbers = Object.keys(byBody).flatMap((body) => numberIn(body, number) ?? []);
    if (numbers.length === 0) continue;
    const lowest = Math.min(...numbers);
    if (highest !== undefined && lowest < highest) return `${highest}, then ${lowest}, ${seconds(at - since)} after the beginning`;
    highest = Math.max(...numbers);
  }
  return highest === undefined ? `no number by ${number} in any answer` : undefined;
}

function numberIn(body: string, pattern: string): number | undefined {
  const found = patternOf(pattern).find(body);
  const number = Number(found?.groups[0] ?? found?.match);
  return found && Number.isFinite(number) ? number : undefined;
}

function expectationOf(params: Params): string {
  const { maxFailed, minFailed, minOkRatio, maxLongestGapMs, minLongestGapMs, bodies, minSent } = params;
  return [
    `at least ${minSent} requests`,
    ...(maxFailed === undefined ? [] : [maxFailed === 0 ? 'none failed' : `at most ${maxFailed} failed`]),
    ...(minFailed === undefined ? [] : [`at least ${minFailed} failed`]),
    ...(minOkRatio === undefined ? [] : [`${Math.round(minOkRatio * 100)} % answered`]),
    ...(maxLongestGapMs === undefined ? [] : [`no gap over ${seconds(maxLongestGapMs)}`]),
    ...(minLongestGapMs === undefined ? [] : [`a gap of ${seconds(minLongestGapMs)} or more`]),
    ...(bodies?.all === undefined ? [] : [`all answers match ${bodies.all}`]),
    ...(bodies?.last === undefined ? [] : [`the last answers match ${bodies.last}`]),
    ...(bodies?.some === undefined ? [] : [`an answer matches ${bodies.some}`]),
    ...(bodies?.number === undefined ? [] : [`a number by ${bodies.number} that never falls`]),
  ].join(', ');
}
