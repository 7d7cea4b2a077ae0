import { type KeyBinding, keymap, keysLabel, type Place } from '../keymap.ts';
import { fill, type Line, wrap } from '../line.ts';
import { placeOf } from '../state/conditions.ts';
import type { TuiState } from '../state/state.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';
import { bodyRows, type Frame, frame, header, scrolled, scrollMark } from './frame.ts';

const groups: readonly { place: Place; title: string }[] = [
  { place: 'lab', title: 'In a lab' },
  { place: 'shell', title: 'In the shell' },
  { place: 'predict', title: 'At a question' },
  { place: 'home', title: 'At home' },
  { place: 'search', title: 'While searching' },
  { place: 'work', title: 'While something is under way' },
  { place: 'debrief', title: 'At the debrief' },
];

/** A key that counts in so many places is listed once, for all of them. */
const manyPlaces = 3;

/** Every key, made from the keymap; those of the place one came from first. */
export function helpScreen(state: TuiState, offset: number, view: View): Frame {
  const part = scrolled(helpLines(state), bodyRows(state.size) - 1, offset);
  const above = header([as('title', 'Keys')], scrollMark(part, view.theme), state.size, view.theme);
  return frame(state, view, above, [[], ...part.lines]);
}

export function helpLines(state: TuiState): Line[] {
  const here = placeOf({ ...state, help: undefined });
  const { columns } = state.size;
  const twoColumns = columns >= 110;
  const width = (twoColumns ? Math.floor(columns / 2) : columns) - 4;
  const own = [...groups]
    .sort((one, other) => Number(other.place === here) - Number(one.place === here))
    .map(({ place, title }) =>
      group(
        title,
        keymap.filter((binding) => binding.where.includes(place) && binding.where.length < manyPlaces),
        width,
      ),
    );
  const everywhere = group(
    'Everywhere',
    keymap.filter((binding) => binding.where.length >= manyPlaces),
    width,
  );
  const [first, ...rest] = own;
  const all = [first ?? [], everywhere, ...rest];
  if (!twoColumns) return all.flat();
  const left: Line[] = [];
  const right: Line[] = [];
  for (const lines of all) (left.length <= right.length ? left : right).push(...lines);
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index): Line => [...fill(left[index] ?? [], width + 4), ...(right[index] ?? [])],
  );
}

function group(title: string, bindings: readonly KeyBinding[], width: number): Line[] {
  // what is asked first in one state and not in another is one key all the same
  const once = bindings.filter((binding, index) => !bindings.slice(index + 1).some(({ action }) => action === binding.action));
  return [[as('title', `  ${title}`)], ...once.flatMap((binding) => keyRows(binding, width)), []];
}

function keyRows(binding: KeyBinding, width: number): Line[] {
  const text = `${binding.description}${binding.dangerous ? ' (asks first)' : ''}`;
  return wrap(text, width - 15).map(
    (row, index): Line => [as('strong', `  ${(index === 0 ? keysLabel(binding) : '').padEnd(14)} `), { text: row }],
  );
}
