import type { Key } from 'ink';

/**
 * The names of the keys in one call of Ink's `useInput`: `a`, `enter`, `ctrl+c`, `up` ...
 * Fast typing arrives as several characters at once: each is a key of its own.
 */
export function keyNames(input: string, key: Partial<Key>): string[] {
  if (key.eventType === 'release') return [];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['enter'];
  // Ink sets `meta` with `escape` for a lone Esc
  if (key.escape) return ['esc'];
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
  // terminals disagree on which of the two the Backspace key sends
  if (key.backspace || key.delete) return ['backspace'];
  if (key.ctrl) return input === '' ? [] : [`ctrl+${input.toLowerCase()}`];
  if (key.meta) return [];
  return [...input].flatMap(charKey);
}

/** A character of a longer input: control characters in it are keys too. */
function charKey(char: string): string[] {
  if (char === '\r' || char === '\n') return ['enter'];
  if (char === '\t') return ['tab'];
  if (char === '\x7f' || char === '\b') return ['backspace'];
  if (char === '\x1b') return ['esc'];
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return [`ctrl+${String.fromCharCode(code + 0x60)}`];
  return [char];
}

const bytes: Record<string, string> = {
  enter: '\r',
  tab: '\t',
  'shift+tab': '\x1b[Z',
  esc: '\x1b',
  backspace: '\x7f',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
};

/** What a terminal sends for a key: for keys that were read here and are the shell's. */
export function keyBytes(key: string): string {
  const control = /^ctrl\+([a-z])$/.exec(key)?.[1];
  return control ? String.fromCharCode(control.charCodeAt(0) - 0x60) : (bytes[key] ?? key);
}

/** A key that types a character. */
export const isCharacter = (key: string): boolean => [...key].length === 1;
