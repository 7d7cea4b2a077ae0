import { labCard } from './browse.ts';
import type { Message } from './messages.ts';
import { withoutFocus } from './pane.ts';
import { closedPane, type DebriefState, type Next, stay, type TuiState } from './state.ts';

/** The lab is over: its debrief takes the screen, the drill is let go. */
export function onFinished(state: TuiState, message: Extract<Message, { type: 'finished' }>): Next {
  const { lab } = state;
  if (!lab || lab.drill.lab.id !== message.lab) return stay(state);
  const { drill } = lab;
  const next = labCard(state.home, message.next);
  const debrief: DebriefState = {
    lab: drill.lab.id,
    title: drill.lab.title,
    passed: message.passed,
    score: message.score.score,
    of: message.score.of,
    ungraded: message.score.ungraded,
    attempts: drill.attempts,
    elapsed: state.now - drill.startedAt,
    steps: drill.steps.map(({ title, state: standing, earned, of, hintsOpened }) => ({
      title,
      state: standing,
      earned,
      of,
      hints: hintsOpened,
    })),
    text: message.debrief,
    next: next ? { id: next.id, title: next.title } : undefined,
    offset: 0,
  };
  const after: TuiState = {
    ...state,
    screen: 'debrief',
    debrief,
    work: undefined,
    notice: undefined,
    confirm: undefined,
    lab: undefined,
    fault: undefined,
    browse: { ...state.browse, selected: drill.lab.id },
    pane: closedPane,
  };
  const { state: unfocused } = withoutFocus(stay(after));
  return stay(unfocused, { type: 'close-drill' }, { type: 'refresh' });
}
