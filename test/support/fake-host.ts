import type { Drill, DrillState } from '../../src/drill/drill.ts';
import type { CheckState, DrillEvent, FaultInForce, HintState } from '../../src/drill/events.ts';
import type { MirrorView } from '../../src/grading/mirror-view.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import type { Verdict } from '../../src/grading/verdict.ts';
import type { Lab } from '../../src/lab/schema.ts';
import { LabError } from '../../src/lab-error.ts';
import type { OnProgress } from '../../src/system/progress.ts';
import type { HomeState, LabCard, TuiHost, TuiSettings } from '../../src/tui/host.ts';
import { mirrorOf } from './fake-mirror.ts';

/** A drill that plays what a test tells it: verdicts, objects, faults; the rules of steps and points are the real ones. */
export class FakeDrill implements Drill {
  state: DrillState;
  calls: string[] = [];
  closed = false;
  shellStart: { env: Record<string, string>; cwd: string } = { env: { KUBECONFIG: '/nowhere' }, cwd: '/' };
  /** Called by `check`, `solve`, `reset` and `finish` before they answer; a test may hold them up here. */
  during: (what: string, signal: AbortSignal | undefined) => Promise<void> = async () => {};
  next_: string | undefined;
  #mirror: MirrorView;
  readonly #listeners = new Set<(event: DrillEvent) => void>();
  readonly #mirrorListeners = new Set<() => void>();

  constructor(lab: Lab, startedAt = 1_000_000) {
    this.state = {
      lab,
      namespace: `drill-${lab.id}`,
      phase: 'running',
      connection: 'live',
      steps: lab.steps.map((step, index) => ({
        id: step.id,
        title: step.title,
        state: index === 0 ? 'current' : 'todo',
        hintsOpened: 0,
        earned: 0,
        of: step.checks.reduce((sum, check) => sum + check.points, 0),
      })),
      current: 0,
      checks: lab.steps.flatMap((step) =>
        step.checks.map((check): CheckState => {
          const { id, title, guard, points } = check;
          return { id, step: step.id, title, guard, points, verdict: undefined, lastMismatch: undefined, latched: false, ms: 3 };
        }),
      ),
      hints: {},
      predicted: {},
      score: { score: 0, of: lab.steps.flatMap((step) => step.checks).reduce((sum, check) => sum + check.points, 0), ungraded: [] },
      attempts: 0,
      startedAt,
      faults: [],
    };
    this.#mirror = mirrorOf([], { namespace: this.state.namespace });
  }

  get mirror(): MirrorView {
    return this.#mirror;
  }

  onMirrorChange(listener: () => void): () => void {
    this.#mirrorListeners.add(listener);
    return () => this.#mirrorListeners.delete(listener);
  }

  on(listener: (event: DrillEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // what a test plays ---------------------------------------------------------------------------

  emit(event: DrillEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  get listeners(): number {
    return this.#listeners.size + this.#mirrorListeners.size;
  }

  setObjects(objects: readonly KubeObject[]): void {
    const { namespace } = this.state;
    this.setMirror(
      mirrorOf(
        objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })),
        { namespace },
      ),
    );
  }

  setMirror(mirror: MirrorView): void {
    this.#mirror = mirror;
    for (const listener of this.#mirrorListeners) listener();
  }

  /** A verdict arrives; a step whose checks all pass is passed. */
  setVerdict(id: string, verdict: Verdict): void {
    const checks = this.state.checks.map((check) =>
      check.id === id
        ? { ...check, verdict, lastMismatch: verdict.verdict === 'fail' || verdict.verdict === 'waiting' ? verdict : check.lastMismatch }
        : check,
    );
    this.state = { ...this.state, checks };
    const check = checks.find((each) => each.id === id);
    if (check) this.emit({ type: 'check', check });
    this.#settle();
  }

  passAll(evidence = 'as asked'): void {
    const step = this.state.lab.steps[this.state.current];
    for (const check of step?.checks ?? []) this.setVerdict(check.id, { verdict: 'pass', evidence });
  }

  #settle(): void {
    const { current, steps, checks, lab } = this.state;
    const step = lab.steps[current];
    const own = checks.filter((check) => check.step === step?.id);
    const now = steps[current];
    if (now?.state !== 'current' || own.length === 0 || own.some(({ verdict }) => verdict?.verdict !== 'pass')) return;
    const cost = (this.state.hints[now.id] ?? []).reduce((sum, hint) => sum + hint.cost, 0);
    const earned = Math.max(0, now.of - cost);
    this.#setStep(current, { state: 'passed', earned });
    this.emit({ type: 'step-passed', step: now.id, earned, of: now.of });
  }

  #setStep(index: number, change: Partial<DrillState['steps'][number]>): void {
    const steps = this.state.steps.map((step, at) => (at === index ? { ...step, ...change } : step));
    const score = steps.reduce((sum, { earned }) => sum + earned, 0);
    this.state = { ...this.state, steps, score: { ...this.state.score, score } };
    const step = steps[index];
    if (step) this.emit({ type: 'step', step, index, of: steps.length });
  }

  /** The learner is at this step; those before it are passed. */
  startAt(current: number): void {
    const steps = this.state.steps.map((step, index) =>
      index < current
        ? { ...step, state: 'passed' as const, earned: step.of }
        : { ...step, state: index === current ? ('current' as const) : ('todo' as const) },
    );
    this.state = { ...this.state, steps, current };
  }

  setFaults(faults: FaultInForce[]): void {
    this.state = { ...this.state, faults };
  }

  setConnection(connection: DrillState['connection'], seen: string): void {
    this.state = { ...this.state, connection };
    this.emit({ type: 'connection', state: connection, seen });
  }

  // what a learner does -------------------------------------------------------------------------

  async check(options: { signal?: AbortSignal } = {}): Promise<CheckState[]> {
    this.calls.push('check');
    this.state = { ...this.state, attempts: this.state.attempts + 1 };
    await this.during('check', options.signal);
    return this.state.checks;
  }

  async hint(): Promise<HintState | undefined> {
    this.calls.push('hint');
    const { current, lab, hints } = this.state;
    const step = lab.steps[current];
    const opened = hints[step?.id ?? ''] ?? [];
    const hint = step?.hints[opened.length];
    if (!step || !hint) return undefined;
    const opening: HintState = { tier: opened.length + 1, of: step.hints.length, text: hint.text, cost: hint.cost };
    this.state = { ...this.state, hints: { ...hints, [step.id]: [...opened, opening] } };
    this.#setStep(current, { hintsOpened: opened.length + 1 });
    this.emit({ type: 'hint', step: step.id, hint: opening });
    return opening;
  }

  async predict(question: number, given: string): Promise<{ right: boolean; answer: string; why: string }> {
    this.calls.push(`predict ${question} ${given}`);
    const step = this.state.lab.steps[this.state.current];
    const asked = step?.predict[question];
    const answer = typeof asked?.answer === 'number' ? (asked.choices?.[asked.answer] ?? '') : '3';
    const right = given === answer;
    const before = this.state.predicted[step?.id ?? ''] ?? [];
    const predicted = [...before];
    predicted[question] = { given, right };
    this.state = { ...this.state, predicted: { ...this.state.predicted, [step?.id ?? '']: predicted } };
    return { right, answer, why: asked?.why ?? '' };
  }

  async solve(options: { all?: boolean; signal?: AbortSignal } = {}): Promise<void> {
    this.calls.push('solve');
    this.state = { ...this.state, phase: 'solving' };
    this.emit({ type: 'phase', phase: 'solving', lab: this.state.lab.id });
    try {
      await this.during('solve', options.signal);
      for (const line of this.state.lab.steps[this.state.current]?.solution ?? []) {
        this.emit({ type: 'command', argv: line.split(' '), exitCode: 0, stdout: '', stderr: '', ms: 180 });
      }
      this.#setStep(this.state.current, { state: 'solved', earned: 0 });
    } finally {
      this.state = { ...this.state, phase: 'running' };
    }
  }

  async next(): Promise<void> {
    this.calls.push('next');
    await this.during('next', undefined);
    const current = this.state.current + 1;
    this.state = { ...this.state, current };
    this.#setStep(current, { state: 'current' });
  }

  async reset(options: { signal?: AbortSignal } = {}): Promise<void> {
    this.calls.push('reset');
    this.state = { ...this.state, phase: 'resetting' };
    this.emit({ type: 'progress', progress: { type: 'step-started', step: 'Remove the namespace', expected: 8, bound: 120 } });
    await this.during('reset', options.signal);
    this.emit({ type: 'progress', progress: { type: 'step-done', step: 'Remove the namespace', seconds: 7.2 } });
    this.state = { ...new FakeDrill(this.state.lab, this.state.startedAt + 1).state };
  }

  async finish(options: { signal?: AbortSignal } = {}) {
    this.calls.push('finish');
    await this.during('finish', options.signal);
    const passed = this.state.steps.every(({ state }) => state === 'passed');
    return { passed, score: this.state.score, debrief: this.state.lab.debrief, next: this.next_ };
  }

  async close(): Promise<void> {
    this.calls.push('close');
    await this.during('close', undefined);
    this.closed = true;
  }

  shell() {
    return this.shellStart;
  }
}

export const labCardOf = (lab: Lab, change: Partial<LabCard> = {}): LabCard => ({
  id: lab.id,
  title: lab.title,
  minutes: lab.minutes,
  needs: [],
  state: 'new',
  score: undefined,
  points: lab.steps.flatMap((step) => step.checks).reduce((sum, check) => sum + check.points, 0),
  steps: lab.steps.length,
  brief: lab.brief,
  ...change,
});

/** A host that plays what a test tells it. */
export class FakeHost implements TuiHost {
  settings: TuiSettings = { colour: true, unicode: true, shell: { program: '/bin/sh', args: [] }, makesCluster: false };
  home: HomeState;
  drills = new Map<string, FakeDrill>();
  calls: string[] = [];
  /** Held up by tests. */
  during: (what: string, onProgress: OnProgress, signal: AbortSignal | undefined) => Promise<void> = async () => {};
  readonly #listeners = new Set<() => void>();

  constructor(home: HomeState, drills: readonly FakeDrill[] = []) {
    this.home = home;
    for (const drill of drills) this.drills.set(drill.state.lab.id, drill);
  }

  setHome(part: Partial<HomeState>): void {
    this.home = { ...this.home, ...part };
    for (const listener of this.#listeners) listener();
  }

  onHome(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  refresh(): void {
    this.calls.push('refresh');
  }

  async bringUpCluster(onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    this.calls.push('bring-up');
    await this.during('bring-up', onProgress, signal);
    this.setHome({ cluster: upCluster() });
  }

  async recover(onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    this.calls.push('recover');
    await this.during('recover', onProgress, signal);
    for (const drill of this.drills.values()) drill.setFaults([]);
    this.setHome({ faults: [] });
  }

  async openDrill(lab: string, onEvent: (event: DrillEvent) => void, signal: AbortSignal): Promise<FakeDrill> {
    this.calls.push(`open ${lab}`);
    await this.during('open', (progress) => onEvent({ type: 'progress', progress }), signal);
    const drill = this.drills.get(lab);
    if (!drill) throw new LabError('set-up-failed', `the lab ${lab} could not be set up`, { hint: `Try: kubedrill reset ${lab}` });
    return drill;
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}

export const upCluster = (): HomeState['cluster'] => ({
  state: 'up',
  name: 'kubedrill',
  provider: 'kind',
  kubernetes: '1.34.4',
  nodes: [
    { name: 'kubedrill-control-plane', role: 'control-plane', state: 'ready', cordoned: false },
    { name: 'kubedrill-worker', role: 'worker', state: 'ready', cordoned: false },
    { name: 'kubedrill-worker2', role: 'worker', state: 'ready', cordoned: false },
  ],
});

/** Resolves when the signal aborts, then rejects as work that was stopped does. */
export function untilStopped(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new LabError('interrupted', 'interrupted'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
