import type { KindName } from './kinds.ts';
import type { KubeObject } from './object.ts';

/** One thing that happened during a drill. `at` is milliseconds since 1970. */
export type TimelineEntry =
  | { at: number; type: 'recording-started' }
  | { at: number; type: 'recording-stopped' }
  | { at: number; type: 'object'; change: 'added' | 'modified' | 'deleted'; kind: KindName; object: KubeObject }
  | { at: number; type: 'command'; argv: string[]; exitCode: number; stderr: string }
  | { at: number; type: 'api'; state: 'answering' | 'away'; seen: string }
  | { at: number; type: 'fault'; id: string; phase: 'injected' | 'undone' }
  | { at: number; type: 'step'; step: string }
  | { at: number; type: 'check-passed'; check: string };

/** The record of a running drill: what recorded checks are graded on. */
export interface Timeline {
  /** When the recording began; every object of the drill's namespace at that moment is there as `added`. */
  readonly since: number;
  entries(): readonly TimelineEntry[];
}
