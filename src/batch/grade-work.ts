import { defaultWithinMs } from '../drill/grade-loop.ts';
import { type EvaluationContext, evaluateCheck, type GradersById, looksOfCheck, readsOfCheck, stableOfCheck } from '../grading/evaluate.ts';
import { CannotSee, type MirrorView, type Read } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import { type Standing, settleLook, withoutLook } from '../grading/stability.ts';
import { couldNotSee, fail, type Verdict } from '../grading/verdict.ts';
import { seconds } from '../grading/words.ts';
import type { Lab, LabCheck } from '../lab/schema.ts';
import type { Clock } from '../system/clock.ts';
import { type Graded, type JudgedCheck, markOf } from './mark.ts';
import type { OpenWork } from './work.ts';

export interface GradeOptions {
  graders: GradersById;
  clock: Clock;
  signal: AbortSignal;
}

/** Between two looks. */
const pauseMs = 500;
/** How often blindness is looked at again before it is believed. */
const triesOfBlindness = 3;
/** How long what was just made may take to converge; over sooner when nothing has moved for a while. */
const convergeMs = 60_000;
const quietMs = 10_000;

interface Judged extends JudgedCheck {
  check: LabCheck;
  looks: 'state' | 'behaviour' | 'recorded';
  stableMs: number;
  withinMs: number;
  standing: Standing;
  /** When the present pass will have held long enough. */
  lookAgainAt: number | undefined;
  blindTries: number;
  decided: boolean;
}

/** What a look must read for a lab. */
export function readsOfLab(lab: Lab, graders: GradersById): Read[] {
  const reads = lab.steps.flatMap((step) => step.checks.flatMap((check) => readsOfCheck(check, graders)));
  return [...new Map(reads.map((read) => [typeof read === 'string' ? read : `${read.kind} in ${read.namespace}`, read])).values()];
}

/**
 * Grades one learner's work by the checks of a lab, with the rules of a drill: what converges is waited for within its bound, a pass
 * must hold for its time, a check that waits for others needs them. What cannot be seen at all is never a fail.
 */
export async function gradeWork(lab: Lab, work: OpenWork, options: GradeOptions): Promise<Graded> {
  const judged = await judge(lab, work, options);
  if ('blind' in judged) return { outcome: 'blind', reason: judged.blind, checks: [] };
  for (const twin of work.hidden?.twins ?? []) {
    const other = await judge(lab, twin, options);
    for (const [index, one] of judged.entries()) {
      const differs = !('blind' in other) && other[index]?.verdict.verdict !== one.verdict.verdict;
      if (differs || work.hidden?.looksInto(one.check)) dependsOnHidden(one);
    }
  }
  return markOf(lab, judged, { costs: work.costs, measured: work.how !== 'stored' });
}

function dependsOnHidden(one: Judged): void {
  one.verdict = couldNotSee('needs a live cluster: it depends on the value of a Secret, of which a snapshot holds only a hash');
  one.neverSeen = true;
}

async function judge(lab: Lab, work: OpenWork, options: GradeOptions): Promise<Judged[] | { blind: string }> {
  const { clock, signal } = options;
  const grading = new Grading(lab, work, options);
  const started = clock.now();
  let blindLooks = 0;
  for (;;) {
    const sight = await work.look(signal);
    if (signal.aborted) throw signal.reason;
    if (sight === undefined) break;
    if (sight.seen) {
      blindLooks = 0;
      await grading.look(sight.view, work.how === 'stored' ? sight.at : clock.now());
      if (signal.aborted) throw signal.reason;
      if (work.how !== 'stored' && (await grading.isDone(clock.now() - started))) break;
    } else {
      blindLooks += 1;
      if (work.how === 'stored' || blindLooks >= triesOfBlindness) return { blind: sight.reason };
    }
    if (work.how !== 'stored') await clock.sleep(pauseMs, signal);
  }
  grading.conclude();
  return grading.judged;
}

class Grading {
  readonly judged: Judged[];
  readonly #work: OpenWork;
  readonly #options: GradeOptions;
  readonly #reads: Read[];
  readonly #probes: Probes;
  #firstAt: number | undefined;
  #lastAt = 0;
  #versions = '';
  #quietSince = 0;
  /** Everything that converged is looked at once more: it must hold together. */
  #lastRound = false;

  constructor(lab: Lab, work: OpenWork, options: GradeOptions) {
    this.#work = work;
    this.#options = options;
    this.#reads = readsOfLab(lab, options.graders);
    this.#probes = work.probes(options.signal);
    this.judged = lab.steps.flatMap((step) =>
      step.checks.map((check): Judged => {
        const within = check.within ?? defaultWithinMs;
        return {
          check,
          step: step.id,
          looks: looksOfCheck(check, options.graders),
          stableMs: stableOfCheck(check, options.graders),
          withinMs: work.how === 'converging' ? Math.max(within, convergeMs) : within,
          standing: {},
          lookAgainAt: undefined,
          verdict: couldNotSee('it was not looked at'),
          neverSeen: false,
          blindTries: 0,
          decided: false,
          ms: 0,
        };
      }),
    );
  }

  /** Looks at every check that is not decided, each after those that it waits for. */
  async look(view: MirrorView, now: number): Promise<void> {
    this.#firstAt ??= now;
    this.#lastAt = now;
    this.#noteMoves(view, now);
    const pending = this.judged.filter((one) => !one.decided || this.#lastRound);
    const done = new Map<string, Promise<void>>();
    const lookAt = (one: Judged, path: readonly string[]): Promise<void> => {
      const known = done.get(one.check.id);
      if (known) return known;
      const before = pending.filter((other) => one.check.after.includes(other.check.id) && !path.includes(other.check.id));
      const mine = Promise.all(before.map((other) => lookAt(other, [...path, one.check.id]))).then(() => this.#lookAtOne(one, view, now));
      done.set(one.check.id, mine);
      return mine;
    };
    await Promise.all(pending.map((one) => lookAt(one, [])));
  }

  async #lookAtOne(one: Judged, view: MirrorView, now: number): Promise<void> {
    const rules = { stableMs: one.stableMs, latch: false, notYetPassed: this.#notYetPassed(one) };
    const started = this.#options.clock.now();
    let neverSeen = false;
    const look =
      withoutLook(one.standing, rules) ??
      (await evaluateCheck(
        one.check,
        this.#context(view, now, () => (neverSeen = true)),
        this.#options.graders,
      ));
    const settled = settleLook(one.standing, look, rules, now);
    one.standing = settled.standing;
    one.lookAgainAt = settled.lookAgainAt;
    one.verdict = settled.verdict;
    // what is stored does not become clearer by looking again
    one.neverSeen = (neverSeen || this.#work.how === 'stored') && look.verdict === 'error';
    one.ms = Math.max(0, this.#options.clock.now() - started);
    one.blindTries = look.verdict === 'error' ? one.blindTries + 1 : 0;
  }

  #notYetPassed(one: Judged): string[] {
    return one.check.after.filter((id) => this.#byId(id)?.verdict.verdict !== 'pass');
  }

  #byId(id: string): Judged | undefined {
    return this.judged.find(({ check }) => check.id === id);
  }

  /** `never` is called when something is asked that this work does not have: no look later would see it. */
  #context(view: MirrorView, now: number, never: () => void): EvaluationContext {
    const work = this.#work;
    const noting = <R>(ask: () => R): R => {
      try {
        const answer = ask();
        if (answer instanceof Promise) answer.catch((error: unknown) => error instanceof CannotSee && never());
        return answer;
      } catch (error) {
        if (error instanceof CannotSee) never();
        throw error;
      }
    };
    const probes = Object.fromEntries(
      Object.entries(this.#probes).map(([name, probe]) => [
        name,
        (request: never) => noting(() => (probe as (request: never) => unknown)(request)),
      ]),
    ) as unknown as Probes;
    return {
      mirror: view,
      probes,
      timeline: () => noting(() => work.timeline()),
      baseline: () => noting(() => work.baseline()),
      cluster: () => noting(() => work.cluster()),
      now,
      signal: this.#options.signal,
    };
  }

  #noteMoves(view: MirrorView, now: number): void {
    if (this.#work.how !== 'converging') return;
    const versions = this.#reads
      .filter((read) => read !== 'Event' && read !== 'Lease')
      .flatMap((read) => {
        try {
          const objects = typeof read === 'string' ? view.list(read) : view.list(read.kind, { namespace: read.namespace });
          return objects.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`);
        } catch {
          return [];
        }
      })
      .sort()
      .join();
    if (versions === this.#versions) return;
    this.#versions = versions;
    this.#quietSince = now;
  }

  /** Whether every check is decided after `ms` of looking. */
  async isDone(ms: number): Promise<boolean> {
    for (const one of this.judged) one.decided = this.#isDecided(one, ms);
    const all = this.judged.every((one) => one.decided);
    if (this.#work.how !== 'converging') return all;
    const done = all && this.#lastRound;
    this.#lastRound = all;
    return done;
  }

  #isDecided(one: Judged, ms: number): boolean {
    const { verdict } = one.verdict;
    const { how } = this.#work;
    if (verdict === 'pass') return true;
    if (one.lookAgainAt !== undefined) return ms >= one.withinMs + one.stableMs;
    if (ms >= one.withinMs) return true;
    if (verdict === 'error') return one.neverSeen || one.blindTries >= triesOfBlindness;
    const missing = this.#notYetPassed(one);
    if (missing.length > 0) return missing.every((id) => this.#byId(id)?.decided ?? true);
    if (verdict !== 'fail' || one.looks !== 'state') return false;
    return how === 'final' || this.#options.clock.now() - this.#quietSince >= quietMs;
  }

  /** What is still waiting at the end did not come: a fail, unless nobody could have seen it come. */
  conclude(): void {
    const span = this.#lastAt - (this.#firstAt ?? this.#lastAt);
    const known = new Map(this.judged.map((one) => [one.check.id, one]));
    for (const one of inOrder(this.judged)) {
      if (one.verdict.verdict !== 'waiting') continue;
      const unknown = one.check.after.map((id) => known.get(id)).find((other) => other?.verdict.verdict === 'error');
      if (unknown) {
        one.neverSeen = unknown.neverSeen;
        one.verdict = couldNotSee(`it comes after ${unknown.check.id}, which could not be graded`);
      } else if (this.#work.how === 'stored' && this.#notYetPassed(one).length === 0 && span < one.withinMs) {
        one.neverSeen = true;
        one.verdict = couldNotSee(
          one.lookAgainAt === undefined
            ? `needs a live cluster: it was still on its way when the snapshot was taken: ${one.verdict.observed}, wanted ${one.verdict.expected}`
            : `needs a live cluster: it must hold for ${seconds(one.stableMs)}, the snapshot saw ${seconds(span)}`,
        );
      } else one.verdict = atTheBound(one.verdict, span);
    }
  }
}

function atTheBound(verdict: Verdict, ms: number): Verdict {
  if (verdict.verdict !== 'waiting') return verdict;
  const { verdict: _, ...mismatch } = verdict;
  return fail(ms < 1000 ? mismatch : { ...mismatch, observed: `${mismatch.observed} (still so after ${seconds(ms)})` });
}

/** Checks after those that they wait for. */
function inOrder(judged: readonly Judged[]): Judged[] {
  const depth = (one: Judged, path: readonly string[]): number =>
    Math.max(
      0,
      ...judged
        .filter((other) => one.check.after.includes(other.check.id) && !path.includes(other.check.id))
        .map((other) => 1 + depth(other, [...path, one.check.id])),
    );
  return [...judged].sort((a, b) => depth(a, []) - depth(b, []));
}
