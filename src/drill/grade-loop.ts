import type { Baseline } from '../grading/baseline.ts';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import { type EvaluationContext, evaluateCheck, everyOfCheck, type GradersById, looksOfCheck, stableOfCheck } from '../grading/evaluate.ts';
import type { MirrorView } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import { type StabilityRules, type Standing, settleLook, withoutLook } from '../grading/stability.ts';
import type { Timeline } from '../grading/timeline.ts';
import { couldNotSee, type Mismatch, type Verdict, waiting } from '../grading/verdict.ts';
import type { LabCheck } from '../lab/schema.ts';
import type { Clock } from '../system/clock.ts';
import type { CheckState } from './events.ts';

export interface GradeLoopOptions {
  checks: readonly { check: LabCheck; step: string }[];
  gradersById: GradersById;
  view: () => MirrorView;
  /** Subscribes to changes of the mirror; returns how to stop. */
  onMirrorChange: (listener: () => void) => () => void;
  probes: Probes;
  timeline: () => Timeline;
  baseline: () => Baseline;
  facts: ClusterFacts;
  clock: Clock;
  signal: AbortSignal;
  /** The API server is away because the lab, or the learner, took it away. */
  apiTakenAway: () => Promise<boolean>;
  latched: Set<string>;
  /** Called when a verdict changed; `passed`: it did not pass before. */
  onCheck: (state: CheckState, passed: boolean) => void;
}

/** How long one grading of a check may take when it does not say so itself. */
export const defaultWithinMs = 15_000;
/** A moment for the mirror to hear of what was just done. */
const stateGraceMs = 1500;
/** Behaviour and recordings are looked at again this often; state whenever the mirror changes. */
const pollMs = 1500;
/** What is graded to an end is looked at again this often, when a look is quick. */
const settleEveryMs = 250;

/**
 * Grades checks again and again: state within a fraction of a second of a change, behaviour and recordings by polling.
 * A check is looked at by one look at a time.
 */
export class GradeLoop {
  private readonly states = new Map<string, CheckState>();
  private readonly standings = new Map<string, Standing>();
  private readonly againAt = new Map<string, number>();
  private readonly lookedAt = new Map<string, number>();
  private readonly looking = new Map<string, Promise<void>>();
  private watched = new Set<string>();
  private readonly options: GradeLoopOptions;

  constructor(options: GradeLoopOptions) {
    this.options = options;
    for (const { check, step } of options.checks) {
      this.states.set(check.id, {
        id: check.id,
        step,
        title: check.title,
        guard: check.guard,
        points: check.guard ? 0 : check.points,
        verdict: undefined,
        lastMismatch: undefined,
        latched: options.latched.has(check.id),
        ms: 0,
      });
    }
  }

  state(id: string): CheckState {
    const state = this.states.get(id);
    if (!state) throw new Error(`no check ${id}`);
    return state;
  }

  all(): CheckState[] {
    return this.options.checks.map(({ check }) => this.state(check.id));
  }

  /** Starts to tick these checks by themselves; resolves when the signal aborts. */
  async watch(ids: () => readonly string[]): Promise<void> {
    const { signal, clock } = this.options;
    let changed = true;
    let wake: () => void = () => undefined;
    const stop = this.options.onMirrorChange(() => {
      changed = true;
      wake();
    });
    try {
      let polledAt = 0;
      while (!signal.aborted) {
        this.watched = new Set(ids());
        const due = clock.now() - polledAt >= pollMs;
        const stateToo = changed;
        changed = false;
        if (due) polledAt = clock.now();
        for (const id of this.watched) {
          const holding = (this.againAt.get(id) ?? Number.POSITIVE_INFINITY) <= clock.now();
          if (due || holding || (stateToo && this.readsStateOnly(id))) void this.lookAfresh(id);
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          void clock.sleep(Math.max(50, Math.min(pollMs - (clock.now() - polledAt), this.soonest() - clock.now())), signal).then(resolve);
        });
      }
    } finally {
      stop();
    }
  }

  /** When the first pass on its way to being stable is to be looked at again. */
  private soonest(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.againAt.values());
  }

  private readsStateOnly(id: string): boolean {
    return looksOfCheck(this.checkOf(id), this.options.gradersById) === 'state';
  }

  private checkOf(id: string): LabCheck {
    const found = this.options.checks.find(({ check }) => check.id === id);
    if (!found) throw new Error(`no check ${id}`);
    return found.check;
  }

  /** Looks after a look that is under way is done: that one may have missed what just changed. */
  private lookAfresh(id: string): Promise<void> {
    const running = this.looking.get(id);
    return running ? running.then(() => this.look(id)) : this.look(id);
  }

  /** Looks once; a look that is under way is joined, not doubled. */
  look(id: string): Promise<void> {
    const running = this.looking.get(id);
    if (running) return running;
    if (this.isResting(id)) return Promise.resolve();
    const look = this.lookNow(id).finally(() => this.looking.delete(id));
    this.looking.set(id, look);
    return look;
  }

  private rulesOf(check: LabCheck): StabilityRules {
    const { latched, gradersById } = this.options;
    const passed = (id: string) => latched.has(id) || this.states.get(id)?.verdict?.verdict === 'pass';
    return { stableMs: stableOfCheck(check, gradersById), latch: check.latch, notYetPassed: check.after.filter((id) => !passed(id)) };
  }

  /** Some graders do something on the cluster when they look, and ask not to be asked all the time. */
  private isResting(id: string): boolean {
    const last = this.lookedAt.get(id);
    return last !== undefined && this.options.clock.now() - last < everyOfCheck(this.checkOf(id), this.options.gradersById);
  }

  private async lookNow(id: string): Promise<void> {
    const { options } = this;
    const check = this.checkOf(id);
    const before = this.state(id);
    const standing = this.standings.get(id) ?? (options.latched.has(id) ? { latched: 'it passed earlier in this drill' } : {});
    const started = options.clock.now();
    const early = withoutLook(standing, this.rulesOf(check));
    const look = early ?? (await this.lookAt(check));
    if (options.signal.aborted) return;
    if (!early) this.lookedAt.set(id, options.clock.now());
    const settled = settleLook(standing, look, this.rulesOf(check), options.clock.now());
    const { verdict } = settled;
    this.standings.set(id, settled.standing);
    if (settled.lookAgainAt === undefined) this.againAt.delete(id);
    else this.againAt.set(id, settled.lookAgainAt);
    const latched = settled.standing.latched !== undefined;
    if (latched) options.latched.add(id);
    const state: CheckState = {
      ...before,
      verdict,
      latched,
      lastMismatch: mismatchOf(verdict) ?? before.lastMismatch,
      ms: options.clock.now() - started,
    };
    this.states.set(id, state);
    if (!sameVerdict(before.verdict, verdict) || before.latched !== latched)
      options.onCheck(state, verdict.verdict === 'pass' && before.verdict?.verdict !== 'pass');
  }

  private async lookAt(check: LabCheck): Promise<Verdict> {
    const verdict = await evaluateCheck(check, this.context(), this.options.gradersById);
    if (verdict.verdict === 'error' && (await this.options.apiTakenAway()))
      return waiting({ observed: 'the API server is down, as this stage wants', expected: check.title });
    return verdict;
  }

  context(): EvaluationContext {
    const { options } = this;
    return {
      mirror: options.view(),
      probes: options.probes,
      timeline: options.timeline,
      baseline: options.baseline,
      cluster: () => options.facts,
      now: options.clock.now(),
      signal: options.signal,
    };
  }

  /**
   * Grades these checks to an end: each until it passes, or until its bound (`within`) is reached; what still converges then has failed.
   * Checks that wait for others are looked at again when those passed. `patient`: a mismatch in the state gets its whole bound, too.
   */
  async settle(
    ids: readonly string[],
    options: { signal?: AbortSignal; withinMs?: number; patient?: boolean } = {},
  ): Promise<CheckState[]> {
    const { clock } = this.options;
    const started = clock.now();
    const pending = new Set(ids);
    while (pending.size > 0 && !options.signal?.aborted && !this.options.signal.aborted) {
      const looked = clock.now();
      await Promise.all([...pending].map((id) => this.look(id)));
      const took = clock.now() - looked;
      for (const id of [...pending]) {
        const verdict = this.state(id).verdict?.verdict;
        // a mismatch in the state is no longer in doubt once the mirror had its moment; behaviour and convergence get their whole bound
        const settled = !options.patient && verdict === 'fail' && this.readsStateOnly(id) ? stateGraceMs : Number.POSITIVE_INFINITY;
        const bound = Math.min(settled, options.withinMs ?? this.checkOf(id).within ?? defaultWithinMs);
        if (verdict === 'pass' || clock.now() - started >= bound) pending.delete(id);
      }
      // looking costs the cluster something: the busier it is, the longer it takes, and the less often it is asked for
      const pause = Math.max(settleEveryMs, Math.min(took, pollMs));
      if (pending.size > 0) await clock.sleep(pause, options.signal ?? this.options.signal);
    }
    return ids.map((id) => {
      const state = this.state(id);
      return state.verdict === undefined ? { ...state, verdict: couldNotSee('it was not looked at: interrupted') } : state;
    });
  }

  /** Forgets what was seen; latches too. After a reset. */
  forget(): void {
    this.standings.clear();
    this.againAt.clear();
    this.lookedAt.clear();
    this.options.latched.clear();
    for (const [id, state] of this.states) this.states.set(id, { ...state, verdict: undefined, lastMismatch: undefined, latched: false });
  }
}

function mismatchOf(verdict: Verdict): Mismatch | undefined {
  if (verdict.verdict !== 'fail' && verdict.verdict !== 'waiting') return undefined;
  const { verdict: _, ...mismatch } = verdict;
  return mismatch;
}

function sameVerdict(a: Verdict | undefined, b: Verdict): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
