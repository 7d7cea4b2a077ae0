/** Where the learner is: which keys count, and what footer and help show. */
export type Place = 'home' | 'search' | 'lab' | 'shell' | 'predict' | 'fault' | 'work' | 'work-ended' | 'debrief' | 'confirm' | 'help';

export type Action =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'top'
  | 'bottom'
  | 'previous-track'
  | 'next-track'
  | 'open'
  | 'search'
  | 'search-done'
  | 'search-clear'
  | 'search-delete'
  | 'next-unsolved'
  | 'bring-up'
  | 'recover'
  | 'refresh'
  | 'help'
  | 'close-help'
  | 'quit'
  | 'interrupt'
  | 'stop-process'
  | 'shell'
  | 'shell-wide'
  | 'leave-shell'
  | 'send-prefix'
  | 'send-command'
  | 'check'
  | 'hint'
  | 'predict'
  | 'answer'
  | 'answer-read'
  | 'skip-predict'
  | 'predict-delete'
  | 'solution'
  | 'next-step'
  | 'reset'
  | 'finish'
  | 'next-face'
  | 'previous-face'
  | 'leave'
  | 'cancel'
  | 'dismiss'
  | 'next-lab'
  | 'resume-lab'
  | 'go-home'
  | 'yes'
  | 'no'
  | 'fault-read';

/** What must hold for a key to count; see `state/conditions.ts`. */
export type Condition =
  | 'has-faults'
  | 'no-cluster'
  | 'more-hints'
  | 'step-over'
  | 'last-step-over'
  | 'asks'
  | 'to-answer'
  | 'answered'
  | 'has-commands'
  | 'pane'
  | 'cancellable'
  | 'has-next'
  | 'unfinished'
  | 'not-over';

export interface KeyBinding {
  keys: readonly string[];
  action: Action;
  /** One or two words, for the footer. */
  label: string;
  /** A short sentence, for the help screen. */
  description: string;
  where: readonly Place[];
  when?: Condition;
  /** Asked before it is done. `{lab}`, `{namespace}`, `{cost}` and `{points}` are filled in. */
  dangerous?: { question: string; consequence: string };
  /** Place in the footer, lowest first; without it the key is in the help only. */
  footer?: number;
}

/** The key that leaves the shell pane; every other one belongs to the shell while it has the focus. */
export const prefixKey = { byte: '\x02', key: 'ctrl+b' } as const;

const scrolling: readonly Place[] = ['home', 'lab', 'help', 'debrief', 'fault', 'work', 'work-ended'];
/** In the shell, Ctrl+C and Ctrl+Z are the shell's. */
const everywhere: readonly Place[] = ['home', 'search', 'lab', 'predict', 'fault', 'work', 'work-ended', 'debrief', 'confirm', 'help'];

/** Every key of the program. Footer, help and confirmations are made from this list; the first binding that fits counts. */
export const keymap: readonly KeyBinding[] = [
  { keys: ['y', 'Y'], action: 'yes', label: 'yes', description: 'Go ahead', where: ['confirm'], footer: 1 },
  {
    keys: ['n', 'N', 'esc', 'q', 'enter'],
    action: 'no',
    label: 'no',
    description: 'Leave things as they are',
    where: ['confirm'],
    footer: 2,
  },

  { keys: ['enter', 'l'], action: 'open', label: 'open', description: 'Open the selected lab', where: ['home'], footer: 1 },
  {
    keys: ['n'],
    action: 'next-unsolved',
    label: 'next unsolved',
    description: 'Go to the next lab that is not passed',
    where: ['home'],
    footer: 2,
  },
  { keys: ['/'], action: 'search', label: 'search', description: 'Search labs as you type', where: ['home'], footer: 3 },
  {
    keys: ['u'],
    action: 'bring-up',
    label: 'make cluster',
    description: 'Make the cluster',
    where: ['home'],
    when: 'no-cluster',
    dangerous: { question: 'Make a cluster now?', consequence: '{plan}' },
    footer: 0,
  },
  {
    keys: ['R'],
    action: 'recover',
    label: 'recover',
    description: 'Undo every fault in force',
    where: ['home', 'lab'],
    when: 'has-faults',
    dangerous: { question: 'Undo every fault in force?', consequence: 'A drill that is about one of them loses it.' },
    footer: 9,
  },
  { keys: ['left', '['], action: 'previous-track', label: 'track', description: 'Go to the track before', where: ['home'] },
  { keys: ['right', ']'], action: 'next-track', label: 'track', description: 'Go to the track after', where: ['home'] },
  { keys: ['ctrl+r'], action: 'refresh', label: 'refresh', description: 'Look at the cluster again', where: ['home'] },

  { keys: ['enter'], action: 'search-done', label: 'go there', description: 'Keep what was found', where: ['search'], footer: 1 },
  { keys: ['esc'], action: 'search-clear', label: 'stop searching', description: 'Show all labs again', where: ['search'], footer: 2 },
  { keys: ['backspace'], action: 'search-delete', label: 'delete', description: 'Delete a letter', where: ['search'] },
  { keys: ['up'], action: 'up', label: 'up', description: 'The one above', where: ['search', 'predict'] },
  { keys: ['down'], action: 'down', label: 'down', description: 'The one below', where: ['search', 'predict'] },
  { keys: ['esc'], action: 'search-clear', label: 'all labs', description: 'Show all labs again', where: ['home'] },

  {
    keys: ['n', 'enter'],
    action: 'next-step',
    label: 'next step',
    description: 'Go to the next step',
    where: ['lab'],
    when: 'step-over',
    footer: 0,
  },
  {
    keys: ['f', 'enter'],
    action: 'finish',
    label: 'finish',
    description: 'Finish: grade a last time, clean up, debrief',
    where: ['lab'],
    when: 'last-step-over',
    footer: 0,
  },
  {
    keys: ['f'],
    action: 'finish',
    label: 'finish',
    description: 'Finish: grade a last time, debrief',
    where: ['lab'],
    dangerous: {
      question: 'Finish {lab} now?',
      consequence: 'Not every step is passed. All of it is graded as it is; a lab that is not passed is kept, to go on with.',
    },
  },
  { keys: ['t'], action: 'shell', label: 'shell', description: 'Go to the shell', where: ['lab'], footer: 1 },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    action: 'send-command',
    label: 'type command',
    description: 'Type that command of the text into the shell',
    where: ['lab'],
    when: 'has-commands',
    footer: 5,
  },
  { keys: ['h'], action: 'hint', label: 'hint', description: 'Open the next hint', where: ['lab'], when: 'more-hints', footer: 3 },
  {
    keys: ['c'],
    action: 'check',
    label: 'check',
    description: 'Grade the step now (they also tick by themselves)',
    where: ['lab'],
    when: 'not-over',
    footer: 2,
  },
  {
    keys: ['p'],
    action: 'predict',
    label: 'predict',
    description: 'Answer the question of this step',
    where: ['lab'],
    when: 'asks',
    footer: 0,
  },
  {
    keys: ['s'],
    action: 'solution',
    label: 'solution',
    description: 'Have the solution of this step typed for you',
    where: ['lab'],
    when: 'not-over',
    dangerous: {
      question: 'Show and type the solution of this step?',
      consequence: 'The step then counts as solved and earns no points ({points} to be had).',
    },
    footer: 6,
  },
  {
    keys: ['r'],
    action: 'reset',
    label: 'reset',
    description: 'Put the lab back to its start',
    where: ['lab'],
    dangerous: {
      question: 'Put {lab} back to its start?',
      consequence: 'All you made in namespace {namespace} is deleted; the step you are at starts again.',
    },
    footer: 8,
  },
  {
    keys: ['tab'],
    action: 'next-face',
    label: 'next part',
    description: 'Text, checks, picture, events: go to the next',
    where: ['lab'],
    footer: 4,
  },
  {
    keys: ['shift+tab'],
    action: 'previous-face',
    label: 'part before',
    description: 'Text, checks, picture, events: go back one',
    where: ['lab'],
  },
  {
    keys: ['z'],
    action: 'shell-wide',
    label: 'wide shell',
    description: 'Give the shell the whole width, and back',
    where: ['lab'],
    when: 'pane',
  },
  {
    keys: [prefixKey.key],
    action: 'send-prefix',
    label: 'send Ctrl+B',
    description: 'Send Ctrl+B itself to the shell',
    where: ['lab'],
    when: 'pane',
  },
  {
    keys: [prefixKey.key],
    action: 'leave-shell',
    label: 'leaves the shell; all other keys are its own',
    description: 'Leave the shell; all other keys are its own',
    where: ['shell'],
    footer: 1,
  },
  { keys: ['esc', 'q'], action: 'leave', label: 'home', description: 'Go home; the drill is kept', where: ['lab'], footer: 10 },

  {
    keys: ['enter'],
    action: 'answer',
    label: 'answer',
    description: 'Give this answer',
    where: ['predict'],
    when: 'to-answer',
    footer: 1,
  },
  {
    keys: ['enter', 'esc'],
    action: 'answer-read',
    label: 'go on',
    description: 'Go on, to the next question or to work',
    where: ['predict'],
    when: 'answered',
    footer: 1,
  },
  {
    keys: ['esc'],
    action: 'skip-predict',
    label: 'not now',
    description: 'Go on without an answer',
    where: ['predict'],
    when: 'to-answer',
    footer: 2,
  },
  { keys: ['backspace'], action: 'predict-delete', label: 'delete', description: 'Delete a letter', where: ['predict'] },

  { keys: ['enter', 'esc'], action: 'fault-read', label: 'go on', description: 'Back to the lab', where: ['fault'], footer: 1 },
  {
    keys: ['esc', 'q'],
    action: 'cancel',
    label: 'stop',
    description: 'Stop what is under way',
    where: ['work'],
    when: 'cancellable',
    footer: 1,
    dangerous: {
      question: 'Stop this?',
      consequence: 'What is half done is undone where it can be; the rest is kept for the next start to clean up.',
    },
  },
  { keys: ['enter', 'esc', 'q'], action: 'dismiss', label: 'go on', description: 'Go on', where: ['work-ended'], footer: 1 },

  {
    keys: ['enter'],
    action: 'resume-lab',
    label: 'go on with it',
    description: 'Go on with the lab that is not passed yet',
    where: ['debrief'],
    when: 'unfinished',
    footer: 1,
  },
  {
    keys: ['n', 'enter'],
    action: 'next-lab',
    label: 'next lab',
    description: 'Open the next lab',
    where: ['debrief'],
    when: 'has-next',
    footer: 2,
  },
  { keys: ['esc', 'q', 'enter', 'h'], action: 'go-home', label: 'home', description: 'Go home', where: ['debrief'], footer: 3 },

  { keys: ['up', 'k'], action: 'up', label: 'up', description: 'Up', where: scrolling },
  { keys: ['down', 'j'], action: 'down', label: 'down', description: 'Down', where: scrolling },
  { keys: ['pageup'], action: 'page-up', label: 'page up', description: 'A page up', where: scrolling },
  { keys: ['pagedown', ' '], action: 'page-down', label: 'page down', description: 'A page down', where: scrolling },
  { keys: ['home', 'g'], action: 'top', label: 'top', description: 'To the top', where: scrolling },
  { keys: ['end', 'G'], action: 'bottom', label: 'bottom', description: 'To the bottom', where: scrolling },

  { keys: ['?'], action: 'help', label: 'help', description: 'This help', where: ['home', 'lab', 'debrief'], footer: 11 },
  { keys: ['?', 'esc', 'q', 'enter'], action: 'close-help', label: 'close', description: 'Close the help', where: ['help'], footer: 1 },
  { keys: ['q'], action: 'quit', label: 'quit', description: 'Quit kubedrill', where: ['home'], footer: 12 },
  {
    keys: ['ctrl+c'],
    action: 'interrupt',
    label: 'quit',
    description: 'Quit kubedrill from anywhere',
    where: everywhere,
    dangerous: {
      question: 'Quit kubedrill?',
      consequence: 'An open drill is kept; cluster-wide faults are undone first. Ctrl+C again quits.',
    },
  },
  { keys: ['ctrl+z'], action: 'stop-process', label: 'suspend', description: 'Suspend kubedrill; fg brings it back', where: everywhere },
];

/** How a key is written for people. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    enter: 'Enter',
    esc: 'Esc',
    tab: 'Tab',
    'shift+tab': 'Shift+Tab',
    up: '↑',
    down: '↓',
    left: '←',
    right: '→',
    pageup: 'PgUp',
    pagedown: 'PgDn',
    home: 'Home',
    end: 'End',
    backspace: 'Backspace',
    ' ': 'Space',
  };
  const name = names[key];
  if (name) return name;
  return key.startsWith('ctrl+') ? `Ctrl+${key.slice(5).toUpperCase()}` : key;
}

/** The keys of a binding as the footer and the help write them: `1-9` for a run of digits. */
export function keysLabel(binding: KeyBinding, most = 2): string {
  const { keys } = binding;
  if (keys.length > 2 && keys.every((key) => /^\d$/.test(key))) return `${keys[0]}-${keys.at(-1)}`;
  return keys.slice(0, most).map(keyLabel).join(' ');
}
