import { labCard } from './browse.ts';
import { onDrillState } from './drill.ts';
import type { Message } from './messages.ts';
import { noted } from './notice.ts';
import { paneShown, withoutFocus } from './pane.ts';
import { closedPane, type Next, stay, type TuiState, type WorkKind } from './state.ts';
import { withProgress } from './work-steps.ts';

/** Work whose end one wants to read before going on. */
const readAtEnd: readonly WorkKind[] = ['solve', 'recover'];

export const startWork = (state: TuiState, kind: WorkKind, title: string): TuiState => ({
  ...state,
  notice: undefined,
  work: { kind, title, startedAt: state.now, endedAt: undefined, state: 'running', steps: [], failure: undefined, offset: 0 },
});

/** Makes the cluster, and opens `lab` in it when it is there. */
export const makeCluster = (state: TuiState, lab?: string): Next =>
  stay({ ...startWork(state, 'bring-up', 'Making the cluster'), pendingLab: lab }, { type: 'bring-up' });

export function onWork(state: TuiState, message: Extract<Message, { type: `work-${string}` }>): Next {
  switch (message.type) {
    case 'work-started':
      return withoutFocus(stay(startWork(state, message.kind, message.title)));
    case 'work-progress':
      return stay(state.work ? { ...state, work: withProgress(state.work, message.progress, state.now) } : state);
    case 'work-done': {
      const next = message.drill ? onDrillState(state, message.drill) : stay(state);
      return ended(next, message.kind);
    }
    case 'work-failed': {
      const { work } = state;
      if (work?.kind !== message.kind) return stay(state);
      const next = message.drill && state.lab ? onDrillState(state, message.drill) : stay(state);
      if (message.failure.interrupted) return stopped({ ...next, state: { ...next.state, work: undefined } }, message.kind);
      const failure = { message: message.failure.message, hint: message.failure.hint };
      return { ...next, state: { ...next.state, pendingLab: undefined, work: { ...work, state: 'failed', endedAt: state.now, failure } } };
    }
  }
}

/** A lab of which the start state is half made is not to be worked in: it is let go, and made anew when it is opened. */
const letGo = (state: TuiState): Next =>
  stay(
    { ...state, screen: 'home', work: undefined, lab: undefined, fault: undefined, pendingLab: undefined, pane: closedPane },
    { type: 'close-drill' },
    { type: 'refresh' },
  );

/** Making a lab's start state that was stopped leads home; anything else leads back to where one was. */
function stopped(next: Next, kind: WorkKind): Next {
  if (kind !== 'open' && kind !== 'reset') return { ...next, state: noted({ ...next.state, pendingLab: undefined }, 'Stopped.') };
  const home = letGo(next.state);
  return { ...home, state: noted(home.state, 'Stopped. The lab starts anew when you open it.') };
}

function ended(next: Next, kind: WorkKind): Next {
  const { state } = next;
  const { work } = state;
  if (work?.kind !== kind) return next;
  if (readAtEnd.includes(kind)) return { ...next, state: { ...state, work: { ...work, state: 'done', endedAt: state.now, offset: 0 } } };
  const without = { ...state, work: undefined, confirm: undefined };
  if (kind === 'bring-up' && state.pendingLab) {
    const lab = state.pendingLab;
    return { state: openingLab({ ...without, pendingLab: undefined }, lab), effects: [...next.effects, { type: 'open-drill', lab }] };
  }
  const shown = paneShown(kind === 'open' ? { ...without, screen: 'lab' } : without);
  return { state: shown.state, effects: [...next.effects, ...shown.effects] };
}

/** The screen while a lab is set up. */
export const openingLab = (state: TuiState, lab: string): TuiState =>
  startWork(
    { ...state, lab: undefined, debrief: undefined, fault: undefined, pane: closedPane },
    'open',
    labCard(state.home, lab)?.title ?? lab,
  );

/** Leaves a work screen that has ended. */
export function dismissWork(state: TuiState): Next {
  const { work } = state;
  if (!work) return stay(state);
  const without = { ...state, work: undefined };
  const halfMade = work.kind === 'open' || (work.kind === 'reset' && state.lab?.drill.phase !== 'running');
  if (work.state === 'failed' && halfMade) return letGo(without);
  return paneShown(without);
}
