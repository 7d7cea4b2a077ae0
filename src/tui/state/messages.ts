import type { DrillState } from '../../drill/drill.ts';
import type { DrillEvent, Score } from '../../drill/events.ts';
import type { Progress } from '../../system/progress.ts';
import type { HomeState } from '../host.ts';
import type { Size } from '../layout.ts';
import type { EventRow } from '../picture/events.ts';
import type { Picture } from '../picture/model.ts';
import type { WorkKind } from './state.ts';

/** What a person must act on, as the screen shows it. */
export interface Failure {
  message: string;
  hint: string | undefined;
  /** It was asked to stop. */
  interrupted: boolean;
}

/** Everything that can happen to the screen's state. */
export type Message =
  | { type: 'key'; key: string }
  | { type: 'paste'; text: string }
  | { type: 'resize'; size: Size }
  | { type: 'tick' }
  | { type: 'home'; home: HomeState }
  | { type: 'drill-opened'; drill: DrillState }
  | { type: 'drill-event'; event: DrillEvent; drill: DrillState | undefined }
  | { type: 'mirror'; picture: Picture; events: EventRow[] | undefined }
  | { type: 'work-started'; kind: WorkKind; title: string }
  | { type: 'work-progress'; progress: Progress }
  | { type: 'work-done'; kind: WorkKind; drill: DrillState | undefined }
  | { type: 'work-failed'; kind: WorkKind; failure: Failure; drill: DrillState | undefined }
  | { type: 'finished'; lab: string; passed: boolean; score: Score; debrief: string; next: string | undefined }
  | { type: 'checked'; drill: DrillState }
  | { type: 'hinted'; drill: DrillState; found: boolean }
  | { type: 'predicted'; step: string; question: number; given: string; right: boolean; answer: string; why: string; drill: DrillState }
  | { type: 'act-failed'; what: 'check' | 'hint' | 'predict' | 'shell' | 'close'; failure: Failure; drill: DrillState | undefined }
  | { type: 'pane'; state: 'opening' | 'open' | 'ended' | 'unavailable' | 'closed'; reason: string }
  | { type: 'pane-focus'; focus: boolean }
  | { type: 'pane-scrolled'; back: number }
  | { type: 'signal'; code: number };
