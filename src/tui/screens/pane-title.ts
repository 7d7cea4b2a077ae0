import type { Line } from '../line.ts';
import { placeOf } from '../state/conditions.ts';
import type { TuiState } from '../state/state.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';
import { section } from './frame.ts';

/** The pane's heading: whether the keys are the shell's, and how to change that. */
export function paneTitle(state: TuiState, width: number, { theme }: View): Line {
  const { pane } = state;
  const back: Line = pane.back > 0 ? [as('busy', `${theme.glyphs.less}${pane.back}`), { text: '  ' }] : [];
  const right: Line = pane.focus
    ? [as('strong', 'Ctrl+B'), as('faint', ' leaves')]
    : placeOf(state) === 'predict'
      ? back
      : [...back, as('strong', 't'), as('faint', ' types here')];
  return section('Shell', right, width, { turnedTo: pane.focus || state.lab?.face === 'shell', theme });
}
