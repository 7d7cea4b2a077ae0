/** Size of the terminal, in cells. */
export interface Size {
  columns: number;
  rows: number;
}

/** Below this there is no screen, only a sentence that says so. */
export const smallest: Size = { columns: 60, rows: 15 };

/** The shell pane needs this many columns; below it the shell takes the whole terminal. */
export const paneFrom = 100;

/** The parts of a lab that a learner turns to; `shell`: the history of the pane, to scroll through. */
export const faces = ['text', 'checks', 'picture', 'events', 'shell'] as const;
export type Face = (typeof faces)[number];

/** Rows around the body: a heading, a rule; a rule, the keys. */
export const headRows = 2;
export const footRows = 2;

export interface LabLayout {
  /** Rows between head and foot. */
  height: number;
  /** The learner's column. */
  lab: { width: number };
  /** Beside it, in this order: the shell, or the picture and the events. */
  pane: { width: number; height: number } | undefined;
  side: { width: number } | undefined;
  /** Faces of the lab column that share it, top down, for the face that is turned to. */
  together: (face: Face) => Face[];
}

/** The margin left of the lab, and the column that parts it from what is beside it, with a blank on each side. */
export const dividerWidth = 4;

/** Where things are on the lab screen. `banner`: rows that faults in force take. */
export function labLayout(size: Size, options: { pane: boolean; wide: boolean; banner: number }): LabLayout {
  const height = size.rows - headRows - footRows - options.banner;
  const roomy = size.columns >= paneFrom;
  const pane = options.pane && roomy;
  if (pane && options.wide) {
    return { height, lab: { width: 0 }, pane: { width: size.columns, height }, side: undefined, together: (face) => [face] };
  }
  // kubectl's tables need some 80 columns: the shell gets the larger part
  const lab = roomy ? Math.min(76, Math.max(44, Math.floor(size.columns * 0.42))) : size.columns - 2;
  const beside = size.columns - lab - dividerWidth;
  const together = (face: Face): Face[] => {
    // turned to the shell, the column stays as it is
    if (face === 'shell') return together('text');
    if (height < 16) return [face];
    if (roomy && !pane) return ['text', 'checks'];
    if (height < 28) return face === 'text' || face === 'checks' ? ['text', 'checks'] : ['picture', 'events'];
    return face === 'events' ? ['text', 'checks', 'events'] : ['text', 'checks', 'picture'];
  };
  return {
    height,
    lab: { width: lab },
    pane: pane ? { width: beside, height } : undefined,
    side: roomy && !pane ? { width: beside } : undefined,
    together,
  };
}

/**
 * Shares rows among parts: each gets at least `least` (or what it wants, when that is less), the rest goes to the
 * first that still want, in order; what nobody wants stays with the last.
 */
export function share(total: number, parts: readonly { want: number; least: number }[]): number[] {
  const given = parts.map(({ want, least }) => Math.min(want, least));
  let left = total - given.reduce((sum, rows) => sum + rows, 0);
  for (let index = given.length - 1; index >= 0 && left < 0; index--) {
    const back = Math.min(given[index] ?? 0, -left);
    given[index] = (given[index] ?? 0) - back;
    left += back;
  }
  for (const [index, { want }] of parts.entries()) {
    const more = Math.min(left, Math.max(0, want - (given[index] ?? 0)));
    given[index] = (given[index] ?? 0) + more;
    left -= more;
  }
  if (given.length > 0) given[given.length - 1] = (given.at(-1) ?? 0) + left;
  return given;
}
