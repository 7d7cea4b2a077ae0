import { ObjectView } from './object-view.ts';
import type { TimelineEntry } from './timeline.ts';

/** After `recording-started`, the objects that are there already follow as `added` within this time: together they are one instant. */
const burstMs = 250;

/**
 * Plays a recording back, entry by entry, into a view of the drill's namespace. It can go on where it stopped, as the recording grows.
 * A recording that was interrupted starts again from what was there then; what happened in between is a gap.
 */
export class Replay {
  readonly view: ObjectView;
  /** Entries played so far. */
  played = 0;
  #last: TimelineEntry | undefined;
  #burstUntil: number | undefined;
  #stoppedAt: number | undefined;
  #lastAt: number | undefined;
  /** Stretches of time that nobody recorded, in order. */
  readonly gaps: { from: number; to: number }[] = [];

  constructor(namespace: string) {
    this.view = new ObjectView(namespace);
  }

  /** Whether these entries are the ones that were played, with more behind them: then it can go on. */
  follows(entries: readonly TimelineEntry[]): boolean {
    return this.played === 0 || entries[this.played - 1] === this.#last;
  }

  /** Plays the next entry. True when the state after it is a moment to look at; inside the first burst it is not yet. */
  play(entries: readonly TimelineEntry[]): { entry: TimelineEntry; settled: boolean } | undefined {
    const entry = entries[this.played];
    if (!entry) return undefined;
    const next = entries[this.played + 1];
    this.played += 1;
    this.#last = entry;
    this.#apply(entry);
    this.#lastAt = entry.at;
    return { entry, settled: !this.#inBurst(next) };
  }

  #apply(entry: TimelineEntry): void {
    switch (entry.type) {
      case 'recording-started': {
        const since = this.#stoppedAt ?? this.#lastAt;
        if (since !== undefined) this.gaps.push({ from: since, to: entry.at });
        this.#stoppedAt = undefined;
        this.#burstUntil = entry.at + burstMs;
        this.view.clear();
        break;
      }
      case 'recording-stopped':
        this.#stoppedAt = entry.at;
        break;
      case 'object':
        if (entry.change === 'deleted') this.view.delete(entry.kind, entry.object);
        else this.view.set(entry.kind, entry.object);
        break;
      default:
        break;
    }
  }

  #inBurst(next: TimelineEntry | undefined): boolean {
    if (this.#burstUntil === undefined) return false;
    if (next?.type === 'object' && next.change === 'added' && next.at <= this.#burstUntil) return true;
    this.#burstUntil = undefined;
    return false;
  }
}
