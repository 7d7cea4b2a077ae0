import { type Face, labLayout, share } from '../layout.ts';
import { cut, fill, type Line, lineWidth, spread, wrap } from '../line.ts';
import { drawPicture } from '../picture/draw.ts';
import { checksNow, faceNow, faultsInForce, isPaneShown, stepOf } from '../state/conditions.ts';
import type { LabState, TuiState } from '../state/state.ts';
import { minutes } from '../text/durations.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';
import { banner, bannerRows } from './banner.ts';
import { type Frame, frame, header, scrolled, scrollMark, section } from './frame.ts';
import { checkLines, checkStrip, checkSummary } from './lab-checks.ts';
import { eventLines } from './lab-events.ts';
import { labText } from './lab-text.ts';

/** A part of the lab screen with its rows and the room it has. */
export interface Part {
  face: Face;
  title: string;
  right: Line;
  lines: Line[];
  /** Rows below the heading. */
  height: number;
  /** Rows of these that stay blank, so that the next heading stands apart. */
  gap: number;
}

const titles: Record<Face, string> = { text: 'Step', checks: 'Checks', picture: 'Objects', events: 'Events', shell: 'Shell' };

function layoutNow(state: TuiState) {
  const faults = faultsInForce(state);
  return labLayout(state.size, { pane: isPaneShown(state), wide: state.pane.wide, banner: bannerRows(faults) });
}

/** The parts that are shown now, for the face that is turned to: those of the learner's column, then those beside it. */
export const labParts = (state: TuiState, lab: LabState, view: View): Part[] => [
  ...columnParts(state, lab, view),
  ...sideParts(state, lab, view),
];

function columnParts(state: TuiState, lab: LabState, view: View): Part[] {
  const layout = layoutNow(state);
  const compact = layout.height < 16;
  return partsOf(layout.together(faceNow(state, lab)), layout.lab.width, layout.height - (compact ? 1 : 0), state, lab, view);
}

function sideParts(state: TuiState, lab: LabState, view: View): Part[] {
  const layout = layoutNow(state);
  return layout.side ? partsOf(['picture', 'events'], layout.side.width, layout.height, state, lab, view) : [];
}

function partsOf(shown: readonly Face[], width: number, height: number, state: TuiState, lab: LabState, view: View): Part[] {
  const room = height - shown.length;
  const least: Record<Face, number> = {
    text: 5,
    checks: Math.floor(room * 0.4),
    picture: Math.floor(room * 0.3),
    events: Math.max(4, Math.floor(room * 0.25)),
    shell: 0,
  };
  const linesOf = (face: Face, rows: number) => faceLines(face, width, rows, state, lab, view);
  const wanted = shown.map((face) => ({ want: linesOf(face, Math.floor(room * 0.6)).length + 1, least: least[face] }));
  const heights = share(room, wanted);
  return shown.map((face, index): Part => {
    const rows = heights[index] ?? 0;
    const gap = index < shown.length - 1 ? 1 : 0;
    return { face, title: titleOf(face, lab), right: rightOf(face, lab, view), lines: linesOf(face, rows - gap), height: rows, gap };
  });
}

function titleOf(face: Face, lab: LabState): string {
  if (face !== 'text') return titles[face];
  const step = stepOf(lab);
  return `Step ${lab.drill.current + 1} of ${lab.drill.lab.steps.length}  ${step?.title ?? ''}`;
}

function rightOf(face: Face, lab: LabState, view: View): Line {
  return face === 'checks' ? checkSummary(lab, view) : [];
}

function faceLines(face: Face, width: number, height: number, state: TuiState, lab: LabState, view: View): Line[] {
  switch (face) {
    case 'text':
      return labText(lab, view, width, state.pane.focus);
    case 'checks':
      return [...connectionLines(lab, view, width), ...checkLines(lab, view, width)];
    case 'picture':
      return drawPicture(lab.picture, lab.motion, {
        width,
        height,
        now: state.now,
        glyphs: view.theme.glyphs,
      });
    case 'shell':
      // the pane draws itself
      return [];
    case 'events':
      return eventLines(lab.events, state.now, width, view);
  }
}

function connectionLines(lab: LabState, { theme }: View, width: number): Line[] {
  if (lab.drill.connection === 'live') return [];
  const word = lab.drill.connection === 'connecting' ? 'connecting' : 'reconnecting';
  const why = lab.connectionSeen ? `: ${lab.connectionSeen}` : '';
  return [
    ...wrap(`${theme.glyphs.waiting} ${word}${why}`, width)
      .slice(0, 2)
      .map((row): Line => [as('busy', row)]),
    ...(word === 'reconnecting' ? [[as('faint', cut('  what is below was seen before', width))]] : []),
  ];
}

function partRows(part: Part, turnedTo: boolean, offset: number, width: number, view: View): Line[] {
  if (part.height < 0) return [];
  const shown = scrolled(part.lines, part.height - part.gap, offset);
  const mark = scrollMark(shown, view.theme);
  const right: Line =
    lineWidth(mark) > 0 && lineWidth(part.right) > 0 ? [...part.right, { text: '  ' }, ...mark] : [...part.right, ...mark];
  const title = cut(part.title, width - lineWidth(right) - 4);
  const rows = Array.from({ length: part.height }, (_, index) => shown.lines[index] ?? []);
  return [section(title, right, width, { turnedTo, theme: view.theme }), ...rows];
}

/** The lab: text, checks, objects and events; the shell beside them where there is room. */
export function labScreen(state: TuiState, lab: LabState, view: View): Frame {
  const { theme } = view;
  const { columns } = state.size;
  const faults = faultsInForce(state);
  const above = [
    ...header([as('title', lab.drill.lab.title)], headRight(lab, state, view), state.size, theme),
    ...banner(faults, columns, state.now, theme),
  ];
  const layout = layoutNow(state);
  const rowsOf = (parts: Part[], width: number) =>
    parts.flatMap((part) => partRows(part, part.face === faceNow(state, lab) && !state.pane.focus, lab.offsets[part.face], width, view));
  if (layout.pane && layout.lab.width === 0) {
    return frame(state, view, above, [], { bodyWidth: 0, pane: layout.pane });
  }
  const column = rowsOf(columnParts(state, lab, view), layout.lab.width);
  const margin = (rows: Line[]): Line[] => rows.map((row) => (row.length > 0 ? [{ text: ' ' }, ...row] : row));
  if (layout.pane) {
    return frame(state, view, above, margin(column), { bodyWidth: layout.lab.width + 1, pane: layout.pane });
  }
  if (layout.side) {
    const side = rowsOf(sideParts(state, lab, view), layout.side.width);
    const body = Array.from(
      { length: layout.height },
      (_, index): Line => [
        { text: ' ' },
        ...fill(column[index] ?? [], layout.lab.width),
        as('faint', ` ${theme.glyphs.bar} `),
        ...(side[index] ?? []),
      ],
    );
    return frame(state, view, above, body);
  }
  const strip = layout.height < 16 ? [stripRow(lab, layout.lab.width, view)] : [];
  return frame(state, view, above, margin([...column, ...strip]));
}

/** On small screens: the checks in a row, and which of the parts one is looking at. */
function stripRow(lab: LabState, width: number, view: View): Line {
  const names: Line = (['text', 'checks', 'picture', 'events'] as const).flatMap((face, index) => [
    ...(index > 0 ? [as('faint', ' ')] : []),
    face === lab.face ? as('title', `[${face}]`) : as('faint', face),
  ]);
  return spread(checkStrip(lab, view), names, width);
}

function headRight(lab: LabState, state: TuiState, { theme }: View): Line {
  const { glyphs } = theme;
  const { drill } = lab;
  const dots: Line = drill.steps.map((step, index) => {
    if (step.state === 'passed') return as('good', glyphs.done);
    if (step.state === 'solved') return as('busy', glyphs.solved);
    return index === drill.current ? as('accent', glyphs.current) : as('faint', glyphs.todo);
  });
  const points: Line = [{ text: `  ${drill.score.score}` }, as('faint', ` of ${drill.score.of} points`)];
  const elapsed = state.size.columns >= 72 ? [as('faint', `  ${minutes(state.now - drill.startedAt)}`)] : [];
  const live =
    drill.connection === 'live' ? [as('good', `  ${glyphs.podReady} live`)] : [as('alarm', `  ${glyphs.error} ${drill.connection}`)];
  return [...dots, ...points, ...elapsed, ...live];
}

/** The check after (or before) the one that is spelled out. */
export function neighbourCheck(lab: LabState, by: 1 | -1): string | undefined {
  const checks = checksNow(lab);
  const at = checks.findIndex(({ id }) => id === lab.selectedCheck);
  if (at < 0) return checks[by === 1 ? 0 : checks.length - 1]?.id;
  return checks[Math.max(0, Math.min(checks.length - 1, at + by))]?.id;
}

/** Size of the shell's screen in the pane. */
export function paneSize(state: TuiState): { columns: number; rows: number } {
  const { pane } = layoutNow({ ...state, pane: { ...state.pane, state: 'open' } });
  return { columns: pane?.width ?? 80, rows: Math.max(1, (pane?.height ?? 24) - 1) };
}
