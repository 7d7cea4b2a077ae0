import type { IBufferCell, Terminal } from '@xterm/headless';

/** SGR parameters of a cell. @see ECMA-48 8.3.117 */
function sgrOf(cell: IBufferCell): string {
  const codes: (number | string)[] = [];
  if (cell.isBold()) codes.push(1);
  if (cell.isDim()) codes.push(2);
  if (cell.isItalic()) codes.push(3);
  if (cell.isUnderline()) codes.push(4);
  if (cell.isInverse()) codes.push(7);
  if (cell.isStrikethrough()) codes.push(9);
  if (cell.isFgRGB()) codes.push(38, 2, ...rgb(cell.getFgColor()));
  else if (cell.isFgPalette()) codes.push(...palette(cell.getFgColor(), 30));
  if (cell.isBgRGB()) codes.push(48, 2, ...rgb(cell.getBgColor()));
  else if (cell.isBgPalette()) codes.push(...palette(cell.getBgColor(), 40));
  return codes.join(';');
}

const rgb = (value: number) => [(value >> 16) & 255, (value >> 8) & 255, value & 255];

/** @param base 30 for the text, 40 for the background */
function palette(index: number, base: 30 | 40): number[] {
  if (index < 8) return [base + index];
  if (index < 16) return [base + 60 + index - 8];
  return [base + 8, 5, index];
}

/** One row of an emulated screen as a string of exactly the screen's width, with SGR sequences. `colour: false` leaves the colours out. */
export function rowOf(terminal: Terminal, y: number, cell: IBufferCell, colour = true): string {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.viewportY + y);
  if (!line) return ' '.repeat(terminal.cols);
  let out = '';
  let current = '';
  for (let x = 0; x < terminal.cols; x++) {
    line.getCell(x, cell);
    // the right half of a wide character
    if (cell.getWidth() === 0) continue;
    const codes = colour ? sgrOf(cell) : weightOf(cell);
    if (codes !== current) {
      if (current !== '') out += '\x1b[0m';
      if (codes !== '') out += `\x1b[${codes}m`;
      current = codes;
    }
    out += cell.isInvisible() ? ' ' : cell.getChars() || ' ';
  }
  return current === '' ? out : `${out}\x1b[0m`;
}

const weightOf = (cell: IBufferCell): string =>
  [cell.isBold() && 1, cell.isDim() && 2, cell.isUnderline() && 4, cell.isInverse() && 7].filter(Boolean).join(';');
