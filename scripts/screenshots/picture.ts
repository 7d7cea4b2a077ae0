import type { Terminal } from '@xterm/headless';

/** Colours of the pictures: the 16 of a quiet dark terminal. */
const ansi = [
  '#1f2430',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#c8ccd4',
  '#5c6370',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#ffffff',
];
const background = '#1b1f27';
const foreground = '#c8ccd4';

const cellWidth = 8.4;
const lineHeight = 18;
const padding = 16;

/** A colour of the 256. @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
function palette(index: number): string {
  if (index < 16) return ansi[index] ?? foreground;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface Look {
  fill: string;
  back: string | undefined;
  bold: boolean;
  italic: boolean;
  underline: boolean;
  dim: boolean;
}

/**
 * An emulated screen as SVG: one `<text>` for each run of cells that look alike, pinned to the grid.
 * The cursor is drawn where the program shows one.
 */
export function svgOf(terminal: Terminal, title: string, cursorShown: boolean): string {
  const buffer = terminal.buffer.active;
  const cell = buffer.getNullCell();
  const rects: string[] = [];
  const texts: string[] = [];
  for (let y = 0; y < terminal.rows; y++) {
    const line = buffer.getLine(buffer.viewportY + y);
    if (!line) continue;
    let run: { look: Look; key: string; x: number; width: number; text: string } | undefined;
    const flush = () => {
      if (!run) return;
      const x = padding + run.x * cellWidth;
      const top = padding + y * lineHeight;
      const width = run.width * cellWidth;
      const { look } = run;
      if (look.back)
        rects.push(`<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${lineHeight}" fill="${look.back}"/>`);
      if (run.text.trim() !== '') {
        const marks = [
          look.bold ? ' font-weight="bold"' : '',
          look.italic ? ' font-style="italic"' : '',
          look.underline ? ' text-decoration="underline"' : '',
          look.dim ? ' opacity=".55"' : '',
        ].join('');
        const baseline = (top + lineHeight * 0.75).toFixed(1);
        texts.push(
          `<text x="${x.toFixed(1)}" y="${baseline}" textLength="${width.toFixed(1)}" fill="${look.fill}"${marks}>${escaped(run.text)}</text>`,
        );
      }
      run = undefined;
    };
    for (let x = 0; x < terminal.cols; x++) {
      line.getCell(x, cell);
      if (cell.getWidth() === 0) continue;
      let fill = cell.isFgRGB() ? hex(cell.getFgColor()) : cell.isFgPalette() ? palette(cell.getFgColor()) : foreground;
      let back = cell.isBgRGB() ? hex(cell.getBgColor()) : cell.isBgPalette() ? palette(cell.getBgColor()) : undefined;
      if (cell.isInverse()) [fill, back] = [back ?? background, fill];
      const look: Look = {
        fill,
        back,
        bold: !!cell.isBold(),
        italic: !!cell.isItalic(),
        underline: !!cell.isUnderline(),
        dim: !!cell.isDim(),
      };
      const key = JSON.stringify(look);
      if (run?.key !== key) {
        flush();
        run = { look, key, x, width: 0, text: '' };
      }
      run.text += cell.getChars() || ' ';
      run.width += cell.getWidth();
    }
    flush();
  }
  if (cursorShown) {
    const x = (padding + buffer.cursorX * cellWidth).toFixed(1);
    rects.push(
      `<rect x="${x}" y="${padding + buffer.cursorY * lineHeight}" width="${cellWidth}" height="${lineHeight}" fill="${foreground}" opacity=".8"/>`,
    );
  }
  const width = terminal.cols * cellWidth + padding * 2;
  const height = terminal.rows * lineHeight + padding * 2;
  const font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${escaped(title)}</title>` +
    `<rect width="100%" height="100%" rx="10" fill="${background}"/>${rects.join('')}` +
    `<g font-family="${font}" font-size="14" xml:space="preserve">${texts.join('')}</g></svg>\n`
  );
}

const hex = (colour: number): string => `#${colour.toString(16).padStart(6, '0')}`;
