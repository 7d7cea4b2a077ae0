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
      if (message.failure.interrupted)
        return stay(noted(afterStop({ ...next.state, work: undefined }, message.kind), 'Stopped.'), ...next.effects);
      const failure = { message: message.failure.message, hint: message.failure.hint };
      return { ...next, state: { ...next.state, pendingLab: undefined, work: { ...work, state: 'failed', endedAt: state.now, failure } } };
    }
  }
}

/** Opening a lab that was stopped leads home; anything else leads back to where one was. */
const afterStop = (state: TuiState, kind: WorkKind): TuiState =>
  kind === 'open'
    ? { ...state, screen: 'home', lab: undefined, fault: undefined, pendingLab: undefined }
    : { ...state, pendingLab: undefined };

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
  if (work.state === 'failed' && work.kind === 'open') return stay({ ...without, screen: 'home', lab: undefined });
  return paneShown(without);
}
