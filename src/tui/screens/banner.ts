import type { FaultInForce } from '../../drill/events.ts';
import { cut, type Line, spread } from '../line.ts';
import { duration } from '../text/durations.ts';
import { as, type Theme } from '../theme.ts';

/** The most rows that faults in force take; what is more is counted. */
const mostRows = 2;

/** Rows that say, on every screen, which faults are in force. */
export function banner(faults: readonly FaultInForce[], width: number, now: number, theme: Theme): Line[] {
  const shown = faults.length > mostRows ? faults.slice(0, mostRows - 1) : faults;
  const rows = shown.map((fault) =>
    spread(
      [as('alarm', ` ${theme.glyphs.fault} fault in force `), as('bad', cut(fault.what, width - 30))],
      [as('bad', `${duration(now - fault.since)} `)],
      width,
    ),
  );
  const more = faults.length - shown.length;
  return more > 0 ? [...rows, [as('alarm', ` ${theme.glyphs.fault} ${more} more faults in force`)]] : rows;
}

export const bannerRows = (faults: readonly FaultInForce[]): number => Math.min(faults.length, mostRows);
