import { paneFrom } from '../layout.ts';
import { isPaneShown } from './conditions.ts';
import { type Next, stay, type TuiState } from './state.ts';

/** After a change of size or screen: the pane opens where there is room for it, and gives the keys back where it is not shown. */
export function paneShown(state: TuiState): Next {
  const wanted =
    state.screen === 'lab' &&
    state.lab !== undefined &&
    state.lab.drill.phase === 'running' &&
    !state.work &&
    state.size.columns >= paneFrom;
  if (wanted && state.pane.state === 'closed') return stay({ ...state, pane: { ...state.pane, state: 'opening' } }, { type: 'open-pane' });
  if (state.pane.focus && !isPaneShown(state))
    return stay({ ...state, pane: { ...state.pane, focus: false, wide: false } }, { type: 'focus-pane', focus: false });
  return stay(state);
}

/** Takes the keys from the pane, wherever they are needed: a question, a fault, a screen in front of it. */
export const withoutFocus = (next: Next): Next =>
  next.state.pane.focus
    ? {
        state: { ...next.state, pane: { ...next.state.pane, focus: false } },
        effects: [...next.effects, { type: 'focus-pane', focus: false }],
      }
    : next;
