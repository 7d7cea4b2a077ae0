import { type CelScope, valueOfCel } from './cel.ts';
import { kindsOf } from './cel-check.ts';
import type { OneMoment } from './moments.ts';
import { Replay } from './replay.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';
import { type Broken, expressionsOf, holds, isNow, type WindowRules, type WindowState, whyNot } from './window-rules.ts';

export type { WindowRules, WindowState } from './window-rules.ts';

type Outside = Pick<CelScope, 'cluster' | 'baseline'>;

/** Follows one stretch through a recording as it grows; each entry is looked at once. */
export class WindowWatch {
  state: WindowState = { phase: 'before', remembered: {} };
  readonly replay: Replay;
  readonly #rules: WindowRules;
  readonly #timeline: Timeline;
  readonly #kinds: ReadonlySet<string>;
  #onceSince: number | undefined;
  #reached = 0;
  /** Before a stretch, in one, or after one; what `state` tells stays until the next one begins. */
  #mode: 'before' | 'in' | 'over' = 'before';
  /** `from` was seen not to hold since the last stretch. */
  #armed = true;
  /** The last stretch can no longer pass. */
  #spoilt = false;
  /** How many of the moments of `until` have been. */
  #ended = 0;
  /** How many of the moments of `from` have been, before the last one. */
  #been = 0;

  constructor(rules: WindowRules, timeline: Timeline, namespace: string) {
    this.#rules = rules;
    this.#timeline = timeline;
    this.replay = new Replay(namespace);
    this.#kinds = new Set(expressionsOf(rules).flatMap((one) => kindsOf(one)));
  }

  isOf(timeline: Timeline, entries: readonly TimelineEntry[]): boolean {
    return this.#timeline === timeline && this.replay.follows(entries);
  }

  /** Plays what is new, then lets time pass until `now`. */
  advance(entries: readonly TimelineEntry[], now: number, outside: Outside): WindowState {
    let stale = this.replay.played === 0;
    for (;;) {
      const step = this.replay.play(entries);
      if (!step) break;
      const { entry } = step;
      if (entry.type !== 'object' || this.#kinds.has(entry.kind)) stale = true;
      if (stale && step.settled) {
        this.#look(entry, { mirror: this.replay.view, now: entry.at, ...outside });
        stale = false;
      }
    }
    this.#settleOnce(now);
    return this.state;
  }

  /** Time that nobody recorded inside the stretch. */
  gap(): { from: number; to: number } | undefined {
    const { from, until = Number.POSITIVE_INFINITY } = this.state;
    if (from === undefined) return undefined;
    return this.replay.gaps.find((gap) => gap.to > from && gap.from < until);
  }

  #look(entry: TimelineEntry, scope: CelScope): void {
    if (this.#mode === 'over' && this.#rules.tries === 'any' && this.#spoilt) this.#mayBeginAgain(entry, scope);
    if (this.#mode === 'before') this.#begin(entry, scope);
    else if (this.#mode === 'in') this.#within(entry, { ...scope, remembered: this.state.remembered });
  }

  #begin(entry: TimelineEntry, scope: CelScope): void {
    const { remember = {} } = this.#rules;
    if (!this.#begins(entry, scope)) return;
    const remembered: Record<string, unknown> = {};
    for (const [name, expression] of Object.entries(remember)) {
      const answer = valueOfCel(expression, { ...scope, remembered });
      remembered[name] = answer.ok ? answer.value : null;
    }
    this.#mode = 'in';
    this.state = { phase: 'in', from: entry.at, remembered };
    this.#onceSince = undefined;
    this.#reached = 0;
    this.#ended = 0;
    this.#spoilt = false;
    this.#judge(entry.at, { ...scope, remembered });
  }

  /** Whether all moments of `from` have been, the last one now. */
  #begins(entry: TimelineEntry, scope: CelScope): boolean {
    const moments: OneMoment[] = [this.#rules.from ?? []].flat();
    const last = moments.at(-1);
    if (last === undefined) return this.#armed;
    for (let next = moments[this.#been]; this.#been < moments.length - 1 && next !== undefined; next = moments[this.#been]) {
      if (!isNow(next, entry, scope)) return false;
      this.#been += 1;
      this.#armed = typeof last !== 'string';
    }
    const now = isNow(last, entry, scope);
    const begins = now && this.#armed;
    if (!now) this.#armed = true;
    return begins;
  }

  #within(entry: TimelineEntry, scope: CelScope): void {
    const { lengthMs, once, inOrder, withinMs } = this.#rules;
    const from = this.state.from ?? entry.at;
    if (lengthMs !== undefined && entry.at > from + lengthMs) {
      this.#close(from + lengthMs);
      if (this.#spoilt && this.#rules.tries === 'any') this.#mayBeginAgain(entry, scope);
      if (this.#mode === 'before') this.#begin(entry, scope);
      return;
    }
    this.#settleOnce(entry.at);
    this.#judge(entry.at, scope);
    if (this.state.broken) return;
    const until: OneMoment[] = [this.#rules.until ?? []].flat();
    const next = until[this.#ended];
    if (next !== undefined && isNow(next, entry, scope)) this.#ended += 1;
    if (until.length > 0 && this.#ended === until.length) this.#close(entry.at);
    else if (withinMs !== undefined && (this.state.onceAt ?? entry.at) > from + withinMs && this.#rules.tries === 'any') this.#over(true);
    if (this.#mode === 'over' && (once ?? inOrder) !== undefined && this.state.onceAt === undefined) this.#spoilt = true;
  }

  #close(at: number): void {
    this.state = { ...this.state, phase: 'closed', until: at };
    this.#over(this.#rules.every === true);
  }

  #over(spoilt: boolean): void {
    this.#mode = 'over';
    this.#spoilt = spoilt;
  }

  /** Looks at what must always hold, and at what must once, at one instant. */
  #judge(at: number, scope: CelScope): void {
    const { always, once, inOrder = [], stable = 0 } = this.#rules;
    if (always !== undefined && !holds(always, scope)) {
      this.#break({ at, ...whyNot(always, scope) });
      return;
    }
    for (const [index, expression] of inOrder.entries()) {
      if (index < this.#reached || !holds(expression, scope)) continue;
      if (index === this.#reached) this.#reached += 1;
      else {
        this.#break({ at, observed: `${expression} came before ${inOrder[this.#reached]}` });
        return;
      }
    }
    if (inOrder.length > 0 && this.#reached < inOrder.length) return;
    if (this.state.onceAt !== undefined) return;
    if (once === undefined) {
      if (inOrder.length > 0) this.state = { ...this.state, onceAt: at };
      return;
    }
    if (holds(once, scope)) {
      this.#onceSince ??= at;
      if (stable === 0) this.state = { ...this.state, onceAt: at };
    } else {
      this.#onceSince = undefined;
      this.state = { ...this.state, lastOnce: whyNot(once, scope) };
    }
  }

  #settleOnce(now: number): void {
    const { stable = 0 } = this.#rules;
    if (this.state.phase !== 'in' || this.state.onceAt !== undefined || this.state.broken) return;
    if (this.#onceSince !== undefined && now - this.#onceSince >= stable) this.state = { ...this.state, onceAt: this.#onceSince };
  }

  #break(broken: Broken): void {
    this.state = { ...this.state, broken };
    this.#over(true);
  }

  /** A spoilt stretch must be over before another may begin. */
  #mayBeginAgain(entry: TimelineEntry, scope: CelScope): void {
    const last = [this.#rules.from ?? []].flat().at(-1);
    const end = [this.#rules.until ?? []].flat().at(-1);
    const inside = { ...scope, remembered: this.state.remembered };
    const closed = this.state.phase === 'closed' || (end !== undefined && isNow(end, entry, inside));
    const left = typeof last === 'string' && !holds(last, scope);
    if (!closed && !left) return;
    this.#mode = 'before';
    this.#armed = left || (last !== undefined && typeof last !== 'string');
  }
}
