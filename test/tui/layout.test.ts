import { describe, expect, it } from 'vitest';
import { dividerWidth, labLayout, share } from '../../src/tui/layout.ts';

const layout = (columns: number, rows: number, pane = true, wide = false) => labLayout({ columns, rows }, { pane, wide, banner: 0 });

describe('the lab screen', () => {
  it('has the shell beside the lab from 100 columns on, and gives it the larger part', () => {
    expect(layout(100, 30).pane).toBeDefined();
    expect(layout(99, 30).pane).toBeUndefined();
    for (const columns of [100, 120, 160, 200]) {
      const { lab, pane } = layout(columns, 30);
      expect(lab.width + (pane?.width ?? 0) + dividerWidth, `${columns}`).toBe(columns);
      expect(pane?.width).toBeGreaterThan(lab.width);
    }
  });

  it('shows the objects beside the text where there is room but no shell', () => {
    const { lab, side } = layout(120, 40, false);
    expect(lab.width + (side?.width ?? 0) + dividerWidth).toBe(120);
  });

  it('can give the shell everything', () => {
    expect(layout(120, 40, true, true)).toMatchObject({ lab: { width: 0 }, pane: { width: 120, height: 36 } });
  });

  it('shows one part at a time in 60x15, two in 80x24, three in 120x40', () => {
    expect(layout(60, 15).together('checks')).toEqual(['checks']);
    expect(layout(80, 24).together('text')).toEqual(['text', 'checks']);
    expect(layout(80, 24).together('events')).toEqual(['picture', 'events']);
    expect(layout(120, 40).together('text')).toEqual(['text', 'checks', 'picture']);
    expect(layout(120, 40).together('events')).toEqual(['text', 'checks', 'events']);
  });
});

describe('sharing rows', () => {
  it('gives each its least, then what it wants, in order; the rest to the last', () => {
    expect(
      share(20, [
        { want: 30, least: 5 },
        { want: 6, least: 8 },
      ]),
    ).toEqual([14, 6]);
    expect(
      share(20, [
        { want: 4, least: 5 },
        { want: 6, least: 8 },
      ]),
    ).toEqual([4, 16]);
  });

  it('never gives more rows than there are', () => {
    for (let total = 1; total < 12; total++) {
      const rows = share(total, [
        { want: 9, least: 5 },
        { want: 9, least: 5 },
        { want: 9, least: 4 },
      ]);
      expect(
        rows.reduce((sum, each) => sum + each, 0),
        `${total}`,
      ).toBe(total);
      expect(Math.min(...rows)).toBeGreaterThanOrEqual(0);
    }
  });
});
