import { z } from 'zod';
import { readsOfCel } from './cel.ts';
import { recordedCel } from './cel-params.ts';
import type { Read } from './mirror-view.ts';
import type { TimelineEntry } from './timeline.ts';

/** A moment in a recording: when an expression begins to hold, or when something happened. */
const oneMoment = z.union([
  recordedCel,
  z.strictObject({ check: z.string().min(1).describe('When this check of the lab passed.') }),
  z.strictObject({
    fault: z.string().min(1).describe('When this fault was injected (or undone).'),
    phase: z.enum(['injected', 'undone']).default('injected'),
  }),
  z.strictObject({ step: z.string().min(1).describe('When this step began.') }),
]);
export type OneMoment = z.output<typeof oneMoment>;

/** One moment, or several that come one after the other: the last is meant, and as an expression it must begin to hold after the others. */
export const momentParam = z.union([oneMoment, z.array(oneMoment).min(2)]);
export type Moment = OneMoment | OneMoment[];

export const expressionsOfMoment = (moment: Moment | undefined): string[] => [moment].flat().filter((one) => typeof one === 'string');
export const readsOfMoment = (moment: Moment | undefined): Read[] => expressionsOfMoment(moment).flatMap((one) => readsOfCel(one));

/** A moment in words, for verdicts. */
export function nameOfMoment(moment: Moment | undefined): string {
  if (moment === undefined) return 'the start of the recording';
  if (Array.isArray(moment)) return moment.map(nameOfMoment).join(', then ');
  if (typeof moment === 'string') return moment;
  if ('check' in moment) return `${moment.check} passes`;
  if ('fault' in moment) return `fault ${moment.fault} is ${moment.phase}`;
  return `step ${moment.step} begins`;
}

/** Whether an entry is the event that a moment names (expressions are no events). */
export function isEvent(moment: OneMoment, entry: TimelineEntry): boolean {
  if (typeof moment === 'string') return false;
  if ('check' in moment) return entry.type === 'check-passed' && entry.check === moment.check;
  if ('fault' in moment) return entry.type === 'fault' && entry.id === moment.fault && entry.phase === moment.phase;
  return entry.type === 'step' && entry.step === moment.step;
}
