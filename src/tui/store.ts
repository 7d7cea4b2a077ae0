import type { Message } from './state/messages.ts';
import type { Effect, TuiState } from './state/state.ts';
import { update } from './state/update.ts';
import type { View } from './view.ts';

/** Holds the state; every change comes through `dispatch`. */
export interface Store {
  state(): TuiState;
  view(): View;
  dispatch(message: Message): void;
  /** Another way of drawing (the Markdown library was loaded). */
  setView(view: View): void;
  subscribe(listener: () => void): () => void;
}

export function createStore(first: TuiState, options: { view: View; now: () => number; onEffect: (effect: Effect) => void }): Store {
  let state = first;
  let { view } = options;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    state: () => state,
    view: () => view,
    dispatch: (message) => {
      const next = update(state, message, options.now(), view);
      const same = next.state === state;
      state = next.state;
      if (!same) changed();
      for (const effect of next.effects) options.onEffect(effect);
    },
    setView: (next) => {
      view = next;
      // a new object: what depends on the state alone is drawn again, too
      state = { ...state };
      changed();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
