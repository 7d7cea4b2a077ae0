import { motionOf } from '../picture/motion.ts';
import type { View } from '../view.ts';
import { onDrillEvent, onDrillState } from './drill.ts';
import { onFinished } from './finish.ts';
import { onKey } from './keypress.ts';
import type { Message } from './messages.ts';
import { noted, troubled, withLab } from './notice.ts';
import { paneShown } from './pane.ts';
import { toLastHint } from './scroll.ts';
import { type Next, stay, type TuiState } from './state.ts';
import { makeCluster, onWork } from './work.ts';

/** The whole behaviour of the screen: what a message makes of the state, and what the world is asked to do. Pure. */
export function update(before: TuiState, message: Message, now: number, view: View): Next {
  const state = passing({ ...before, now });
  switch (message.type) {
    case 'key':
      return onKey(state, message.key, view);
    case 'paste':
      return stay(pasted(state, message.text));
    case 'resize':
      return paneShown({ ...state, size: message.size });
    case 'tick':
      return stay(state);
    case 'home':
      return onHome({ ...state, home: message.home });
    case 'drill-opened':
      return onDrillState(state, message.drill);
    case 'drill-event':
      return onDrillEvent(state, message.event, message.drill);
    case 'mirror':
      return stay(
        withLab(state, (lab) => ({
          ...lab,
          picture: message.picture,
          events: message.events,
          motion: motionOf(lab.motion, message.picture, now),
        })),
      );
    case 'work-started':
    case 'work-progress':
    case 'work-done':
    case 'work-failed':
      return onWork(state, message);
    case 'finished':
      return onFinished(state, message);
    case 'checked':
      return onDrillState(
        withLab(state, (lab) => ({ ...lab, checking: false })),
        message.drill,
      );
    case 'hinted': {
      const next = onDrillState(
        withLab(state, (lab) => ({ ...lab, hinting: false, face: 'text' })),
        message.drill,
      );
      return message.found
        ? { ...next, state: toLastHint(next.state, view) }
        : { ...next, state: noted(next.state, 'There is no further hint for this step.') };
    }
    case 'predicted': {
      const { step, question, given, right, answer, why } = message;
      const next = onDrillState(state, message.drill);
      return stay(
        withLab(next.state, (lab) => {
          const others = (lab.answered[step] ?? []).filter((each) => each.question !== question);
          return {
            ...lab,
            answered: { ...lab.answered, [step]: [...others, { question, given, right, answer, why }] },
            // the reason is what is to be read: it takes the question's place
            asking: lab.asking?.question === question ? { ...lab.asking, answered: true } : undefined,
            offsets: { ...lab.offsets, text: 0 },
          };
        }),
        ...next.effects,
      );
    }
    case 'act-failed': {
      const state2 = withLab(state, (lab) => ({
        ...lab,
        checking: false,
        hinting: false,
        ...(lab.asking ? { asking: { ...lab.asking, sent: false } } : {}),
      }));
      const next = message.drill ? onDrillState(state2, message.drill) : stay(state2);
      if (message.failure.interrupted) return next;
      return { ...next, state: troubled(next.state, message.failure.message, message.failure.hint) };
    }
    case 'pane': {
      const focus = message.state === 'open' && state.pane.focus;
      const next = paneShown({ ...state, pane: { ...state.pane, state: message.state, reason: message.reason, focus } });
      if (message.state === 'ended') return { ...next, state: noted(next.state, 'The shell has ended; t opens a new one.') };
      // the learner asked for the shell before it was there
      return focus ? { ...next, effects: [...next.effects, { type: 'focus-pane', focus: true }] } : next;
    }
    case 'pane-focus':
      return stay({ ...state, pane: { ...state.pane, focus: message.focus } });
    case 'pane-scrolled':
      return stay({ ...state, pane: { ...state.pane, back: message.back } });
    case 'signal':
      return stay({ ...state, leaving: message.code }, { type: 'quit', code: message.code });
  }
}

/** The first look at the cluster decides whether one that was agreed to beforehand is to be made. */
function onHome(state: TuiState): Next {
  const { cluster } = state.home;
  if (!state.clusterWanted || cluster.state === 'looking') return stay(state);
  const decided = { ...state, clusterWanted: false };
  return cluster.state === 'absent' && !state.work ? makeCluster(decided) : stay(decided);
}

/** Notices go by themselves. */
const passing = (state: TuiState): TuiState =>
  state.notice?.until !== undefined && state.notice.until <= state.now ? { ...state, notice: undefined } : state;

/** Pasted text goes where text is typed; elsewhere it does nothing, so that it can press no keys. */
function pasted(state: TuiState, text: string): TuiState {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(/[\x00-\x1f\x7f]/g, '');
  if (state.confirm || state.help || state.work) return state;
  if (state.screen === 'home' && state.browse.searching)
    return { ...state, browse: { ...state.browse, query: state.browse.query + line, selected: undefined } };
  const asking = state.lab?.asking;
  if (state.screen === 'lab' && asking) return withLab(state, (lab) => ({ ...lab, asking: { ...asking, typed: asking.typed + line } }));
  return state;
}
