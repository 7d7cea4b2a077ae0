import type { TuiState, WorkState } from '../state/state.ts';
import type { View } from '../view.ts';
import { debriefScreen } from './debrief.ts';
import { faultScreen } from './fault.ts';
import type { Frame } from './frame.ts';
import { helpScreen } from './help.ts';
import { homeScreen } from './home.ts';
import { labScreen } from './lab.ts';
import { isTooSmall, tooSmall } from './too-small.ts';
import { workScreen } from './work.ts';

/** Milliseconds after which work takes the screen: what is done sooner does not flash. */
const workShownAfterMs = 250;

const isWorkShown = (work: WorkState, now: number): boolean =>
  work.state !== 'running' || work.steps.length > 0 || now - work.startedAt >= workShownAfterMs;

/** The screen for a state. */
export function screenOf(state: TuiState, view: View): Frame {
  if (isTooSmall(state.size)) return { above: tooSmall(state.size), body: [], bodyWidth: state.size.columns, pane: undefined, below: [] };
  if (state.help) return helpScreen(state, state.help.offset, view);
  if (state.fault && !state.fault.read) return faultScreen(state, state.fault, view);
  if (state.work && isWorkShown(state.work, state.now)) return workScreen(state, state.work, view);
  if (state.screen === 'debrief' && state.debrief) return debriefScreen(state, state.debrief, view);
  if (state.screen === 'lab' && state.lab) return labScreen(state, state.lab, view);
  return homeScreen(state, view);
}
