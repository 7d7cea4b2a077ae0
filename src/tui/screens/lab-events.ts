import { cut, type Line, spread } from '../line.ts';
import type { EventRow } from '../picture/events.ts';
import { age } from '../text/durations.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';

/** Events of the namespace, newest first: two rows each, so that the note can be read. */
export function eventLines(events: EventRow[] | undefined, now: number, width: number, { theme }: View): Line[] {
  if (events === undefined) return [[as('faint', 'Events are not watched.')]];
  if (events.length === 0) return [[as('faint', 'No events yet.')]];
  return events.flatMap((event): Line[] => {
    const times = event.count > 1 ? ` ×${event.count}` : '';
    const mark = event.warning ? as('busy', `${theme.glyphs.error} `) : as('faint', `${theme.glyphs.dot} `);
    return [
      spread(
        [mark, as(event.warning ? 'busy' : 'strong', `${event.reason}${times}`), as('faint', `  ${event.about}`)],
        [as('faint', age(now - event.at))],
        width,
      ),
      [as('faint', `  ${cut(event.note, width - 2)}`)],
    ];
  });
}
