import { keymap, keysLabel, type Place } from '../keymap.ts';
import { fill, type Line } from '../line.ts';
import { placeOf } from '../state/conditions.ts';
import type { TuiState } from '../state/state.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';
import { bodyRows, type Frame, frame, header, scrolled, scrollMark } from './frame.ts';

const places: readonly { place: Place; title: string }[] = [
  { place: 'lab', title: 'In a lab' },
  { place: 'predict', title: 'At a question' },
  { place: 'home', title: 'At home' },
  { place: 'search', title: 'While searching' },
  { place: 'work', title: 'While something is under way' },
  { place: 'debrief', title: 'At the debrief' },
];

/** Every key, made from the keymap; the place one came from first. */
export function helpScreen(state: TuiState, offset: number, view: View): Frame {
  const part = scrolled(helpLines(state), bodyRows(state.size) - 1, offset);
  const above = header([as('title', 'Keys')], scrollMark(part, view.theme), state.size, view.theme);
  return frame(state, view, above, [[], ...part.lines]);
}

export function helpLines(state: TuiState): Line[] {
  const here = placeOf({ ...state, help: undefined });
  const groups = [...places]
    .sort((one, other) => Number(other.place === here) - Number(one.place === here))
    .map((group) => groupLines(group, here));
  const shell: Line[] = [
    [as('title', '  In the shell')],
    keyRow('Ctrl+B', "Leave the shell; twice sends Ctrl+B to it. Every other key is the shell's.", false),
    [],
  ];
  const all = [...groups.slice(0, 1), shell, ...groups.slice(1)];
  if (state.size.columns < 110) return all.flat();
  const width = Math.floor(state.size.columns / 2);
  const left: Line[] = [];
  const right: Line[] = [];
  for (const group of all) (left.length <= right.length ? left : right).push(...group);
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index): Line => [...fill(left[index] ?? [], width), ...(right[index] ?? [])],
  );
}

function groupLines({ place, title }: (typeof places)[number], here: Place): Line[] {
  const rows = keymap
    .filter((binding) => binding.where.includes(place) && (place === here || binding.where.length < 4 || place === 'lab'))
    .map((binding) => keyRow(keysLabel(binding), binding.description, binding.dangerous !== undefined));
  return [[as('title', `  ${title}`)], ...rows, []];
}

const keyRow = (keys: string, description: string, asks: boolean): Line => [
  as('strong', `  ${keys.padEnd(14)} `),
  { text: description },
  ...(asks ? [as('faint', '  (asks first)')] : []),
];
