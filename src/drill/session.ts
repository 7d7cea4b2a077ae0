import { existsSync } from 'node:fs';
import { valueOfCel } from '../grading/cel.ts';
import type { GradersById } from '../grading/evaluate.ts';
import type { MirrorView } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import { pathOf } from '../kube/path.ts';
import { makeProbes } from '../kube/probes.ts';
import { type PlaceholderValues, render } from '../lab/placeholders.ts';
import type { Lab, LabStep } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { type DrillRecord, drillFiles, forgetRun, loadDrill, saveDrill } from '../store/drills.ts';
import type { Clock } from '../system/clock.ts';
import { readIfThere, writeWhole } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';
import type { Run } from '../system/run.ts';
import { type BaselineData, fingerprintOfBaseline, takeBaseline } from './baseline.ts';
import { cleanUp } from './clean-up.ts';
import type { DrillCluster } from './cluster.ts';
import type { Drill, DrillState } from './drill.ts';
import type { CheckState, DrillEvent, HintState, OnDrillEvent, StepState } from './events.ts';
import type { FaultDesk } from './fault-desk.ts';
import { differences } from './fingerprint.ts';
import { LabCommands, waitBoundMs } from './lab-commands.ts';
import { notedFaults } from './noted-faults.ts';
import type { Performed } from './perform.ts';
import { valuesOf } from './placeholder-values.ts';
import { isRight, rightAnswer } from './predictions.ts';
import { DrillProgress } from './progress.ts';
import { Recording } from './recording.ts';
import { renderLab } from './render-lab.ts';
import { pointsOf, scoreOf } from './score.ts';
import { setUp } from './set-up.ts';
import { Watching } from './watching.ts';
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
  gradersById: GradersById;
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

/**
 * Opens a drill: resumes the one that is there, or sets up a fresh one. One that cannot be opened is closed: nobody else could.
 * `keepFaults`: as of {@link DrillSession.close}.
 */
export async function openDrill(options: DrillOptions, keepFaults = false): Promise<DrillSession> {
  const session = new DrillSession(options);
  try {
    await session.open();
    return session;
  } catch (error) {
    // the first error is the one that is told; a fault that is still in force stays in the journal, and the next start mends it
    await session.close(keepFaults).catch(() => undefined);
    throw error;
  }
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
  private readonly values: PlaceholderValues;
  private readonly probes: Probes;
  private readonly recording: Recording;
  private readonly faults: FaultDesk;
  private readonly watching: Watching;
  private readonly progress: DrillProgress;
  private readonly workspace: Workspace;
  private readonly commands: LabCommands;
  private baseline: BaselineData | undefined;
  private phase: DrillState['phase'] = 'setting-up';

  constructor(options: DrillOptions) {
    const { lab, cluster, clock, paths } = options;
    this.options = options;
    this.namespace = options.namespace ?? `drill-${lab.id}`;
    this.signal = AbortSignal.any([options.signal, this.stopped.signal]);
    this.values = valuesOf(cluster.facts, this.namespace);
    this.lab = renderLab(lab, (text) => render(text, this.values));
    this.files = drillFiles(paths, lab.id);
    this.recording = new Recording(this.files.timeline, this.files.commands);
    this.faults = notedFaults(options.faults, this.recording, clock);
    this.progress = new DrillProgress(this.lab, this.freshRecord(undefined), () => this.save());
    this.probes = makeProbes({
      api: cluster.api,
      namespace: this.namespace,
      nodeExec: (node, command) => cluster.nodes.exec(node, command, { timeoutMs: 10_000 }),
      clock,
      signal: this.signal,
      facts: cluster.facts,
    });
    this.watching = new Watching({
      lab: this.lab,
      namespace: this.namespace,
      cluster,
      probes: this.probes,
      recording: this.recording,
      mode: options.recording,
      gradersById: options.gradersById,
      clock,
      signal: this.signal,
      onConnection: (state, seen) => this.emit({ type: 'connection', state, seen }),
      onTrouble: (message) => this.emit({ type: 'trouble', message, hint: 'See how the cluster is: kubedrill doctor' }),
      onCheck: (check, passed) => this.onCheck(check, passed),
    });
    this.workspace = this.layOut(false);
    this.commands = new LabCommands({
      cluster,
      workspace: this.workspace,
      namespace: this.namespace,
      lab: lab.id,
      faults: this.faults,
      probes: this.probes,
      run: options.run,
      clock,
      values: this.values,
      recording: this.recording,
      settle: (ids, how) => this.watching.loop.settle(ids, how),
      emit: (event) => this.emit(event),
    });
    if (options.onEvent) this.listeners.add(options.onEvent);
  }

  private layOut(fresh: boolean): Workspace {
    const { cluster, env } = this.options;
    const { workspace: folder, shims, commands: commandLog } = this.files;
    const { kubeconfig, kubectl } = cluster;
    const fill = (text: string) => render(text, this.values);
    return layOutWorkspace(
      { lab: this.lab, folder, shims, commandLog, kubeconfig, kubectl, namespace: this.namespace, render: fill, env },
      fresh,
    );
  }

  private freshRecord(best: DrillRecord['best']): DrillRecord {
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
      ...(best ? { best } : {}),
    };
  }

  private get record(): DrillRecord {
    return this.progress.record;
  }

  private save(): void {
    this.record.by = this.options.recording === 'own' ? 'process' : 'commands';
    if (!this.options.watchOnly) saveDrill(this.options.paths, this.record);
  }

  // opening ------------------------------------------------------------------------------------------------------

  async open(): Promise<void> {
    const kept = loadDrill(this.options.paths, this.lab.id);
    this.record.best = kept?.best;
    if (kept && (await this.canResume(kept))) {
      this.progress.record = kept;
      this.baseline = parseBaseline(readIfThere(this.files.baseline));
      this.save(); // who keeps it going may have changed
      if (this.lab.exclusive && !this.options.watchOnly) await this.faults.guard(this.lab.id, this.namespace);
      await this.startWatching();
      this.enter('running');
      this.emitAll();
      // the step before was passed, and the command was killed before this one's fault was in force
      const step = this.currentStep();
      if (step.fault && !this.progress.kept(step).faultInjected && !this.options.watchOnly) await this.beginStep();
      return;
    }
    await this.makeStartState();
    this.emitAll();
    await this.beginStep();
  }

  private async canResume(kept: DrillRecord): Promise<boolean> {
    const { cluster, recording, watchOnly } = this.options;
    if (kept.phase !== 'running' || kept.cluster !== cluster.name || kept.namespace !== this.namespace) return false;
    if (!(await this.namespaceIsThere())) return false;
    const uses = (steps: readonly LabStep[]) => steps.some((step) => step.fault) || this.lab.setup.some((action) => 'fault' in action);
    // between two commands a fault may have been undone by the learner; the note of the cluster goes only when all is recovered
    const recovered =
      recording === 'own'
        ? !this.faults.inForce().some((fault) => fault.lab === this.lab.id)
        : this.lab.exclusive && !this.faults.guarded(this.lab.id);
    if (watchOnly || !recovered || !uses(this.lab.steps.slice(0, kept.current + 1))) return true;
    // what is left would be too easy
    this.emit({
      type: 'trouble',
      message: `${this.lab.id} starts anew: what it had broken was mended in the meantime`,
      hint: undefined,
    });
    return false;
  }

  private async namespaceIsThere(): Promise<boolean> {
    const answer = await this.options.cluster.api.request('GET', pathOf('Namespace', undefined, this.namespace), { signal: this.signal });
    if (answer.ok) return answer.body.status?.phase === 'Active';
    // with the API server away nothing may be concluded, least of all that the drill is gone
    if (answer.kind === 'away') return existsSync(this.files.baseline);
    return false;
  }

  /** Removes whatever is there and makes the start state; the drill begins anew. */
  private async makeStartState(signal = this.signal): Promise<void> {
    const { paths, cluster, clock } = this.options;
    this.enter('setting-up');
    this.progress.record = this.freshRecord(this.record.best);
    this.save();
    this.watching.stop();
    await this.cleanUp(parseBaseline(readIfThere(this.files.baseline)), signal);
    forgetRun(paths, this.lab.id);
    this.layOut(true);
    await this.watching.open();
    await setUp({
      ...this.commands.optionsOf(signal),
      data: this.lab,
      onProgress: (progress) => this.emit({ type: 'progress', progress }),
      settle: (condition) => this.watching.settleCondition(condition),
    });
    this.baseline = await takeBaseline(cluster, this.lab, this.namespace, clock.now(), signal);
    writeWhole(this.files.baseline, JSON.stringify(this.baseline));
    this.record.fingerprint = fingerprintOfBaseline(this.baseline, this.namespace);
    this.record.phase = 'running';
    this.record.startedAt = clock.now();
    this.save();
    await this.startWatching();
    this.enter('running');
  }

  private startWatching(): Promise<void> {
    return this.watching.start(this.baseline, this.record.latched, this.options.live ? () => this.tickingIds() : undefined);
  }

  /** The current step, whatever latches, and the guards of the steps that are done. */
  private tickingIds(): string[] {
    if (this.phase !== 'running' && this.phase !== 'solving') return [];
    const latching = this.lab.steps.flatMap((step) => step.checks.filter((check) => check.latch).map((check) => check.id));
    return [...new Set([...this.idsUpTo(this.record.current, true), ...latching])];
  }

  // state --------------------------------------------------------------------------------------------------------

  get state(): DrillState {
    const { progress, watching, record } = this;
    const steps = progress.stepStates();
    return {
      lab: this.lab,
      namespace: this.namespace,
      phase: this.phase,
      connection: watching.connection,
      steps,
      current: record.current,
      checks: watching.checks,
      hints: Object.fromEntries(this.lab.steps.map((step) => [step.id, progress.openedHints(step)])),
      predicted: record.predicted,
      score: scoreOf(steps, watching.checks),
      attempts: record.attempts,
      startedAt: record.startedAt,
      faults: this.faults.inForce(),
    };
  }

  get mirror(): MirrorView | undefined {
    return this.watching.view;
  }

  onMirrorChange(listener: () => void): () => void {
    return this.watching.onChange(listener);
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
    this.progress.stepStates().forEach((step, index) => {
      this.emit({ type: 'step', step, index, of: this.lab.steps.length });
    });
  }

  currentStep(): LabStep {
    return this.progress.currentStep();
  }

  checksOf(step: LabStep): CheckState[] {
    return step.checks.map((check) => this.watching.loop.state(check.id));
  }

  private onCheck(check: CheckState, passed: boolean): void {
    if (check.latched) this.progress.latch(check.id);
    if (passed && this.options.recording === 'own')
      this.recording.add({ at: this.options.clock.now(), type: 'check-passed', check: check.id });
    this.emit({ type: 'check', check });
    if (this.options.live && !this.options.watchOnly && this.phase === 'running') this.passStep();
  }

  private passStep(): void {
    const step = this.currentStep();
    if (!this.progress.passWhenDone(this.checksOf(step))) return;
    this.emit({ type: 'step-passed', step: step.id, earned: this.progress.kept(step).earned, of: pointsOf(step) });
    this.emit({ type: 'score', score: this.state.score });
  }

  // what a learner does ------------------------------------------------------------------------------------------

  async check(options: { signal?: AbortSignal } = {}): Promise<CheckState[]> {
    this.must('check');
    this.record.attempts += 1;
    this.save();
    const states = await this.watching.loop.settle(this.idsUpTo(this.record.current, true), options);
    this.passStep();
    this.emit({ type: 'score', score: this.state.score });
    return states;
  }

  /** Checks of the steps up to this one; of the earlier ones perhaps only their guards. */
  private idsUpTo(index: number, guardsOnly: boolean): string[] {
    return this.lab.steps
      .slice(0, index + 1)
      .flatMap((step, at) => step.checks.filter((check) => at === index || !guardsOnly || check.guard).map((check) => check.id));
  }

  /** Grades these checks to an end; for proofs. */
  settle(ids: readonly string[], withinMs: number): Promise<CheckState[]> {
    return this.watching.loop.settle(ids, { withinMs, patient: true });
  }

  async hint(): Promise<HintState | undefined> {
    const hint = this.progress.openHint(({ cel }) => this.holds(cel));
    if (hint) this.emit({ type: 'hint', step: this.currentStep().id, hint });
    return hint;
  }

  private holds(cel: string): boolean {
    try {
      return this.celText(cel) === 'true';
    } catch {
      return false; // a hint's condition that cannot be seen just does not choose it
    }
  }

  private celText(expression: string): string {
    const { mirror, cluster, baseline, now } = this.watching.loop.context();
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
    this.progress.notePrediction(question, given, right);
    this.emit({ type: 'predicted', step: step.id, question, given, right, answer, why: asked.why });
    if (step.checks.length === 0) this.passStep();
    return { right, answer, why: asked.why };
  }

  async solve(options: { all?: boolean; signal?: AbortSignal } = {}): Promise<void> {
    this.must('solve');
    this.enter('solving');
    try {
      do {
        const step = this.currentStep();
        await this.runCommands(step.solution, 'solution', options.signal);
        const ids = this.idsUpTo(this.record.current, true);
        await this.asWork('wait until the checks pass', waitBoundMs / 1000, () =>
          this.watching.loop.settle(ids, { signal: options.signal, withinMs: waitBoundMs, patient: true }),
        );
        this.progress.markSolved(step);
        if (!options.all || this.progress.isLastStep()) break;
        await this.advance();
      } while (!options.signal?.aborted && !this.signal.aborted);
    } finally {
      if (this.phase === 'solving') this.enter('running');
    }
  }

  /** Says that something is under way which may take long. */
  private async asWork(step: string, bound: number | undefined, act: () => Promise<unknown>): Promise<void> {
    const started = this.options.clock.now();
    this.emit({ type: 'progress', progress: { type: 'step-started', step, ...(bound ? { bound } : {}) } });
    await act();
    const seconds = (this.options.clock.now() - started) / 1000;
    this.emit({ type: 'progress', progress: { type: 'step-done', step, seconds } });
  }

  /** Runs commands of the lab as the learner would; a failing one ends it, unless it may fail, or all may (`tolerant`). */
  runCommands(commands: readonly string[], folder: 'solution' | 'wrong', signal?: AbortSignal, tolerant = false): Promise<Performed[]> {
    return this.commands.run(commands, folder, { tolerant, signal: signal ? AbortSignal.any([signal, this.signal]) : this.signal });
  }

  async next(): Promise<void> {
    const step = this.currentStep();
    if (!this.progress.isDone(step) && step.checks.length > 0)
      throw new LabError('usage', `step ${this.record.current + 1} (${step.title}) is not passed yet`, {
        hint: `See what is missing: kubedrill check ${this.lab.id}`,
      });
    if (!this.progress.isDone(step)) this.progress.kept(step).state = 'passed';
    await this.advance();
  }

  /** Goes on whether the current step is passed or not; for proofs. */
  async advance(): Promise<void> {
    if (this.progress.isLastStep()) return;
    this.record.current += 1;
    this.save();
    await this.beginStep();
  }

  private async beginStep(): Promise<void> {
    const step = this.currentStep();
    const kept = this.progress.kept(step);
    const { current } = this.record;
    if (this.recording.exists) this.recording.add({ at: this.options.clock.now(), type: 'step', step: step.id });
    this.emit({ type: 'step', step: this.progress.stepStates()[current] as StepState, index: current, of: this.lab.steps.length });
    if (!step.fault || kept.faultInjected) return;
    await this.faults.inject(step.fault, this.namespace, this.lab.id);
    kept.faultInjected = true;
    this.save();
  }

  async reset(options: { signal?: AbortSignal } = {}): Promise<void> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.signal]) : this.signal;
    this.enter('resetting');
    const before = this.record.fingerprint;
    this.record.phase = 'resetting';
    this.save();
    await this.makeStartState(signal);
    const difference = Object.keys(before).length > 0 ? differences(before, this.record.fingerprint) : [];
    if (difference.length > 0)
      throw new LabError('reset-failed', `${this.lab.id}: the start state is not as it was: ${difference.join('; ')}`, {
        hint: 'See how the cluster is: kubedrill doctor',
      });
    this.emitAll();
    await this.beginStep();
  }

  /** Fingerprint of the start state; for proofs. */
  get fingerprint(): Record<string, string> {
    return this.record.fingerprint;
  }

  async finish(
    options: { signal?: AbortSignal } = {},
  ): Promise<{ passed: boolean; score: DrillState['score']; debrief: string; next: string | undefined }> {
    this.must('finish');
    await this.asWork('grade every check a last time', undefined, () =>
      this.watching.loop.settle(this.idsUpTo(this.lab.steps.length - 1, false), options),
    );
    for (const step of this.lab.steps) this.progress.regrade(step, this.checksOf(step));
    const passed = this.watching.checks.every((check) => check.verdict?.verdict === 'pass');
    const { score } = this.state;
    const { attempts } = this.record;
    this.progress.noteResult(score.score, score.of, passed, this.options.clock.now());
    if (passed) {
      await this.abandon();
      // the next start begins anew; what this run was stays to be shown
      if (!this.options.watchOnly) saveDrill(this.options.paths, { ...this.freshRecord(this.record.best), phase: 'finished' });
      this.enter('finished');
    } else this.save();
    const result = { passed, score, debrief: this.lab.debrief, next: this.options.next };
    this.emit({ type: 'finished', attempts, ...result });
    return result;
  }

  /** Removes all that the lab made on the cluster and forgets the run. */
  async abandon(): Promise<void> {
    this.watching.stop();
    await this.cleanUp(this.baseline);
    forgetRun(this.options.paths, this.lab.id);
  }

  private cleanUp(baseline: BaselineData | undefined, signal = this.signal): Promise<void> {
    const { cluster, clock } = this.options;
    const onProgress = (progress: Extract<DrillEvent, { type: 'progress' }>['progress']) => this.emit({ type: 'progress', progress });
    return cleanUp({
      cluster,
      lab: this.lab,
      namespace: this.namespace,
      faults: this.faults,
      baseline,
      onProgress,
      clock,
      signal,
    });
  }

  /**
   * `keepFaults`: another command goes on with this drill. Else what it broke is mended, also after Ctrl+C (a second one ends at once).
   */
  async close(keepFaults = false): Promise<void> {
    try {
      if (this.phase !== 'finished' && !keepFaults) await this.faults.recover(this.lab.id, this.namespace, new AbortController().signal);
    } finally {
      this.watching.stop();
      this.stopped.abort();
      this.recording.close();
      await this.watching.close();
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
}

function parseBaseline(text: string | undefined): BaselineData | undefined {
  return text ? (JSON.parse(text) as BaselineData) : undefined;
}
