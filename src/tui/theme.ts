import type { Span } from './line.ts';

/**
 * How things look, by what they mean. Only the terminal's own 16 colours, never a background, and none of them yellow or blue:
 * the one cannot be read on white, the other not on black. Each colour goes with a glyph and a word; none carries a meaning alone.
 */
export const styles = {
  plain: undefined,
  strong: '1',
  faint: '2',
  good: '32',
  bad: '31',
  busy: '35',
  accent: '36',
  title: '1;36',
  alarm: '1;31',
  selected: '7',
  code: '36',
} as const satisfies Record<string, string | undefined>;

export type Style = keyof typeof styles;

/** A span in a style. */
export const as = (style: Style, text: string): Span => {
  const sgr = styles[style];
  return sgr === undefined ? { text } : { text, sgr };
};

export interface Glyphs {
  pass: string;
  fail: string;
  waiting: string;
  error: string;
  unseen: string;
  current: string;
  todo: string;
  started: string;
  done: string;
  solved: string;
  select: string;
  fault: string;
  rule: string;
  bar: string;
  branch: string;
  lastBranch: string;
  pipe: string;
  podReady: string;
  podStarting: string;
  podPending: string;
  podFailing: string;
  podLeaving: string;
  podDone: string;
  arrow: string;
  dot: string;
  more: string;
  less: string;
  full: string;
  empty: string;
  spinner: readonly string[];
}

const unicode: Glyphs = {
  pass: '✓',
  fail: '✗',
  waiting: '…',
  error: '!',
  unseen: '·',
  current: '◐',
  todo: '○',
  started: '◐',
  done: '●',
  solved: '◇',
  select: '▸',
  fault: '▲',
  rule: '─',
  bar: '│',
  branch: '├',
  lastBranch: '└',
  pipe: '│',
  podReady: '●',
  podStarting: '◐',
  podPending: '○',
  podFailing: '✗',
  podLeaving: '◌',
  podDone: '✓',
  arrow: '→',
  dot: '·',
  more: '↓',
  less: '↑',
  full: '━',
  empty: '─',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const ascii: Glyphs = {
  pass: '+',
  fail: 'x',
  waiting: '~',
  error: '!',
  unseen: '.',
  current: '>',
  todo: 'o',
  started: '%',
  done: '*',
  solved: '=',
  select: '>',
  fault: '!!',
  rule: '-',
  bar: '|',
  branch: '|',
  lastBranch: '`',
  pipe: '|',
  podReady: '*',
  podStarting: '%',
  podPending: 'o',
  podFailing: 'x',
  podLeaving: '-',
  podDone: '+',
  arrow: '->',
  dot: '-',
  more: 'v',
  less: '^',
  full: '=',
  empty: '-',
  spinner: ['|', '/', '-', '\\'],
};

export interface Theme {
  colour: boolean;
  unicode: boolean;
  glyphs: Glyphs;
}

export const themeOf = (settings: { colour: boolean; unicode: boolean }): Theme => ({
  colour: settings.colour,
  unicode: settings.unicode,
  glyphs: settings.unicode ? unicode : ascii,
});
