import { type Face, faces } from '../layout.ts';
import { debriefLines, debriefWidth } from '../screens/debrief.ts';
import { faultBody } from '../screens/fault.ts';
import { bodyRows } from '../screens/frame.ts';
import { helpLines } from '../screens/help.ts';
import { labParts, neighbourCheck } from '../screens/lab.ts';
import type { View } from '../view.ts';
import { faceNow, isPaneShown, placeOf } from './conditions.ts';
import type { LabState, TuiState } from './state.ts';

type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom';

/** Where a move leads from `offset`, within what there is to scroll. */
function to(move: Move, offset: number, total: number, height: number): number {
  const most = Math.max(0, total - height);
  const page = Math.max(1, height - 2);
  const target = { up: offset - 1, down: offset + 1, 'page-up': offset - page, 'page-down': offset + page, top: 0, bottom: most }[move];
  return Math.max(0, Math.min(most, target));
}

/** Scrolls what has the learner's attention. Offsets never run past the end, so the way back is as long as the way there. */
export function scroll(state: TuiState, move: Move, view: View): TuiState {
  if (state.help) {
    const height = bodyRows(state.size) - 1;
    return { ...state, help: { offset: to(move, state.help.offset, helpLines(state).length, height) } };
  }
  if (placeOf(state) === 'fault' && state.fault) {
    const { lines, height } = faultBody(state, state.fault, view);
    return { ...state, fault: { ...state.fault, offset: to(move, state.fault.offset, lines.length, height) } };
  }
  if (state.work) {
    // a work screen stays at its end: its offset counts upwards from there
    const by = { up: 1, down: -1, 'page-up': 10, 'page-down': -10, top: state.work.steps.length, bottom: -state.work.steps.length }[move];
    return { ...state, work: { ...state.work, offset: Math.max(0, Math.min(state.work.steps.length, state.work.offset + by)) } };
  }
  if (state.screen === 'debrief' && state.debrief) {
    const lines = debriefLines(state.debrief, view, debriefWidth(state));
    return { ...state, debrief: { ...state.debrief, offset: to(move, state.debrief.offset, lines.length, bodyRows(state.size) - 1) } };
  }
  const { lab } = state;
  if (!lab) return state;
  const turnedTo = faceNow(state, lab);
  const part = labParts(state, lab, view).find(({ face }) => face === turnedTo);
  if (!part) return state;
  if (turnedTo === 'checks' && (move === 'up' || move === 'down')) return withCheck(state, lab, move === 'up' ? -1 : 1, view);
  const offset = to(move, lab.offsets[turnedTo], part.lines.length, part.height - part.gap);
  return { ...state, lab: { ...lab, offsets: { ...lab.offsets, [turnedTo]: offset } } };
}

/** Spells out the check above or below, and brings it into sight. */
function withCheck(state: TuiState, lab: LabState, by: 1 | -1, view: View): TuiState {
  const selected = { ...lab, selectedCheck: neighbourCheck(lab, by) };
  const part = labParts(state, selected, view).find(({ face }) => face === 'checks');
  if (!part) return { ...state, lab: selected };
  const title = selected.drill.checks.find(({ id }) => id === selected.selectedCheck)?.title.slice(0, 20) ?? '';
  const row = Math.max(
    0,
    part.lines.findIndex((line) => line.some(({ text }) => title !== '' && text.startsWith(title))),
  );
  const offset = Math.max(0, Math.min(row, part.lines.length - part.height + part.gap));
  return { ...state, lab: { ...selected, offsets: { ...selected.offsets, checks: offset } } };
}

/** Brings the hint that was opened last into sight. */
export function toLastHint(state: TuiState, view: View): TuiState {
  const { lab } = state;
  const part = lab && labParts(state, lab, view).find(({ face }) => face === 'text');
  if (!part) return state;
  const row = part.lines.findLastIndex(([span]) => span !== undefined && /^Hint \d+ of \d+$/.test(span.text));
  const height = part.height - part.gap;
  const shown = row + 4 <= lab.offsets.text + height && row >= lab.offsets.text;
  if (row < 0 || shown) return state;
  return { ...state, lab: { ...lab, offsets: { ...lab.offsets, text: Math.max(0, Math.min(row, part.lines.length - height)) } } };
}

/** The face after (or before) the one that is turned to. */
export function turnedFace(state: TuiState, lab: LabState, by: 1 | -1): Face {
  const open: readonly Face[] = isPaneShown(state) ? faces : faces.filter((face) => face !== 'shell');
  return open[(open.indexOf(faceNow(state, lab)) + by + open.length) % open.length] ?? 'text';
}

/** Rows by which a move scrolls the history of the pane; upwards is negative. */
export function paneScroll(state: TuiState, move: Move): number {
  const page = Math.max(1, bodyRows(state.size) - 3);
  return { up: -1, down: 1, 'page-up': -page, 'page-down': page, top: -Infinity, bottom: Infinity }[move];
}
