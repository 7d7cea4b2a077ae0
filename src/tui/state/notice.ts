import type { LabState, TuiState } from './state.ts';

/** How long a notice stays, in milliseconds. */
const noticeMs = 6000;

export const withLab = (state: TuiState, change: (lab: LabState) => LabState): TuiState =>
  state.lab ? { ...state, lab: change(state.lab) } : state;

export const noted = (state: TuiState, text: string, kind: 'good' | 'note' = 'note'): TuiState => ({
  ...state,
  notice: { kind, text, hint: undefined, until: state.now + noticeMs },
});

export const troubled = (state: TuiState, text: string, hint: string | undefined): TuiState => ({
  ...state,
  notice: { kind: 'trouble', text, hint, until: undefined },
});
