import { expect, it } from 'vitest';
import { hasScreen } from '../../../src/cli/commands/tui.ts';

const at = (stdin: boolean, stdout: boolean, TERM: string) =>
  hasScreen({ stdin: { isTTY: stdin }, stdout: { isTTY: stdout }, env: { TERM } } as unknown as Parameters<typeof hasScreen>[0]);

it('draws a screen only at a terminal that can move its cursor; elsewhere it speaks in lines', () => {
  expect(at(true, true, 'xterm-256color')).toBe(true);
  expect(at(true, true, 'dumb')).toBe(false);
  expect(at(false, true, 'xterm')).toBe(false);
  expect(at(true, false, 'xterm')).toBe(false);
});
