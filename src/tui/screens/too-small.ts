import { type Size, smallest } from '../layout.ts';
import { type Line, wrap } from '../line.ts';

export const isTooSmall = (size: Size): boolean => size.columns < smallest.columns || size.rows < smallest.rows;

/** All that is shown in a terminal that is too small for a screen. */
export function tooSmall(size: Size): Line[] {
  const text = `This terminal has ${size.columns}x${size.rows} cells. kubedrill needs ${smallest.columns}x${smallest.rows}: make the window larger, or use the commands (kubedrill --help). Ctrl+C quits.`;
  const rows = wrap(text, Math.max(10, size.columns)).slice(0, size.rows);
  return Array.from({ length: size.rows }, (_, index): Line => [{ text: rows[index] ?? '' }]);
}
