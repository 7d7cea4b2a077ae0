import type { DrillState } from '../../drill/drill.ts';
import type { DrillEvent } from '../../drill/events.ts';
import { emptyPicture } from '../picture/model.ts';
import { noMotion } from '../picture/motion.ts';
import { isStepOver, openQuestions, placeOf, stepOf } from './conditions.ts';
import { noted, troubled, withLab } from './notice.ts';
import { paneShown, withoutFocus } from './pane.ts';
import { type FaultNotice, type LabState, type Next, stay, type TuiState } from './state.ts';
import { commandLine, withCommand, withProgress } from './work-steps.ts';

const firstLab = (drill: DrillState): LabState => ({
  drill,
  face: 'text',
  offsets: { text: 0, checks: 0, picture: 0, events: 0, shell: 0 },
  selectedCheck: undefined,
  asking: undefined,
  answered: {},
  skipped: [],
  checking: false,
  hinting: false,
  connectionSeen: '',
  picture: emptyPicture,
  motion: noMotion,
  events: undefined,
});

/** What a reset leaves on the screen: the objects are the cluster's, not the drill's. */
const keptOver = (lab: LabState | undefined, drill: DrillState): Partial<LabState> =>
  lab?.drill.lab.id === drill.lab.id ? { picture: lab.picture, motion: lab.motion, events: lab.events } : {};

/** Takes the drill's state as it is now. The engine may change its own in place: what the screen keeps is a copy. */
export function onDrillState(state: TuiState, now: DrillState): Next {
  const drill = { ...now };
  // a reset begins anew: questions are asked again
  const same = state.lab?.drill.lab.id === drill.lab.id && state.lab.drill.startedAt === drill.startedAt;
  const before = same ? state.lab : undefined;
  const lab = before ? { ...before, drill } : { ...firstLab(drill), ...keptOver(state.lab, drill) };
  const moved = !before || before.drill.current !== drill.current;
  const fresh: LabState = moved
    ? { ...lab, face: 'text', offsets: { ...lab.offsets, text: 0, checks: 0 }, selectedCheck: undefined, asking: undefined }
    : lab;
  // later events put no question before the learner: the keys would be taken away in the middle of something
  const begins = moved || before.drill.phase !== 'running';
  const late = fresh.asking && !fresh.asking.answered && isStepOver(fresh);
  return paneShown({ ...state, lab: begins ? asked(fresh) : late ? { ...fresh, asking: undefined, questionGoneAt: state.now } : fresh });
}

/** Puts the first open question of the step before the learner, where the drill runs and they make sense. */
export function asked(lab: LabState): LabState {
  const step = stepOf(lab);
  if (!step || lab.asking || lab.drill.phase !== 'running' || lab.skipped.includes(step.id)) return lab;
  if (isStepOver(lab)) return lab;
  const [question] = openQuestions(lab);
  return question === undefined
    ? lab
    : {
        ...lab,
        asking: { question, choice: 0, typed: '', sent: false, answered: false },
        face: 'text',
        offsets: { ...lab.offsets, text: 0 },
      };
}

/** What an event changes beside the drill's own state. */
export function onDrillEvent(state: TuiState, event: DrillEvent, drill: DrillState | undefined): Next {
  const next = drill && state.lab ? onDrillState(state, drill) : stay(state);
  const changed = withEvent(next.state, event);
  // a question or a fault that appears takes the keys: they must not fall into the shell unseen
  const place = placeOf(changed);
  const both = { state: changed, effects: next.effects };
  return place === 'fault' ? withoutFocus(both) : both;
}

function withEvent(state: TuiState, event: DrillEvent): TuiState {
  switch (event.type) {
    case 'progress':
      return state.work ? { ...state, work: withProgress(state.work, event.progress, state.now) } : state;
    case 'command-started': {
      const { argv } = event;
      return state.work
        ? { ...state, work: withProgress(state.work, { type: 'step-started', step: commandLine(argv) }, state.now) }
        : state;
    }
    case 'command':
      return state.work ? { ...state, work: withCommand(state.work, event, state.now) } : state;
    case 'connection':
      return withLab(state, (lab) => ({
        ...lab,
        connectionSeen: event.state === 'live' ? '' : event.seen,
        drill: { ...lab.drill, connection: event.state },
      }));
    case 'step-passed':
      return noted(state, event.of > 0 ? `Step passed: ${event.earned} of ${event.of} points.` : 'Step passed.', 'good');
    case 'predicted':
      return withLab(state, (lab) => {
        const others = (lab.answered[event.step] ?? []).filter(({ question }) => question !== event.question);
        const { question, given, right, answer, why } = event;
        return { ...lab, answered: { ...lab.answered, [event.step]: [...others, { question, given, right, answer, why }] } };
      });
    case 'fault-announced': {
      const { fault, what, why, seconds } = event;
      const notice: FaultNotice = { fault, what, why, seconds, phase: 'announced', seen: '', read: false, offset: 0 };
      return { ...state, fault: notice };
    }
    case 'fault':
      // one that nobody announced is in the banner; there is nothing to read beforehand
      return state.fault?.fault === event.fault ? { ...state, fault: { ...state.fault, phase: event.phase, seen: event.seen } } : state;
    case 'trouble':
      return troubled(state, event.message, event.hint);
    case 'phase':
    case 'step':
    case 'check':
    case 'hint':
    case 'score':
    case 'finished':
      return state;
  }
}
