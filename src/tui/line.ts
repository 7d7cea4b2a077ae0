import stringWidth from 'string-width';

/** Part of a row. `sgr` holds SGR parameters (`1`, `2;32`); @see ECMA-48 8.3.117 */
export interface Span {
  text: string;
  sgr?: string;
}

/** One row of the screen. */
export type Line = readonly Span[];

const ascii = /^[\x20-\x7e]*$/;

/** Columns that a text without control sequences takes. */
export const widthOf = (text: string): number => (ascii.test(text) ? text.length : stringWidth(text));

export const lineWidth = (line: Line): number => line.reduce((sum, span) => sum + widthOf(span.text), 0);

export const lineText = (line: Line): string => line.map((span) => span.text).join('');

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The start of a text that fits into `width` columns; never half of a wide character. */
export function head(text: string, width: number): string {
  if (ascii.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = used + widthOf(segment);
    if (next > width) break;
    taken += segment;
    used = next;
  }
  return taken;
}

/** Cuts a text to `width` columns; what is cut off is shown as `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width < 1 ? '' : `${head(text, width - 1)}…`;
}

/** Cuts out of the middle: the start and the end of a Pod's name are what tells it from another. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 5) return cut(text, width);
  const end = Math.min(7, Math.floor((width - 1) / 2));
  return `${head(text, width - 1 - end)}…${text.slice(-end)}`;
}

/** A row of exactly `width` columns. */
export function fill(line: Line, width: number): Line {
  const spans: Span[] = [];
  let left = width;
  for (const [index, span] of line.entries()) {
    const own = widthOf(span.text);
    const isLast = index === line.length - 1;
    if (own < left || (own === left && isLast)) {
      spans.push(span);
      left -= own;
      continue;
    }
    const rest = line.slice(index + 1).some((later) => later.text.trim() !== '');
    const text = own > left ? cut(span.text, left) : rest ? cut(`${span.text}…`, left) : span.text;
    spans.push({ ...span, text });
    left -= widthOf(text);
    break;
  }
  if (left > 0) spans.push({ text: ' '.repeat(left) });
  return spans;
}

/** `left` at the left edge, `right` at the right edge; where both do not fill, `left` gives way. */
export function spread(left: Line, right: Line, width: number): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0) return fill(left, width);
  if (rightWidth >= width) return fill(right, width);
  return [...fill(left, width - rightWidth - 1), { text: ' ' }, ...right];
}

/** Breaks a text at blanks into rows of at most `width` columns; a longer word is broken where it must. */
export function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  for (const paragraph of text.split('\n')) {
    let row = '';
    for (let word of paragraph.split(/ +/)) {
      while (widthOf(word) > width) {
        const room = row === '' ? width : width - widthOf(row) - 1;
        const part = room > width / 3 ? head(word, room) : '';
        if (part === '') {
          rows.push(row);
          row = '';
          continue;
        }
        rows.push(row === '' ? part : `${row} ${part}`);
        row = '';
        word = word.slice(part.length);
      }
      if (row === '') row = word;
      else if (widthOf(row) + 1 + widthOf(word) <= width) row += ` ${word}`;
      else {
        rows.push(row);
        row = word;
      }
    }
    rows.push(row);
  }
  return rows;
}

/** Breaks a row that is too wide wherever it must, styles kept. */
export function broken(line: Line, width: number): Line[] {
  const rows: Span[][] = [[]];
  let left = width;
  for (const span of line) {
    let { text } = span;
    while (widthOf(text) > left) {
      const part = head(text, left);
      // not even one wide character fits into the row
      if (part === '' && left === width) break;
      if (part !== '') rows.at(-1)?.push({ ...span, text: part });
      text = text.slice(part.length);
      rows.push([]);
      left = width;
    }
    if (text !== '') rows.at(-1)?.push({ ...span, text });
    left -= widthOf(text);
  }
  return rows;
}

/** SGR parameters without the colours, for NO_COLOR. @see https://no-color.org */
const withoutColours = (sgr: string): string =>
  sgr
    .split(';')
    .filter((code) => !/^(3[0-9]|4[0-9]|9[0-7]|10[0-7])$/.test(code))
    .join(';');

/** Stand-ins, of the same width, for what a terminal without UTF-8 cannot show. */
const standIns: Record<string, string> = {
  '…': '~',
  '–': '-',
  '—': '-',
  '×': 'x',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '·': '.',
  '•': '-',
  '│': '|',
  '─': '-',
  '’': "'",
  '“': '"',
  '”': '"',
};

const asciiOnly = (text: string): string =>
  ascii.test(text) ? text : [...text].map((char) => (char <= '~' ? char : (standIns[char] ?? '?'.repeat(widthOf(char))))).join('');

/** The row as a string with SGR sequences. */
export function paint(line: Line, terminal: { colour: boolean; unicode: boolean }): string {
  let out = '';
  for (const { text, sgr } of line) {
    const codes = sgr && !terminal.colour ? withoutColours(sgr) : sgr;
    const shown = terminal.unicode ? text : asciiOnly(text);
    out += codes && shown !== '' ? `\x1b[${codes}m${shown}\x1b[0m` : shown;
  }
  return out;
}

/** Reads a text with SGR sequences of the 16 colours back into rows of spans; a style goes on over a line's end. */
export function linesOf(text: string): Line[] {
  let on: string[] = [];
  return text.split('\n').map((row) => {
    const spans: Span[] = [];
    for (const part of row.split(/(\x1b\[[0-9;]*m)/)) {
      const sequence = /^\x1b\[([0-9;]*)m$/.exec(part);
      if (!sequence) {
        if (part !== '') spans.push(on.length > 0 ? { text: part, sgr: on.join(';') } : { text: part });
        continue;
      }
      for (const code of (sequence[1] ?? '').split(';')) on = applySgr(on, Number(code));
    }
    return spans;
  });
}

/** Codes in force after one more. Only what markdown rendering uses: weight, slant, line, inverse, 16 colours and their ends. */
function applySgr(on: string[], code: number): string[] {
  const without = (...ended: RegExp[]) => on.filter((each) => !ended.some((pattern) => pattern.test(each)));
  if (code === 0) return [];
  if (code === 22) return without(/^[12]$/);
  if (code >= 23 && code <= 29) return without(new RegExp(`^${code - 20}$`));
  if (code === 39) return without(/^(3|9)\d$/);
  if (code === 49) return without(/^(4\d|10\d)$/);
  if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) return [...without(/^(3|9)\d$/), String(code)];
  return on.includes(String(code)) ? on : [...on, String(code)];
}
