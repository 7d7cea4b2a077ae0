import { describe, expect, it } from 'vitest';
import { keyNames } from '../../src/tui/keys.ts';

describe('keys', () => {
  it('have names', () => {
    expect(keyNames('', { upArrow: true })).toEqual(['up']);
    expect(keyNames('', { return: true })).toEqual(['enter']);
    expect(keyNames('', { tab: true, shift: true })).toEqual(['shift+tab']);
    expect(keyNames('c', { ctrl: true })).toEqual(['ctrl+c']);
    expect(keyNames('G', { shift: true })).toEqual(['G']);
  });

  it('know Esc, which Ink reports as meta, too', () => {
    expect(keyNames('', { escape: true, meta: true })).toEqual(['esc']);
  });

  it('take both codes that terminals send for Backspace', () => {
    expect(keyNames('', { backspace: true })).toEqual(['backspace']);
    expect(keyNames('', { delete: true })).toEqual(['backspace']);
  });

  it('are single keys again when fast typing brings several at once', () => {
    expect(keyNames('web\rn', {})).toEqual(['w', 'e', 'b', 'enter', 'n']);
    expect(keyNames('a\x03', {})).toEqual(['a', 'ctrl+c']);
  });

  it('ignore what a key does when it is released', () => {
    expect(keyNames('a', { eventType: 'release' })).toEqual([]);
  });
});
