import type { DrillState } from '../../drill/drill.ts';
import type { HomeState } from '../host.ts';
import type { Action } from '../keymap.ts';
import type { Face, Size } from '../layout.ts';
import type { EventRow } from '../picture/events.ts';
import type { Picture } from '../picture/model.ts';
import type { Motion } from '../picture/motion.ts';

/** Everything the screen is drawn from: plain data, replaced by `update`, never changed in place. */
export interface TuiState {
  size: Size;
  /** Wall clock of the last tick, milliseconds since 1970. */
  now: number;
  screen: 'home' | 'lab' | 'debrief';
  home: HomeState;
  browse: BrowseState;
  lab: LabState | undefined;
  debrief: DebriefState | undefined;
  pane: PaneState;
  work: WorkState | undefined;
  /** The fault that was announced last; it has the screen until it was read. */
  fault: FaultNotice | undefined;
  confirm: ConfirmState | undefined;
  help: { offset: number } | undefined;
  notice: Notice | undefined;
  /** Made without asking, as soon as it is known that there is none. */
  clusterWanted: boolean;
  /** Opened once the cluster is up. */
  pendingLab: string | undefined;
  /** Set once the program is on its way out, with its exit code. */
  leaving: number | undefined;
}

export interface BrowseState {
  selected: string | undefined;
  query: string;
  searching: boolean;
}

export interface Answered {
  question: number;
  given: string;
  right: boolean;
  answer: string;
  why: string;
}

export interface FaultNotice {
  fault: string;
  what: string;
  why: string;
  /** How long it usually takes until it is felt. */
  seconds: number;
  phase: 'announced' | 'injecting' | 'in-force' | 'undoing' | 'undone';
  seen: string;
  /** The learner went on. */
  read: boolean;
  offset: number;
}

export interface LabState {
  drill: DrillState;
  face: Face;
  offsets: Record<Face, number>;
  /** The check whose mismatch is spelled out; else the first that does not pass. */
  selectedCheck: string | undefined;
  /** The question before the learner: `typed` where there are no choices. Once `answered`, its reply is there until it was read. */
  asking: { question: number; choice: number; typed: string; sent: boolean; answered: boolean } | undefined;
  /** When a question went away by itself, in milliseconds since 1970: a key that was meant for it may still come. */
  questionGoneAt?: number;
  /** Answers of this sitting, by step. */
  answered: Record<string, Answered[]>;
  /** Steps whose questions were put off. */
  skipped: string[];
  checking: boolean;
  hinting: boolean;
  /** Why the connection is not live. */
  connectionSeen: string;
  picture: Picture;
  motion: Motion;
  events: EventRow[] | undefined;
}

export interface DebriefState {
  lab: string;
  title: string;
  passed: boolean;
  score: number;
  of: number;
  ungraded: string[];
  attempts: number;
  /** Milliseconds. */
  elapsed: number;
  steps: { title: string; state: 'todo' | 'current' | 'passed' | 'solved'; earned: number; of: number; hints: number }[];
  /** Markdown. */
  text: string;
  next: { id: string; title: string } | undefined;
  offset: number;
}

export interface PaneState {
  state: 'closed' | 'opening' | 'open' | 'ended' | 'unavailable';
  /** Why it ended or cannot be had. */
  reason: string;
  focus: boolean;
  wide: boolean;
  /** Rows that its history is scrolled back. */
  back: number;
}

export type WorkKind = 'open' | 'bring-up' | 'recover' | 'reset' | 'solve' | 'finish' | 'leave' | 'next';

export interface WorkStep {
  name: string;
  state: 'running' | 'done' | 'failed';
  startedAt: number;
  seconds: number | undefined;
  note: string;
  expected: number | undefined;
  bound: number | undefined;
  cached: boolean;
}

export interface WorkState {
  kind: WorkKind;
  title: string;
  startedAt: number;
  endedAt: number | undefined;
  state: 'running' | 'stopping' | 'done' | 'failed';
  steps: WorkStep[];
  failure: { message: string; hint: string | undefined } | undefined;
  offset: number;
}

export interface ConfirmState {
  action: Action;
  question: string;
  consequence: string;
}

export interface Notice {
  /** `good`: something was achieved; `note`: for information; `trouble`: went wrong. */
  kind: 'good' | 'note' | 'trouble';
  text: string;
  hint: string | undefined;
  /** Wall clock at which it goes by itself; troubles stay until the next key. */
  until: number | undefined;
}

/** What the update asks the world to do; the runtime does it. */
export type Effect =
  | { type: 'open-drill'; lab: string }
  | { type: 'close-drill' }
  | { type: 'bring-up' }
  | { type: 'recover' }
  | { type: 'refresh' }
  | { type: 'cancel-work' }
  | { type: 'check' }
  | { type: 'hint' }
  | { type: 'predict'; question: number; given: string }
  | { type: 'solve' }
  | { type: 'next' }
  | { type: 'reset' }
  | { type: 'finish' }
  | { type: 'open-pane' }
  | { type: 'focus-pane'; focus: boolean }
  | { type: 'send-to-pane'; text: string; paste: boolean }
  | { type: 'scroll-pane'; by: number }
  | { type: 'suspend-to-shell'; why: string }
  | { type: 'stop-process' }
  | { type: 'quit'; code: number };

export interface Next {
  state: TuiState;
  effects: Effect[];
}

/** No shell is open. */
export const closedPane: PaneState = { state: 'closed', reason: '', focus: false, wide: false, back: 0 };

export const stay = (state: TuiState, ...effects: Effect[]): Next => ({ state, effects });

export const firstState = (size: Size, home: HomeState, now: number, clusterWanted = false): TuiState => ({
  size,
  now,
  screen: 'home',
  home,
  browse: { selected: undefined, query: '', searching: false },
  lab: undefined,
  debrief: undefined,
  pane: closedPane,
  work: undefined,
  fault: undefined,
  confirm: undefined,
  help: undefined,
  notice: undefined,
  clusterWanted,
  pendingLab: undefined,
  leaving: undefined,
});
