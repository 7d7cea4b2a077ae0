import type { CheckState, FaultInForce } from '../../drill/events.ts';
import type { LabStep } from '../../lab/schema.ts';
import { type Action, type Condition, type KeyBinding, keymap, type Place } from '../keymap.ts';
import { type Face, paneFrom } from '../layout.ts';
import { type Command, commandsOf } from '../text/guide.ts';
import type { LabState, TuiState } from './state.ts';

export function placeOf(state: TuiState): Place {
  if (state.confirm) return 'confirm';
  if (state.help) return 'help';
  // a fault may strike while the lab is set up, or on the way to a step
  if (state.fault && !state.fault.read) return 'fault';
  if (state.work) return state.work.state === 'running' || state.work.state === 'stopping' ? 'work' : 'work-ended';
  if (state.screen === 'debrief') return 'debrief';
  if (state.screen === 'home' || !state.lab) return state.browse.searching ? 'search' : 'home';
  if (state.pane.focus) return 'shell';
  return state.lab.asking ? 'predict' : 'lab';
}

export const stepOf = (lab: LabState): LabStep | undefined => lab.drill.lab.steps[lab.drill.current];

export const commandsNow = (lab: LabState): Command[] => {
  const step = stepOf(lab);
  return step ? commandsOf(step.text, step.try) : [];
};

/** The learner may go on from the step. */
export function isStepOver(lab: LabState): boolean {
  const state = lab.drill.steps[lab.drill.current]?.state;
  return state === 'passed' || state === 'solved';
}

const isLastStep = (lab: LabState): boolean => lab.drill.current >= lab.drill.lab.steps.length - 1;

/** Checks to show: those of the step, then guards and earlier checks that no longer hold. */
export function checksNow(lab: LabState): CheckState[] {
  const step = stepOf(lab)?.id;
  const own = lab.drill.checks.filter((check) => check.step === step);
  const broken = lab.drill.checks.filter((check) => {
    if (check.step === step || check.verdict?.verdict !== 'fail') return false;
    const at = lab.drill.lab.steps.findIndex(({ id }) => id === check.step);
    return check.guard || (at >= 0 && at < lab.drill.current);
  });
  return [...own, ...broken];
}

/** Hints of the step that are still closed, and the least and greatest cost of the next. */
export function hintsLeft(lab: LabState): { left: number; cost: [number, number] } {
  const step = stepOf(lab);
  const opened = lab.drill.steps[lab.drill.current]?.hintsOpened ?? 0;
  const texts = new Set((lab.drill.hints[step?.id ?? ''] ?? []).map(({ text }) => text.trim()));
  const closed = (step?.hints ?? []).filter(({ text }) => !texts.has(text.trim()));
  const left = Math.max(0, (step?.hints.length ?? 0) - opened);
  // state-driven hints come first when they hold, so which one is next is only known to the engine
  const driven = closed.filter((hint) => hint.when);
  const next = [...driven, ...closed.filter((hint) => !hint.when).slice(0, 1)];
  const costs = next.map(({ cost }) => cost);
  return { left, cost: costs.length > 0 ? [Math.min(...costs), Math.max(...costs)] : [0, 0] };
}

/** Questions of the step that have no answer yet, by index. */
export function openQuestions(lab: LabState): number[] {
  const step = stepOf(lab);
  if (!step) return [];
  const here = lab.answered[step.id] ?? [];
  const before = lab.drill.predicted[step.id] ?? [];
  return step.predict.map((_, index) => index).filter((index) => !here.some(({ question }) => question === index) && !before[index]);
}

/** Faults in force, of the drill and of the whole cluster, each once. */
export function faultsInForce(state: TuiState): FaultInForce[] {
  const all = [...(state.lab?.drill.faults ?? []), ...state.home.faults];
  return all.filter((fault, index) => all.findIndex(({ journalId }) => journalId === fault.journalId) === index);
}

/** The shell pane is on the screen. */
export const isPaneShown = (state: TuiState): boolean =>
  state.screen === 'lab' &&
  state.lab !== undefined &&
  (state.pane.state === 'open' || state.pane.state === 'opening') &&
  state.size.columns >= paneFrom;

/** The face that is turned to; the shell's only while there is a shell on the screen. */
export const faceNow = (state: TuiState, lab: LabState): Face => (lab.face === 'shell' && !isPaneShown(state) ? 'text' : lab.face);

const conditions: Record<Condition, (state: TuiState) => boolean> = {
  'has-faults': (state) => faultsInForce(state).length > 0,
  'no-cluster': (state) => state.home.cluster.state === 'absent',
  'more-hints': ({ lab }) => lab !== undefined && !isStepOver(lab) && hintsLeft(lab).left > 0,
  'step-over': ({ lab }) => lab !== undefined && isStepOver(lab) && !isLastStep(lab),
  'last-step-over': ({ lab }) => lab !== undefined && isStepOver(lab) && isLastStep(lab),
  'not-over': ({ lab }) => lab !== undefined && !isStepOver(lab),
  'to-answer': ({ lab }) => lab?.asking?.answered === false,
  answered: ({ lab }) => lab?.asking?.answered === true,
  asks: ({ lab }) => lab !== undefined && openQuestions(lab).length > 0,
  'has-commands': ({ lab }) => lab !== undefined && commandsNow(lab).length > 0,
  pane: (state) => isPaneShown(state),
  cancellable: ({ work }) => work?.state === 'running' && work.kind !== 'leave' && work.kind !== 'next',
  'has-next': ({ debrief }) => debrief?.next !== undefined,
  unfinished: ({ debrief }) => debrief?.passed === false,
};

export const holds = (binding: KeyBinding, state: TuiState): boolean => !binding.when || conditions[binding.when](state);

/** The binding that a key means here and now; `whenever`: or would mean here, were its condition met. */
export const bindingOf = (key: string, state: TuiState, options: { whenever?: boolean } = {}): KeyBinding | undefined => {
  const place = placeOf(state);
  return keymap.find(
    (binding) => binding.keys.includes(key) && binding.where.includes(place) && (options.whenever || holds(binding, state)),
  );
};

/** Why a key does nothing now, in a sentence. */
export function whyNot(condition: Condition, { lab }: TuiState): string {
  const over = lab && isStepOver(lab) ? `This step is over: ${isLastStep(lab) ? 'f finishes the lab' : 'n goes to the next'}.` : undefined;
  const sentences: Record<Condition, string> = {
    'has-faults': 'No fault is in force.',
    'no-cluster': 'There is a cluster already.',
    'more-hints': over ?? 'There is no further hint for this step.',
    'step-over': lab && isLastStep(lab) ? 'This is the last step.' : 'This step is not passed yet; s shows its solution.',
    'last-step-over': 'This step is not passed yet; f finishes all the same.',
    'not-over': over ?? '',
    asks: 'This step asks nothing more.',
    'to-answer': '',
    answered: '',
    'has-commands': 'This step offers no commands.',
    pane: 'There is no shell beside the text; t opens one.',
    cancellable: 'This cannot be stopped; it will not take long.',
    'has-next': 'This is the last lab.',
    unfinished: '',
  };
  return sentences[condition];
}

/** Keys for the footer: what counts here and now, each action once, the weightiest first. */
export function footerBindings(state: TuiState): KeyBinding[] {
  const place = placeOf(state);
  const seen = new Set<Action>();
  return keymap
    .filter((binding) => binding.footer !== undefined && binding.where.includes(place) && holds(binding, state))
    .filter(({ action }) => !seen.has(action) && seen.add(action))
    .sort((one, other) => (one.footer ?? 0) - (other.footer ?? 0));
}
