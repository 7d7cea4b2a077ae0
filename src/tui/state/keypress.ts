import type { Action } from '../keymap.ts';
import { isCharacter, keyBytes } from '../keys.ts';
import type { View } from '../view.ts';
import { act } from './act.ts';
import { bindingOf, placeOf, whyNot } from './conditions.ts';
import { noted, withLab } from './notice.ts';
import { fillIn } from './questions.ts';
import { type Next, stay, type TuiState } from './state.ts';

/** How long after a question has gone by itself a key that leaves the lab is taken as meant for it. */
const meantForQuestionMs = 1000;

/** A key: through the keymap to an action, or to the question that a dangerous action asks first. */
export function onKey(before: TuiState, key: string, view: View): Next {
  const place = placeOf(before);
  // a trouble stays until a key was pressed: it was there to be read
  const state = before.notice?.kind === 'trouble' && place !== 'confirm' ? { ...before, notice: undefined } : before;
  if (place === 'confirm') {
    // Ctrl+C at the question whether to quit is an answer, too
    if (key === 'ctrl+c' && before.confirm?.action === 'interrupt') return confirmed(state, view);
  }
  const binding = bindingOf(key, state);
  if (binding?.action === 'leave' && state.now - (state.lab?.questionGoneAt ?? 0) < meantForQuestionMs) return stay(state);
  // what was typed quickly after the key that gives the shell the keys is read here, and is the shell's
  if (!binding && place === 'shell') return stay(state, { type: 'send-to-pane', text: keyBytes(key), paste: false });
  if (!binding) return stay(answeredWhyNot(typed(state, key), key));
  if (binding.action === 'yes') return confirmed(state, view);
  if (binding.action === 'no') return stay({ ...state, confirm: undefined });
  const question = fillIn(binding, state);
  if (question) return stay({ ...state, confirm: question });
  return act(state, binding.action, key, view);
}

function confirmed(state: TuiState, view: View): Next {
  const action: Action | undefined = state.confirm?.action;
  const without = { ...state, confirm: undefined };
  return action ? act(without, action, '', view) : stay(without);
}

/** A key that would count here at another time says why it does not now. */
function answeredWhyNot(state: TuiState, key: string): TuiState {
  const binding = bindingOf(key, state, { whenever: true });
  return binding?.when ? noted(state, whyNot(binding.when, state)) : state;
}

/** A character where text is typed. */
function typed(state: TuiState, key: string): TuiState {
  if (!isCharacter(key)) return state;
  const place = placeOf(state);
  if (place === 'search') return { ...state, browse: { ...state.browse, query: state.browse.query + key, selected: undefined } };
  if (place !== 'predict') return state;
  return withLab(state, (lab) => {
    const { asking } = lab;
    const question = asking && lab.drill.lab.steps[lab.drill.current]?.predict[asking.question];
    if (!asking || !question || asking.sent) return lab;
    if (!question.choices) return { ...lab, asking: { ...asking, typed: asking.typed + key } };
    const choice = 'abcdefghijklmnopqrstuvwxyz'.indexOf(key.toLowerCase());
    return choice >= 0 && choice < question.choices.length ? { ...lab, asking: { ...asking, choice } } : lab;
  });
}
