import { existsSync } from 'node:fs';
import { valueOfCel } from '../grading/cel.ts';
import { evaluateCondition, readsOfCheck, readsOfCondition } from '../grading/evaluate.ts';
import type { Grader } from '../grading/grader.ts';
import type { KindName } from '../grading/kinds.ts';
import { CannotSee, type MirrorView, type Read } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import type { Verdict } from '../grading/verdict.ts';
import { type Mirror, openMirror } from '../kube/mirror.ts';
import { makeProbes } from '../kube/probes.ts';
import { type PlaceholderValues, render, renderLive } from '../lab/placeholders.ts';
import type { Lab, LabSetupAction, LabStep } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { type DrillRecord, drillFiles, forgetRun, loadDrill, saveDrill } from '../store/drills.ts';
import type { Clock } from '../system/clock.ts';
import { readIfThere, writeWhole } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import type { Run } from '../system/run.ts';
import { apiServerTakenAway } from './api-down.ts';
import { type BaselineData, baselineView, fingerprintOfBaseline, takeBaseline } from './baseline.ts';
import { cleanUp } from './clean-up.ts';
import type { DrillCluster } from './cluster.ts';
import type { Drill, DrillState } from './drill.ts';
import type { CheckState, DrillEvent, HintState, OnDrillEvent, StepState } from './events.ts';
import type { FaultDesk } from './fault-desk.ts';
import { differences } from './fingerprint.ts';
import { GradeLoop } from './grade-loop.ts';
import { type Performed, type PerformOptions, perform } from './perform.ts';
import { nodeOf, valuesOf } from './placeholder-values.ts';
import { isRight, rightAnswer } from './predictions.ts';
import { Recorder } from './recorder.ts';
import { Recording } from './recording.ts';
import { renderLab } from './render-lab.ts';
import { earnedBy, pointsOf, scoreOf, stepVerdict } from './score.ts';
import { setUp } from './set-up.ts';
import { layOutWorkspace, type Workspace } from './workspace.ts';

export interface DrillOptions {
  lab: Lab;
  cluster: DrillCluster;
  faults: FaultDesk;
  paths: Paths;
  run: Run;
  clock: Clock;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
  gradersById: ReadonlyMap<string, Grader>;
  /** Default `drill-<lab>`; proofs have namespaces of their own. */
  namespace?: string;
  /** `own`: this process records; `follow`: another one does; `none`: nobody. */
  recording: 'own' | 'follow' | 'none';
  /** Checks of the current step tick by themselves. */
  live: boolean;
  /** Another process keeps the drill's record: this one only records and latches. */
  watchOnly?: boolean;
  /** The lab to suggest after this one. */
  next?: string;
  onEvent?: OnDrillEvent;
}

/** Kinds that the live picture of a lab shows. */
const pictureKinds: Read[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Pod', 'Service', 'EndpointSlice', 'Event'];
const waitBoundMs = 180_000;

/** Opens a drill: resumes the one that is there, or sets up a fresh one. */
export async function openDrill(options: DrillOptions): Promise<DrillSession> {
  const session = new DrillSession(options);
  await session.open();
  return session;
}

/** One learner's run of one lab on a real cluster. */
export class DrillSession implements Drill {
  readonly namespace: string;
  readonly lab: Lab;
  private readonly options: DrillOptions;
  private readonly stopped = new AbortController();
  private readonly signal: AbortSignal;
  private readonly listeners = new Set<OnDrillEvent>();
  private readonly files: ReturnType<typeof drillFiles>;
  private readonly workspace: Workspace;
  private readonly probes: Probes;
  private readonly recording: Recording;
  private recorder: Recorder | undefined;
  private liveMirror: Mirror | undefined;
  private baselineData: BaselineData | undefined;
  private record: DrillRecord;
  private loop!: GradeLoop;
  private phase: DrillState['phase'] = 'setting-up';
  private readonly values: PlaceholderValues;

  constructor(options: DrillOptions) {
    this.options = options;
    this.namespace = options.namespace ?? `drill-${options.lab.id}`;
    this.signal = AbortSignal.any([options.signal, this.stopped.signal]);
    this.values = valuesOf(options.cluster.facts, this.namespace);
    this.lab = renderLab(options.lab, (text) => render(text, this.values));
    this.files = drillFiles(options.paths, this.lab.id);
    this.recording = new Recording(this.files.timeline, this.files.commands);
    this.probes = makeProbes({
      api: options.cluster.api,
      namespace: this.namespace,
      nodeExec: (node, command) => options.cluster.nodes.exec(node, command, { timeoutMs: 10_000 }),
      clock: options.clock,
      signal: this.signal,
      facts: options.cluster.facts,
    });
    this.workspace = layOutWorkspace(
      {
        lab: this.lab,
        folder: this.files.workspace,
        shims: this.files.shims,
        commandLog: this.files.commands,
        kubeconfig: options.cluster.kubeconfig,
        kubectl: options.cluster.kubectl,
        namespace: this.namespace,
        render: (text) => render(text, this.values),
        env: options.env,
      },
      false,
    );
    this.record = this.freshRecord();
    if (options.onEvent) this.listeners.add(options.onEvent);
  }

  private freshRecord(): DrillRecord {
    return {
      lab: this.lab.id,
      cluster: this.options.cluster.name,
      namespace: this.namespace,
      phase: 'setting-up',
      startedAt: this.options.clock.now(),
      current: 0,
      steps: {},
      latched: [],
      predicted: {},
      attempts: 0,
      fingerprint: {},
      ...(this.record?.best ? { best: this.record.best } : {}),
    };
  }

  private save(): void {
    if (!this.options.watchOnly) saveDrill(this.options.paths, this.record);
  }

  // opening ------------------------------------------------------------------------------------------------------

  async open(): Promise<void> {
    const { paths, cluster } = this.options;
    const kept = loadDrill(paths, this.lab.id);
    if (kept?.best) this.record.best = kept.best;
    const resumable =
      kept?.phase === 'running' && kept.cluster === cluster.name && kept.namespace === this.namespace && (await this.namespaceIsThere());
    if (resumable) {
      this.record = kept;
      this.baselineData = parseBaseline(readIfThere(this.files.baseline));
      await this.startGrading();
      this.enter('running');
      this.emitAll();
      return;
    }
    await this.makeStartState();
    this.emitAll();
    await this.beginStep();
  }

  private async namespaceIsThere(): Promise<boolean> {
    const answer = await this.options.cluster.api.request('GET', `/api/v1/namespaces/${this.namespace}`, { signal: this.signal });
    if (answer.ok) return answer.body.status?.phase === 'Active';
    // with the API server away nothing may be concluded, least of all that the drill is gone
    if (answer.kind === 'away') return existsSync(this.files.baseline);
    return false;
  }

  /** Removes whatever is there and makes the start state; the drill begins anew. */
  private async makeStartState(): Promise<void> {
    const { paths, cluster, clock } = this.options;
    this.enter('setting-up');
    this.record = this.freshRecord();
    this.save();
    await this.stopGrading();
    const leftBaseline = parseBaseline(readIfThere(this.files.baseline));
    await this.cleanUp(leftBaseline);
    forgetRun(paths, this.lab.id);
    this.relayWorkspace();
    await this.openMirror();
    await setUp({
      ...this.performOptions(this.signal),
      data: this.lab,
      onProgress: (progress) => this.emit({ type: 'progress', progress }),
      settle: (condition) => this.settleCondition(condition),
    });
    this.baselineData = await takeBaseline(cluster, this.lab, this.namespace, clock.now(), this.signal);
    writeWhole(this.files.baseline, JSON.stringify(this.baselineData));
    this.record.fingerprint = fingerprintOfBaseline(this.baselineData, this.namespace);
    this.record.phase = 'running';
    this.record.startedAt = clock.now();
    this.save();
    await this.startGrading();
    this.enter('running');
  }

  private relayWorkspace(): void {
    const { cluster, env } = this.options;
    layOutWorkspace(
      {
        lab: this.lab,
        folder: this.files.workspace,
        shims: this.files.shims,
        commandLog: this.files.commands,
        kubeconfig: cluster.kubeconfig,
        kubectl: cluster.kubectl,
        namespace: this.namespace,
        render: (text) => render(text, this.values),
        env,
      },
      true,
    );
  }

  private reads(): Read[] {
    const { gradersById } = this.options;
    const checks = this.lab.steps.flatMap((step) => step.checks.flatMap((check) => readsOfCheck(check, gradersById)));
    const waits = this.lab.setup.flatMap((action) => ('wait' in action ? readsOfCondition(action.wait, gradersById) : []));
    return [...checks, ...waits, ...pictureKinds];
  }

  /** Kinds that are mirrored in the drill's own namespace, or cluster-wide: what a recording holds. */
  private kindsRead(): KindName[] {
    return this.reads().flatMap((read) => (typeof read === 'string' ? [read] : []));
  }

  private async openMirror(): Promise<void> {
    if (this.liveMirror) return;
    const { api } = this.options.cluster;
    this.liveMirror = openMirror({ api, reads: this.reads(), namespace: this.namespace, clock: this.options.clock, signal: this.signal });
    this.liveMirror.onConnection((state, seen) => {
      this.emit({ type: 'connection', state, seen });
      this.noteApi(state === 'live' ? 'answering' : 'away', seen);
    });
    const ready = await this.liveMirror.ready(30_000);
    if (!ready.ready)
      this.emit({
        type: 'trouble',
        message: `not everything of the cluster can be seen: ${ready.seen}`,
        hint: 'See how the cluster is: kubedrill doctor',
      });
  }

  private noteApi(state: 'answering' | 'away', seen: string): void {
    if (this.recorder) this.recording.add({ at: this.options.clock.now(), type: 'api', state, seen });
  }

  private async startGrading(): Promise<void> {
    await this.openMirror();
    const mirror = this.liveMirror as Mirror;
    if (this.options.recording === 'own') this.recorder = new Recorder(mirror, this.kindsRead(), this.recording, this.options.clock);
    this.loop = new GradeLoop({
      checks: this.lab.steps.flatMap((step) => step.checks.map((check) => ({ check, step: step.id }))),
      gradersById: this.options.gradersById,
      view: () => mirror.view(),
      onMirrorChange: (listener) => mirror.onChange(listener),
      probes: this.probes,
      timeline: () => {
        if (this.options.recording === 'none' || !this.recording.exists) throw new CannotSee('the drill was not recorded');
        return this.recording;
      },
      baseline: () => {
        if (!this.baselineData) throw new CannotSee('the start state was not recorded');
        return baselineView(this.baselineData, this.namespace);
      },
      facts: this.options.cluster.facts,
      clock: this.options.clock,
      signal: this.signal,
      apiTakenAway: async () =>
        this.lab.exclusive &&
        mirror.connection !== 'live' &&
        (await apiServerTakenAway(this.options.cluster.nodes, this.options.cluster.facts)),
      latched: new Set([...this.record.latched, ...this.latchedByRecorder()]),
      onCheck: (check, passed) => this.onCheck(check, passed),
    });
    if (this.options.live) void this.loop.watch(() => this.tickingIds());
  }

  /** Checks that the recorder saw pass while no other command ran. */
  private latchedByRecorder(): string[] {
    const latching = new Set(this.lab.steps.flatMap((step) => step.checks.filter((check) => check.latch).map((check) => check.id)));
    return this.recording.entries().flatMap((entry) => (entry.type === 'check-passed' && latching.has(entry.check) ? [entry.check] : []));
  }

  private async stopGrading(): Promise<void> {
    this.recorder?.stop();
    this.recorder = undefined;
  }

  private tickingIds(): string[] {
    if (this.phase !== 'running' && this.phase !== 'solving') return [];
    const current = this.currentStep();
    const latching = this.lab.steps.flatMap((step) => step.checks.filter((check) => check.latch).map((check) => check.id));
    const guards = this.lab.steps
      .slice(0, this.record.current)
      .flatMap((step) => step.checks.filter((check) => check.guard).map((check) => check.id));
    return [...new Set([...current.checks.map((check) => check.id), ...guards, ...latching])];
  }

  // state --------------------------------------------------------------------------------------------------------

  get state(): DrillState {
    return {
      lab: this.lab,
      namespace: this.namespace,
      phase: this.phase,
      connection: this.liveMirror?.connection ?? 'connecting',
      steps: this.stepStates(),
      current: this.record.current,
      checks: this.loop?.all() ?? [],
      hints: Object.fromEntries(this.lab.steps.map((step) => [step.id, this.openedHints(step)])),
      predicted: this.record.predicted,
      score: scoreOf(this.stepStates(), this.loop?.all() ?? []),
      attempts: this.record.attempts,
      startedAt: this.record.startedAt,
      faults: this.options.faults.inForce(),
    };
  }

  get mirror(): MirrorView | undefined {
    return this.liveMirror?.view();
  }

  onMirrorChange(listener: () => void): () => void {
    return this.liveMirror?.onChange(listener) ?? (() => undefined);
  }

  on(listener: OnDrillEvent): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private emit(event: DrillEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private enter(phase: DrillState['phase']): void {
    this.phase = phase;
    this.emit({ type: 'phase', phase, lab: this.lab.id });
  }

  private emitAll(): void {
    this.stepStates().forEach((step, index) => {
      this.emit({ type: 'step', step, index, of: this.lab.steps.length });
    });
  }

  currentStep(): LabStep {
    return this.lab.steps[this.record.current] as LabStep;
  }

  private kept(step: LabStep) {
    this.record.steps[step.id] ??= { state: 'todo', hintsOpened: [], earned: 0 };
    return this.record.steps[step.id] as DrillRecord['steps'][string];
  }

  private stepStates(): StepState[] {
    return this.lab.steps.map((step, index) => {
      const { state, hintsOpened, earned } = this.kept(step);
      return {
        id: step.id,
        title: step.title,
        state: state === 'todo' && index === this.record.current ? 'current' : state,
        hintsOpened: hintsOpened.length,
        earned,
        of: pointsOf(step),
      };
    });
  }

  checksOf(step: LabStep): CheckState[] {
    return step.checks.map((check) => this.loop.state(check.id));
  }

  private onCheck(check: CheckState, passed: boolean): void {
    if (check.latched && !this.record.latched.includes(check.id)) {
      this.record.latched.push(check.id);
      this.save();
    }
    if (passed && this.options.recording === 'own')
      this.recording.add({ at: this.options.clock.now(), type: 'check-passed', check: check.id });
    this.emit({ type: 'check', check });
    if (this.options.live && !this.options.watchOnly && this.phase === 'running') this.settleStep();
  }

  /** Marks the current step as passed when all its checks are. */
  private settleStep(): boolean {
    const step = this.currentStep();
    const kept = this.kept(step);
    if (kept.state === 'passed' || kept.state === 'solved') return true;
    if (step.checks.length > 0 && stepVerdict(this.checksOf(step)) !== 'passed') return false;
    if (step.checks.length === 0 && this.unanswered(step) > 0) return false;
    kept.state = 'passed';
    kept.earned = earnedBy(step, this.checksOf(step), this.hintCost(step), false);
    this.save();
    this.emit({ type: 'step-passed', step: step.id, earned: kept.earned, of: pointsOf(step) });
    this.emit({ type: 'score', score: this.state.score });
    return true;
  }

  private unanswered(step: LabStep): number {
    return step.predict.length - (this.record.predicted[step.id] ?? []).filter(Boolean).length;
  }

  // what a learner does ------------------------------------------------------------------------------------------

  async check(options: { signal?: AbortSignal } = {}): Promise<CheckState[]> {
    this.must('check');
    this.record.attempts += 1;
    this.save();
    const states = await this.loop.settle(this.idsUpTo(this.record.current, true), options);
    this.settleStep();
    this.emit({ type: 'score', score: this.state.score });
    return states;
  }

  /** Checks of the current step, and the guards of the steps before it. */
  private idsUpTo(index: number, guardsOnly: boolean): string[] {
    return this.lab.steps.flatMap((step, at) =>
      at > index ? [] : step.checks.filter((check) => at === index || !guardsOnly || check.guard).map((check) => check.id),
    );
  }

  /** Grades these checks to an end; for proofs. */
  settle(ids: readonly string[], withinMs: number): Promise<CheckState[]> {
    return this.loop.settle(ids, { withinMs, patient: true });
  }

  async hint(): Promise<HintState | undefined> {
    const step = this.currentStep();
    const kept = this.kept(step);
    const closed = step.hints.map((hint, index) => ({ hint, key: String(index) })).filter(({ key }) => !kept.hintsOpened.includes(key));
    const fitting = closed.find(({ hint }) => hint.when && this.holds(hint.when.cel)) ?? closed.find(({ hint }) => !hint.when) ?? closed[0];
    if (!fitting) return undefined;
    kept.hintsOpened.push(fitting.key);
    this.save();
    const hint: HintState = { tier: kept.hintsOpened.length, of: step.hints.length, text: fitting.hint.text, cost: fitting.hint.cost };
    this.emit({ type: 'hint', step: step.id, hint });
    return hint;
  }

  private openedHints(step: LabStep): HintState[] {
    return this.kept(step).hintsOpened.flatMap((key, index) => {
      const hint = step.hints[Number(key)];
      return hint ? [{ tier: index + 1, of: step.hints.length, text: hint.text, cost: hint.cost }] : [];
    });
  }

  private hintCost(step: LabStep): number {
    return this.openedHints(step).reduce((sum, hint) => sum + hint.cost, 0);
  }

  private holds(cel: string): boolean {
    try {
      return this.celText(cel) === 'true';
    } catch {
      return false; // a hint's condition that cannot be seen just does not choose it
    }
  }

  private celText(expression: string): string {
    const { mirror, cluster, baseline, now } = this.loop.context();
    const result = valueOfCel(expression, { mirror, cluster, baseline, now });
    if (!result.ok) throw new LabError('could-not-grade', `the answer cannot be computed now: ${result.observed}`);
    return typeof result.value === 'string' ? result.value : JSON.stringify(result.value);
  }

  async predict(question: number, given: string): Promise<{ right: boolean; answer: string; why: string }> {
    const step = this.currentStep();
    const asked = step.predict[question];
    if (!asked) throw new LabError('usage', `step ${step.id} has no question ${question + 1}`);
    const answer = rightAnswer(asked, (cel) => this.celText(cel));
    const right = isRight(asked, given, answer);
    this.record.predicted[step.id] ??= [];
    (this.record.predicted[step.id] as unknown[])[question] = { given, right };
    this.save();
    this.emit({ type: 'predicted', step: step.id, question, given, right, answer, why: asked.why });
    if (step.checks.length === 0) this.settleStep();
    return { right, answer, why: asked.why };
  }

  async solve(options: { all?: boolean; signal?: AbortSignal } = {}): Promise<void> {
    this.must('solve');
    this.enter('solving');
    try {
      do {
        const step = this.currentStep();
        await this.runCommands(step.solution, 'solution', options.signal);
        await this.loop.settle(this.idsUpTo(this.record.current, true), { signal: options.signal, withinMs: waitBoundMs, patient: true });
        const kept = this.kept(step);
        if (kept.state !== 'passed') kept.state = 'solved';
        this.save();
        if (!options.all || this.record.current + 1 >= this.lab.steps.length) break;
        await this.next();
      } while (!options.signal?.aborted && !this.signal.aborted);
    } finally {
      if (this.phase === 'solving') this.enter('running');
    }
  }

  /** Runs commands of the lab as the learner would; a failing one ends it, unless it may fail. */
  async runCommands(
    commands: readonly string[],
    folder: 'solution' | 'wrong',
    signal?: AbortSignal,
    tolerant = false,
  ): Promise<Performed[]> {
    const options = this.performOptions(signal ? AbortSignal.any([signal, this.signal]) : this.signal);
    const performed: Performed[] = [];
    this.workspace.bring(folder);
    try {
      for (const command of commands) {
        const result = await perform(command, options);
        performed.push(result);
        if (this.recording.exists)
          this.recording.add({
            at: this.options.clock.now(),
            type: 'command',
            argv: result.argv,
            exitCode: result.exitCode,
            stderr: result.stderr.slice(0, 2000),
          });
        const { mayFail, ...shown } = result;
        this.emit({ type: 'command', ...shown });
        if (result.exitCode !== 0 && !mayFail && !tolerant)
          throw new LabError('command-failed', `${result.argv.join(' ')} failed: ${result.stderr.trim()}`, {
            hint: `Start anew: kubedrill reset ${this.lab.id}`,
          });
      }
    } finally {
      this.workspace.clear();
    }
    return performed;
  }

  async next(): Promise<void> {
    const { state } = this.kept(this.currentStep());
    const step = this.currentStep();
    if (state !== 'passed' && state !== 'solved' && !(step.checks.length === 0))
      throw new LabError('usage', `step ${this.record.current + 1} (${step.title}) is not passed yet`, {
        hint: `See what is missing: kubedrill check ${this.lab.id}`,
      });
    if (state === 'todo' || state === 'current') this.kept(step).state = 'passed';
    await this.advance();
  }

  /** Goes on whether the current step is passed or not; for proofs. */
  async advance(): Promise<void> {
    if (this.record.current + 1 >= this.lab.steps.length) return;
    this.record.current += 1;
    this.save();
    await this.beginStep();
  }

  /** The fault desk, with what it does noted in the recording. */
  private notedFaults(): FaultDesk {
    const { faults, clock } = this.options;
    const note = (id: string, phase: 'injected' | 'undone') => {
      if (this.recording.exists) this.recording.add({ at: clock.now(), type: 'fault', id, phase });
    };
    return {
      ...faults,
      inject: async (use, namespace, lab) => {
        const journalId = await faults.inject(use, namespace, lab);
        note(use.use, 'injected');
        return journalId;
      },
      undo: async (matches) => {
        let undone = '';
        const found = await faults.undo((fault, params) => {
          const fits = matches(fault, params);
          if (fits) undone = fault;
          return fits;
        });
        if (found) note(undone, 'undone');
        return found;
      },
    };
  }

  private async beginStep(): Promise<void> {
    const step = this.currentStep();
    const kept = this.kept(step);
    if (this.recording.exists) this.recording.add({ at: this.options.clock.now(), type: 'step', step: step.id });
    this.emit({
      type: 'step',
      step: this.stepStates()[this.record.current] as StepState,
      index: this.record.current,
      of: this.lab.steps.length,
    });
    if (!step.fault || kept.faultInjected) return;
    await this.notedFaults().inject(step.fault, this.namespace, this.lab.id);
    kept.faultInjected = true;
    this.save();
  }

  async reset(): Promise<void> {
    this.enter('resetting');
    const before = this.record.fingerprint;
    this.record.phase = 'resetting';
    this.save();
    await this.makeStartState();
    const difference = Object.keys(before).length > 0 ? differences(before, this.record.fingerprint) : [];
    if (difference.length > 0)
      throw new LabError('reset-failed', `${this.lab.id}: the start state is not as it was: ${difference.join('; ')}`, {
        hint: 'See how the cluster is: kubedrill doctor',
      });
    this.emitAll();
    await this.beginStep();
  }

  /** Start state then and now; for proofs. */
  get fingerprint(): Record<string, string> {
    return this.record.fingerprint;
  }

  async finish(
    options: { signal?: AbortSignal } = {},
  ): Promise<{ passed: boolean; score: DrillState['score']; debrief: string; next: string | undefined }> {
    this.must('finish');
    const everything = this.idsUpTo(this.lab.steps.length - 1, false);
    await this.loop.settle(everything, options);
    for (const step of this.lab.steps) {
      const kept = this.kept(step);
      kept.earned = earnedBy(step, this.checksOf(step), this.hintCost(step), kept.state === 'solved');
      if (stepVerdict(this.checksOf(step)) === 'passed' && kept.state !== 'solved') kept.state = 'passed';
    }
    const passed = this.loop.all().every((check) => check.verdict?.verdict === 'pass');
    const { score } = this.state;
    const { best } = this.record;
    if (!best || score.score >= best.score || (passed && !best.passed))
      this.record.best = {
        score: Math.max(score.score, best?.score ?? 0),
        of: score.of,
        passed: passed || (best?.passed ?? false),
        at: this.options.clock.now(),
      };
    const { attempts } = this.record;
    if (passed) {
      await this.stopGrading();
      await this.cleanUp(this.baselineData);
      this.record = { ...this.freshRecord(), phase: 'finished' };
      forgetRun(this.options.paths, this.lab.id);
    }
    this.save();
    if (passed) this.enter('finished');
    const result = { passed, score, debrief: this.lab.debrief, next: this.options.next };
    this.emit({ type: 'finished', attempts, ...result });
    return result;
  }

  /** Removes all that the lab made on the cluster and forgets the run. */
  async abandon(): Promise<void> {
    await this.stopGrading();
    await this.cleanUp(this.baselineData);
    forgetRun(this.options.paths, this.lab.id);
  }

  private cleanUp(baseline: BaselineData | undefined): Promise<void> {
    const { cluster, faults, clock } = this.options;
    return cleanUp({
      cluster,
      lab: this.lab,
      namespace: this.namespace,
      faults,
      baseline,
      onProgress: (progress) => this.emit({ type: 'progress', progress }),
      clock,
      signal: this.signal,
    });
  }

  /** `keepFaults`: another process goes on with this drill (the recorder), and sees to its faults. */
  async close(keepFaults = false): Promise<void> {
    try {
      if (this.phase !== 'finished' && !keepFaults) await this.options.faults.recover(this.lab.id, this.namespace);
    } finally {
      this.recorder?.stop();
      this.stopped.abort();
      this.recording.close();
      await this.liveMirror?.close();
      this.enter('closed');
    }
  }

  shell(): { env: Record<string, string>; cwd: string } {
    return { env: this.workspace.env, cwd: this.workspace.cwd };
  }

  // -------------------------------------------------------------------------------------------------------------

  private must(what: string): void {
    if (this.phase === 'finished' || this.phase === 'closed')
      throw new LabError('usage', `the drill of ${this.lab.id} is over`, { hint: `Start it: kubedrill start ${this.lab.id}` });
    if (this.phase !== 'running') throw new LabError('usage', `cannot ${what} now: ${this.lab.id} is ${this.phase}`);
  }

  private performOptions(signal: AbortSignal): PerformOptions {
    const { cluster, run, clock } = this.options;
    return {
      cluster,
      workspace: this.workspace,
      namespace: this.namespace,
      lab: this.lab.id,
      faults: this.notedFaults(),
      probes: this.probes,
      run,
      clock,
      signal,
      waitForCheck: async (id) => {
        const [state] = await this.loop.settle([id], { signal, withinMs: waitBoundMs, patient: true });
        const verdict = state?.verdict;
        if (verdict?.verdict === 'pass') return `${id} holds: ${verdict.evidence}`;
        const seen =
          verdict?.verdict === 'error'
            ? verdict.reason
            : verdict
              ? `observed ${verdict.observed}, expected ${verdict.expected}`
              : 'nothing seen';
        throw new LabError('timed-out', `${this.lab.id}: check ${id} did not pass within ${waitBoundMs / 1000} s: ${seen}`);
      },
      render: (text) => renderLive(text, this.values, (workload) => nodeOf(workload, cluster.api, this.namespace, signal)),
    };
  }

  private async settleCondition(wait: Extract<LabSetupAction, { wait: unknown }>['wait']): Promise<Verdict> {
    const { clock } = this.options;
    const mirror = this.liveMirror as Mirror;
    const started = clock.now();
    const bound = wait.within ?? 60_000;
    for (;;) {
      const verdict = await evaluateCondition(
        wait,
        {
          mirror: mirror.view(),
          probes: this.probes,
          timeline: () => {
            throw new CannotSee('nothing is recorded during set-up');
          },
          baseline: () => {
            throw new CannotSee('the start state is still being made');
          },
          cluster: () => this.options.cluster.facts,
          now: clock.now(),
          signal: this.signal,
        },
        this.options.gradersById,
      );
      if (verdict.verdict === 'pass' || clock.now() - started >= bound || this.signal.aborted) return verdict;
      await clock.sleep(200, this.signal);
    }
  }
}

function parseBaseline(text: string | undefined): BaselineData | undefined {
  return text ? (JSON.parse(text) as BaselineData) : undefined;
}
