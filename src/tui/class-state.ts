import type { ClassLearner, ClassState } from '../batch/class/state.ts';
import type { Size } from './layout.ts';

/** What the class view shows of a class: which learner is turned to, and whether the details are. */
export interface ClassViewState {
  klass: ClassState;
  size: Size;
  now: number;
  /** Index of the learner that is turned to, in the order that is shown. */
  selected: number;
  details: boolean;
  /** Those who are longest without progress first. */
  sorted: boolean;
}

export type ClassMessage =
  | { type: 'class'; klass: ClassState }
  | { type: 'resize'; size: Size }
  | { type: 'tick'; now: number }
  | { type: 'key'; key: string };

/** Keys of the class view; the footer is made from them. */
export const classKeys = [
  { keys: ['up', 'down'], label: 'learner', shown: '↑↓' },
  { keys: ['enter', 'space'], label: 'last mismatch', shown: 'enter' },
  { keys: ['s'], label: 'who is stuck first', shown: 's' },
  { keys: ['q', 'ctrl+c'], label: 'quit', shown: 'q' },
] as const;

/** Learners in the order in which they are shown. */
export function shownLearners(state: ClassViewState): ClassLearner[] {
  const { learners } = state.klass;
  if (!state.sorted) return learners;
  return [...learners].sort((a, b) => Number(isDone(a)) - Number(isDone(b)) || a.since - b.since || (a.id < b.id ? -1 : 1));
}

export const isDone = (learner: ClassLearner): boolean =>
  learner.checks.length > 0 && learner.checks.every(({ verdict }) => verdict?.verdict === 'pass');

/** The next state; `quit` when the person leaves. Pure. */
export function updateClassView(state: ClassViewState, message: ClassMessage): ClassViewState | 'quit' {
  switch (message.type) {
    case 'class':
      return { ...state, klass: message.klass };
    case 'resize':
      return { ...state, size: message.size };
    case 'tick':
      return { ...state, now: message.now };
    case 'key':
      return onKey(state, message.key);
  }
}

function onKey(state: ClassViewState, key: string): ClassViewState | 'quit' {
  const last = state.klass.learners.length - 1;
  const to = (index: number): ClassViewState => ({ ...state, selected: Math.max(0, Math.min(last, index)) });
  const page = Math.max(1, state.size.rows - 6);
  switch (key) {
    case 'up':
    case 'k':
      return to(state.selected - 1);
    case 'down':
    case 'j':
      return to(state.selected + 1);
    case 'pageup':
      return to(state.selected - page);
    case 'pagedown':
      return to(state.selected + page);
    case 'home':
    case 'g':
      return to(0);
    case 'end':
    case 'G':
      return to(last);
    case 'enter':
    case 'space':
    case ' ':
      return { ...state, details: !state.details };
    case 'esc':
      return { ...state, details: false };
    case 's': {
      // the same learner stays turned to, wherever the row goes
      const turnedTo = shownLearners(state)[state.selected]?.id;
      const next = { ...state, sorted: !state.sorted };
      return {
        ...next,
        selected: Math.max(
          0,
          shownLearners(next).findIndex(({ id }) => id === turnedTo),
        ),
      };
    }
    case 'q':
    case 'ctrl+c':
      return 'quit';
    default:
      return state;
  }
}
