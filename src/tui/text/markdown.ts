import { broken, type Line, linesOf, lineWidth, wrap } from '../line.ts';

/** Markdown as rows of at most `width` columns. */
export type Markdown = (text: string, width: number) => Line[];

/** Stands in until the library is loaded, a moment after the first frame: the same words, without the marks' looks. */
export const plainMarkdown: Markdown = (text, width) => wrap(text.trim().replaceAll(/[*`]/g, ''), width).map((row) => [{ text: row }]);

/** The most rendered texts kept: a lab's text, hints and debrief at a width or two. */
const mostKept = 64;

/** Loads the Markdown library. Prose only: code blocks are drawn by `guide.ts`, which numbers them. */
export async function loadMarkdown(): Promise<Markdown> {
  const { createRenderer } = await import('markdansi');
  const kept = new Map<string, Line[]>();
  return (text, width) => {
    const key = `${width}:${text}`;
    const known = kept.get(key);
    if (known) return known;
    const render = createRenderer({
      width,
      hyperlinks: false,
      color: true,
      tableBorder: 'unicode',
      theme: {
        heading: { bold: true },
        strong: { bold: true },
        emph: { italic: true },
        inlineCode: { color: 'cyan' },
        blockCode: {},
        link: { underline: true },
        quote: { dim: true },
        hr: { dim: true },
        listMarker: { color: 'cyan' },
        tableHeader: { bold: true },
        tableCell: {},
      },
    });
    const lines = blocksOf(text).flatMap((block, index) => {
      // the library leaves a word that is too long as it is
      const rows = linesOf(render(joined(block)).replace(/^\n+|\n+$/g, '')).flatMap((line) =>
        lineWidth(line) > width ? broken(line, width) : [line],
      );
      return index === 0 ? rows : [[], ...rows];
    });
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, lines);
    return lines;
  };
}

/**
 * Paragraphs, lists, tables: what blank lines part. The library sets paragraphs without a blank row between them,
 * so each is rendered alone; a list's indented or marked lines stay with it, else its numbers would start again.
 */
export function blocksOf(text: string): string[] {
  const parts = text.trim().split(/\n[ \t]*\n+/);
  const blocks: string[] = [];
  for (const part of parts) {
    const before = blocks.at(-1);
    const continues = before !== undefined && /^ *([-*+]|\d+[.)]) /m.test(before) && /^( {2,}| *([-*+]|\d+[.)]) )/.test(part);
    if (continues) blocks[blocks.length - 1] = `${before}\n${part}`;
    else blocks.push(part);
  }
  return blocks;
}

/** A line that begins something of its own: heading, list item, quote, table row, rule. */
const begins = /^\s*(#{1,6} |[-*+] |\d+[.)] |>|\||[-*_]{3,}\s*$)/;
/** A line after which the next is not its continuation. */
const ends = /( {2}|\\)$|^\s*(#{1,6} |\||[-*_]{3,}\s*$)/;

/** Makes one line of the lines of a paragraph, as CommonMark reads them: the library keeps some of these breaks. */
export function joined(block: string): string {
  const lines: string[] = [];
  for (const line of block.split('\n')) {
    const before = lines.at(-1);
    const goesOn = before !== undefined && before.trim() !== '' && line.trim() !== '' && !begins.test(line) && !ends.test(before);
    if (goesOn) lines[lines.length - 1] = `${before} ${line.trimStart()}`;
    else lines.push(line);
  }
  return lines.join('\n');
}
