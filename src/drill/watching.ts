import { type EvaluationContext, evaluateCondition, type GradersById, readsOfCheck, readsOfCondition } from '../grading/evaluate.ts';
import type { KindName } from '../grading/kinds.ts';
import { CannotSee, type MirrorView, type Read } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import type { Verdict } from '../grading/verdict.ts';
import { type Mirror, openMirror } from '../kube/mirror.ts';
import type { Lab, LabSetupAction } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { apiServerTakenAway } from './api-down.ts';
import { type BaselineData, baselineView } from './baseline.ts';
import type { DrillCluster } from './cluster.ts';
import type { CheckState, Connection } from './events.ts';
import { GradeLoop } from './grade-loop.ts';
import { Recorder } from './recorder.ts';
import type { Recording } from './recording.ts';
import { setUpWaitMs } from './set-up.ts';

export interface WatchingOptions {
  lab: Lab;
  namespace: string;
  cluster: DrillCluster;
  probes: Probes;
  recording: Recording;
  /** `own`: this process records; `follow`: another one does; `none`: nobody. */
  mode: 'own' | 'follow' | 'none';
  gradersById: GradersById;
  clock: Clock;
  signal: AbortSignal;
  onConnection: (state: Connection, seen: string) => void;
  onTrouble: (message: string) => void;
  onCheck: (check: CheckState, passed: boolean) => void;
}

/** Kinds that the live picture of a lab shows. */
const pictureKinds: Read[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Pod', 'Service', 'EndpointSlice', 'Event'];
const readyBoundMs = 30_000;
const pollMs = 200;

/** The eyes of a drill: the mirror, the recorder and the grading loop, over one start state. */
export class Watching {
  private readonly options: WatchingOptions;
  private live: Mirror | undefined;
  private recorder: Recorder | undefined;
  private grading: { loop: GradeLoop; stop: AbortController } | undefined;

  constructor(options: WatchingOptions) {
    this.options = options;
  }

  get connection(): Connection {
    return this.live?.connection ?? 'connecting';
  }

  get view(): MirrorView | undefined {
    return this.live?.view();
  }

  onChange(listener: () => void): () => void {
    return this.live?.onChange(listener) ?? (() => undefined);
  }

  /** The loop over the present start state. */
  get loop(): GradeLoop {
    if (!this.grading) throw new LabError('usage', `${this.options.lab.id} is not graded yet: it is being set up`);
    return this.grading.loop;
  }

  get checks(): CheckState[] {
    return this.grading?.loop.all() ?? [];
  }

  private reads(): Read[] {
    const { lab, gradersById } = this.options;
    const checks = lab.steps.flatMap((step) => step.checks.flatMap((check) => readsOfCheck(check, gradersById)));
    const waits = lab.setup.flatMap((action) => ('wait' in action ? readsOfCondition(action.wait, gradersById) : []));
    return [...checks, ...waits, ...pictureKinds];
  }

  /** Kinds that are mirrored in the drill's own namespace, or cluster-wide: what a recording holds. */
  private kindsRead(): KindName[] {
    return this.reads().flatMap((read) => (typeof read === 'string' ? [read] : []));
  }

  async open(): Promise<Mirror> {
    if (this.live) return this.live;
    const { cluster, namespace, clock, signal, recording, onConnection, onTrouble } = this.options;
    const mirror = openMirror({ api: cluster.api, reads: this.reads(), namespace, clock, signal });
    this.live = mirror;
    mirror.onConnection((state, seen) => {
      onConnection(state, seen);
      if (this.recorder) recording.add({ at: clock.now(), type: 'api', state: state === 'live' ? 'answering' : 'away', seen });
    });
    const ready = await mirror.ready(readyBoundMs);
    if (!ready.ready) onTrouble(`not everything of the cluster can be seen: ${ready.seen}`);
    return mirror;
  }

  /** Begins to record and to grade from this start state. `ticking`: the checks that are to tick by themselves now. */
  async start(baseline: BaselineData | undefined, latched: readonly string[], ticking: (() => string[]) | undefined): Promise<void> {
    this.stop();
    const mirror = await this.open();
    const { lab, namespace, cluster, probes, recording, mode, gradersById, clock, onCheck } = this.options;
    if (mode === 'own') this.recorder = new Recorder(mirror, this.kindsRead(), recording, clock);
    const stop = new AbortController();
    const loop = new GradeLoop({
      checks: lab.steps.flatMap((step) => step.checks.map((check) => ({ check, step: step.id }))),
      gradersById,
      view: () => mirror.view(),
      onMirrorChange: (listener) => mirror.onChange(listener),
      probes,
      timeline: () => {
        if (mode === 'none' || !recording.exists) throw new CannotSee('the drill was not recorded');
        return recording;
      },
      baseline: () => {
        if (!baseline) throw new CannotSee('the start state was not recorded');
        return baselineView(baseline, namespace);
      },
      facts: cluster.facts,
      clock,
      signal: AbortSignal.any([this.options.signal, stop.signal]),
      apiTakenAway: async () => lab.exclusive && mirror.connection !== 'live' && (await apiServerTakenAway(cluster.nodes, cluster.facts)),
      latched: new Set([...latched, ...this.latchedByRecorder()]),
      onCheck,
    });
    this.grading = { loop, stop };
    if (ticking) void loop.watch(ticking);
  }

  /** Checks that the recorder saw pass while no other command ran. */
  private latchedByRecorder(): string[] {
    const { lab, recording } = this.options;
    const latching = new Set(lab.steps.flatMap((step) => step.checks.filter((check) => check.latch).map((check) => check.id)));
    return recording.entries().flatMap((entry) => (entry.type === 'check-passed' && latching.has(entry.check) ? [entry.check] : []));
  }

  /** Stops to record and to grade; the mirror stays open. */
  stop(): void {
    this.grading?.stop.abort();
    this.grading = undefined;
    this.recorder?.stop();
    this.recorder = undefined;
  }

  async close(): Promise<void> {
    this.stop();
    await this.live?.close();
  }

  /** Grades a condition of the set-up until it passes or its bound is reached. */
  async settleCondition(wait: Extract<LabSetupAction, { wait: unknown }>['wait']): Promise<Verdict> {
    const { clock, signal, gradersById } = this.options;
    const mirror = await this.open();
    const started = clock.now();
    for (;;) {
      const verdict = await evaluateCondition(wait, this.contextDuringSetUp(mirror), gradersById);
      if (verdict.verdict === 'pass' || clock.now() - started >= (wait.within ?? setUpWaitMs) || signal.aborted) return verdict;
      await clock.sleep(pollMs, signal);
    }
  }

  private contextDuringSetUp(mirror: Mirror): EvaluationContext {
    const { probes, cluster, clock, signal } = this.options;
    return {
      mirror: mirror.view(),
      probes,
      timeline: () => {
        throw new CannotSee('nothing is recorded during set-up');
      },
      baseline: () => {
        throw new CannotSee('the start state is still being made');
      },
      cluster: () => cluster.facts,
      now: clock.now(),
      signal,
    };
  }
}
