import type { Drill } from '../drill/drill.ts';
import type { DrillEvent, FaultInForce } from '../drill/events.ts';
import type { OnProgress } from '../system/progress.ts';

/** What home shows of one lab. */
export interface LabCard {
  id: string;
  title: string;
  minutes: number;
  /** What the cluster must have, in words: `2 workers`, `alone on the cluster`. Empty when any cluster will do. */
  needs: string[];
  /** `passed`: every step passed at least once; `started`: a drill is kept that can be gone on with. */
  state: 'new' | 'started' | 'passed';
  /** Best score so far; `undefined` before the first drill. */
  score: number | undefined;
  /** Points to be had. */
  points: number;
  steps: number;
  /** Markdown. */
  brief: string;
  /** Why it cannot run on this cluster, in a sentence; `undefined` when it can. */
  unmet?: string;
}

export interface TrackCard {
  id: string;
  title: string;
  labs: LabCard[];
}

export type CatalogueState =
  | { state: 'loading' }
  | { state: 'ready'; tracks: TrackCard[] }
  | { state: 'failed'; message: string; hint: string | undefined };

export interface NodeCard {
  name: string;
  role: 'control-plane' | 'worker';
  state: 'ready' | 'not-ready' | 'paused' | 'stopped' | 'unknown';
  /** Marked unschedulable. */
  cordoned: boolean;
}

export type ClusterState =
  | { state: 'looking' }
  /** `plan`: what bringing one up will do, a line each, shown before it is asked for. */
  | { state: 'absent'; plan: string[] }
  /** There is a cluster, and kubedrill will not touch it. */
  | { state: 'refused'; reason: string; hint: string | undefined }
  /** It exists, but cannot be used now (stopped, API server away, engine away). */
  | { state: 'away'; name: string; reason: string; hint: string | undefined; nodes: NodeCard[] }
  | { state: 'up'; name: string; provider: string; kubernetes: string; nodes: NodeCard[] };

/** Everything that home shows; replaced as a whole, never changed in place. */
export interface HomeState {
  catalogue: CatalogueState;
  cluster: ClusterState;
  /** Every fault in force, of any drill, newest first. */
  faults: FaultInForce[];
}

/** The learner's shell: what the pane and the suspended shell start. */
export interface ShellCommand {
  program: string;
  args: string[];
}

export interface TuiSettings {
  /** `false` for NO_COLOR: no colours; weight, underline and inverse stay. */
  colour: boolean;
  /** `false` where the locale is not UTF-8: glyphs are ASCII. */
  unicode: boolean;
  shell: ShellCommand;
  /** The learner has said yes beforehand: where there is no cluster, it is made without asking, once. */
  makesCluster: boolean;
}

/**
 * What the terminal UI needs of the rest of kubedrill. Nothing here may load the cluster's side before it is called:
 * `home` is read for the first frame. Methods reject with `LabError`; an aborted signal ends them soon and cleanly.
 */
export interface TuiHost {
  readonly settings: TuiSettings;
  readonly home: HomeState;
  /** Called after `home` was replaced; returns how to stop. */
  onHome(listener: () => void): () => void;
  /** Looks at the cluster and the stored drills again. Called after the first frame and whenever home is shown. */
  refresh(): void;
  bringUpCluster(onProgress: OnProgress, signal: AbortSignal): Promise<void>;
  /** Undoes every fault in force, newest first. */
  recover(onProgress: OnProgress, signal: AbortSignal): Promise<void>;
  /** Starts a drill, or goes on with the one that was kept. `onEvent` hears what happens until the promise settles; after that `Drill.on` does. */
  openDrill(lab: string, onEvent: (event: DrillEvent) => void, signal: AbortSignal): Promise<Drill>;
  /** Last call, bounded by the caller: lets go of what is held. */
  close(): Promise<void>;
}
