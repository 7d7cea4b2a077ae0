import { describe, expect, it } from 'vitest';
import { cut, cutMiddle, fill, linesOf, lineText, lineWidth, paint, spread, widthOf, wrap } from '../../src/tui/line.ts';

describe('rows of the screen', () => {
  it('have exactly the width that is asked for, whatever is in them', () => {
    for (const text of ['', 'short', 'a text that is longer than the row', '日本語のテキスト', 'e\u0301mile', '👩‍💻 codes']) {
      for (const width of [1, 2, 5, 9, 20]) expect(lineWidth(fill([{ text }], width)), `${text} in ${width}`).toBe(width);
    }
  });

  it('are cut with an ellipsis, never in the middle of a wide character', () => {
    expect(cut('nginx-deployment', 8)).toBe('nginx-d…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(lineText(fill([{ text: '日本語' }], 4))).toBe('日… ');
  });

  it('say that spans were cut off where a span ends exactly at the edge', () => {
    expect(lineText(fill([{ text: 'abcd' }, { text: 'efgh' }], 4))).toBe('abc…');
    expect(lineText(fill([{ text: 'abcd' }, { text: '  ' }], 4))).toBe('abcd');
  });

  it('keep the end of a long name: it is what tells one Pod from another', () => {
    expect(cutMiddle('nginx-deployment-6d4b75cb6d-4h9xk', 20)).toBe('nginx-deploy…d-4h9xk');
    expect(cutMiddle('web', 20)).toBe('web');
  });

  it('put a text at each edge, and the left one gives way', () => {
    expect(lineText(spread([{ text: 'left' }], [{ text: 'right' }], 12))).toBe('left   right');
    expect(lineText(spread([{ text: 'a long left side' }], [{ text: 'right' }], 12))).toBe('a lon… right');
  });
});

describe('wrapping', () => {
  it('breaks at blanks', () => {
    expect(wrap('the Service selects the Pods by label', 14)).toEqual(['the Service', 'selects the', 'Pods by label']);
  });

  it('breaks a word that is longer than a row, and loses no letter of it', () => {
    const text = 'look at kubernetes.io/service-name=nginx-service now';
    const rows = wrap(text, 12);
    expect(rows.every((row) => widthOf(row) <= 12)).toBe(true);
    expect(rows.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });

  it('keeps the line breaks of the text', () => {
    expect(wrap('one\n\ntwo', 20)).toEqual(['one', '', 'two']);
  });
});

describe('colours', () => {
  const line = [{ text: 'ok', sgr: '32' }, { text: ' ' }, { text: 'title', sgr: '1;36' }];

  it('are SGR sequences, each ended', () => {
    expect(paint(line, { colour: true, unicode: true })).toBe('\x1b[32mok\x1b[0m \x1b[1;36mtitle\x1b[0m');
  });

  it('are left out under NO_COLOR, while weight and inverse stay', () => {
    expect(paint(line, { colour: false, unicode: true })).toBe('ok \x1b[1mtitle\x1b[0m');
    expect(paint([{ text: 'x', sgr: '7;31' }], { colour: false, unicode: true })).toBe('\x1b[7mx\x1b[0m');
  });

  it('are read back from a text, and go on over the end of a row', () => {
    expect(linesOf('a \x1b[1mbold\nstill\x1b[22m plain')).toEqual([
      [{ text: 'a ' }, { text: 'bold', sgr: '1' }],
      [{ text: 'still', sgr: '1' }, { text: ' plain' }],
    ]);
    expect(linesOf('\x1b[36m\x1b[4mx\x1b[24my\x1b[39mz\x1b[0m')).toEqual([
      [{ text: 'x', sgr: '36;4' }, { text: 'y', sgr: '36' }, { text: 'z' }],
    ]);
  });
});
