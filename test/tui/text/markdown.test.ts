import { beforeAll, describe, expect, it } from 'vitest';
import { lineText, lineWidth } from '../../../src/tui/line.ts';
import { blocksOf, joined, loadMarkdown, type Markdown, plainMarkdown } from '../../../src/tui/text/markdown.ts';

const text =
  'A Service finds its Pods **by label**, and `targetPort` is a port of theirs.\n\n- one\n- two which is long enough to be wrapped\n\nThe end.';

describe('Markdown', () => {
  let markdown: Markdown;
  beforeAll(async () => {
    markdown = await loadMarkdown();
  });

  it('is wrapped to the width, with a blank row between blocks', () => {
    expect(markdown(text, 30).map(lineText)).toEqual([
      'A Service finds its Pods by',
      'label, and targetPort is',
      'a port of theirs.',
      '',
      '- one',
      '- two which is long enough',
      '  to be wrapped',
      '',
      'The end.',
    ]);
  });

  it('is never wider than it may be', () => {
    for (const width of [20, 36, 50, 76]) for (const line of markdown(text, width)) expect(lineWidth(line)).toBeLessThanOrEqual(width);
  });

  it('breaks a word that is longer than a row, and loses none of it', () => {
    const lines = markdown('Ask for `kubernetes.io/service-name=nginx-service` now.', 16).map(lineText);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(16);
    expect(lines.join('').replaceAll(' ', '')).toBe('Askforkubernetes.io/service-name=nginx-servicenow.');
  });

  it('keeps the weight of words over the end of a row', () => {
    const bold = markdown('**these words are all heavy**', 12).map((line) => line.map(({ sgr }) => sgr));
    expect(bold).toEqual([['1'], ['1'], ['1']]);
  });

  it('uses the 16 colours of the terminal only', () => {
    const codes = markdown(`# Title\n\n${text}\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |`, 60).flatMap((line) =>
      line.map(({ sgr }) => sgr ?? ''),
    );
    for (const code of codes) expect(code).not.toMatch(/38;|48;/);
  });

  it('is rendered once for a text and a width', () => {
    expect(markdown(text, 30)).toBe(markdown(text, 30));
  });

  it('is shown as plain words until the library is there', () => {
    expect(plainMarkdown('**bold** and `code`', 40).map(lineText)).toEqual(['bold and code']);
  });

  it('keeps the items of a list together', () => {
    expect(blocksOf('1. one\n\n2. two\n\nText.')).toEqual(['1. one\n2. two', 'Text.']);
  });

  it('breaks lines where the width says so, not where the file does', () => {
    expect(markdown('Look for `nodeName`, and\nfor the rest.', 60).map(lineText)).toEqual(['Look for nodeName, and for the rest.']);
    expect(joined('- one\n  goes on\n- two\n> said\n# Title\ntext\nmore  \nlast')).toBe(
      '- one goes on\n- two\n> said\n# Title\ntext more  \nlast',
    );
    expect(joined('| a | b |\n|---|---|\n| 1 | 2 |')).toBe('| a | b |\n|---|---|\n| 1 | 2 |');
  });
});
