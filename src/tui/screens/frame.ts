import { keysLabel } from '../keymap.ts';
import { headRows, type Size } from '../layout.ts';
import { cut, fill, type Line, lineWidth, type Span, spread, widthOf, wrap } from '../line.ts';
import { footerBindings } from '../state/conditions.ts';
import type { TuiState } from '../state/state.ts';
import { as, type Theme } from '../theme.ts';
import type { View } from '../view.ts';

/** A whole screen: rows above, the body (beside which the shell pane may be), rows below. */
export interface Frame {
  above: Line[];
  body: Line[];
  /** Width of `body` in columns; the pane gets what is right of the divider. */
  bodyWidth: number;
  /** Columns and rows that the pane has; `height` is less than `fullHeight` while a question covers its foot. */
  pane: { width: number; height: number; fullHeight: number } | undefined;
  below: Line[];
}

export const rule = (width: number, theme: Theme): Line => [as('faint', theme.glyphs.rule.repeat(width))];

/** The first rows of every screen. */
export const header = (left: Line, right: Line, size: Size, theme: Theme): Line[] => [
  spread([{ text: ' ' }, ...left], [...right, { text: ' ' }], size.columns),
  rule(size.columns, theme),
];

/** The heading of a part, with a rule to its right edge. */
export function section(title: string, right: Line, width: number, options: { turnedTo: boolean; theme: Theme }): Line {
  const name: Span = options.turnedTo ? as('title', title) : as('strong', title);
  const used = widthOf(title) + 1 + (lineWidth(right) > 0 ? lineWidth(right) + 1 : 0);
  const line: Span[] = [name, { text: ' ' }, as('faint', options.theme.glyphs.rule.repeat(Math.max(0, width - used)))];
  return lineWidth(right) > 0 ? fill([...line, { text: ' ' }, ...right], width) : fill(line, width);
}

/** The keys that count now, as many as there is room for; help and quit keep their place. */
export function keysRow(state: TuiState): Line {
  const width = state.size.columns - 2;
  const bindings = footerBindings(state);
  const spansOf = (binding: (typeof bindings)[number]): Line => [as('strong', keysLabel(binding, 1)), as('faint', ` ${binding.label}`)];
  const help = bindings.filter(({ action }) => action === 'help');
  const rest = bindings.filter(({ action }) => action !== 'help');
  let room = width - help.reduce((sum, binding) => sum + lineWidth(spansOf(binding)) + 3, 0);
  const shown: Line[] = [];
  for (const binding of rest) {
    const spans = spansOf(binding);
    room -= lineWidth(spans) + (shown.length > 0 ? 3 : 0);
    if (room < 0) break;
    shown.push(spans);
  }
  return [
    { text: ' ' },
    ...[...shown, ...help.map(spansOf)].flatMap((spans, index) => (index === 0 ? spans : [{ text: '   ' }, ...spans])),
  ];
}

/** The last rows of every screen: what just happened or a rule, then the keys; a question pushes up from below. */
export function footer(state: TuiState, { theme }: View): Line[] {
  const { columns } = state.size;
  const { glyphs } = theme;
  if (state.confirm) {
    const rows = wrap(state.confirm.consequence, columns - 4).slice(0, Math.max(1, Math.floor(state.size.rows / 3)));
    return [
      rule(columns, theme),
      [as('alarm', ' ? '), as('strong', cut(state.confirm.question, columns - 4))],
      ...rows.map((row): Line => [{ text: '   ' }, { text: row }]),
      [],
      [{ text: '  ' }, ...keysRow(state)],
    ];
  }
  const { notice } = state;
  if (!notice) return [rule(columns, theme), keysRow(state)];
  // what is no trouble stands in the rule, so that nothing moves; a trouble takes the rows that it needs
  if (notice.kind !== 'trouble') {
    const start: Line = [
      as('faint', `${glyphs.rule} `),
      notice.kind === 'good' ? as('good', `${glyphs.pass} `) : as('accent', `${glyphs.dot} `),
      { text: cut(notice.text, columns - 6) },
      { text: ' ' },
    ];
    return [[...start, as('faint', glyphs.rule.repeat(Math.max(0, columns - lineWidth(start))))], keysRow(state)];
  }
  const text: Line = [as('alarm', ` ${glyphs.error} `), { text: cut(notice.text, columns - 4) }];
  const hint: Line[] = notice.hint ? [[as('faint', `   ${cut(notice.hint, columns - 4)}`)]] : [];
  return [rule(columns, theme), text, ...hint, keysRow(state)];
}

/** Puts a frame together so that it has exactly the terminal's rows. */
export function frame(
  state: TuiState,
  view: View,
  above: Line[],
  body: Line[],
  options: { bodyWidth?: number; pane?: { width: number; height: number } } = {},
): Frame {
  const below = footer(state, view);
  const height = Math.max(0, state.size.rows - above.length - below.length);
  const width = options.bodyWidth ?? state.size.columns;
  const rows = Array.from({ length: height }, (_, index) => body[index] ?? []);
  return {
    above,
    body: rows,
    bodyWidth: width,
    pane: options.pane
      ? { width: options.pane.width, height: Math.min(height, options.pane.height), fullHeight: options.pane.height }
      : undefined,
    below,
  };
}

/** Rows between head and foot when nothing is asked. */
export const bodyRows = (size: Size, banner = 0): number => size.rows - headRows - 2 - banner;

/** The part of `lines` that is shown, and how much is above and below it. */
export function scrolled(
  lines: readonly Line[],
  height: number,
  offset: number,
): { lines: Line[]; offset: number; above: number; below: number } {
  const most = Math.max(0, lines.length - height);
  const at = Math.max(0, Math.min(offset, most));
  return { lines: lines.slice(at, at + height), offset: at, above: at, below: Math.max(0, lines.length - at - height) };
}

/** `↑3 ↓12`, or nothing where all is shown. */
export function scrollMark(part: { above: number; below: number }, theme: Theme): Line {
  const marks = [
    part.above > 0 ? `${theme.glyphs.less}${part.above}` : '',
    part.below > 0 ? `${theme.glyphs.more}${part.below}` : '',
  ].filter(Boolean);
  return marks.length > 0 ? [as('faint', marks.join(' '))] : [];
}

/** A bar of `width` columns, `share` of it full. */
export function bar(portion: number, width: number, theme: Theme): Line {
  const full = Math.round(Math.max(0, Math.min(1, portion)) * width);
  return [as('good', theme.glyphs.full.repeat(full)), as('faint', theme.glyphs.empty.repeat(width - full))];
}

export const indent = (lines: readonly Line[], by: number): Line[] =>
  lines.map((line) => (line.length > 0 ? [{ text: ' '.repeat(by) }, ...line] : line));
