import { kinds } from '../grading/kinds.ts';
import type { Clock } from '../system/clock.ts';
import type { KubeApi } from './api.ts';
import { KeptObjects, type OnChange } from './kept-objects.ts';
import { type Looked, type Scope, scopeWords } from './snapshot-view.ts';
import { type Feed, type Following, follow, toleratedGapMs } from './watch.ts';

type Link =
  | { state: 'connecting'; seen: string }
  | { state: 'live' }
  /** `known`: the server ended the watch in its time, nothing is wrong. */
  | { state: 'away'; since: number; seen: string; known: boolean }
  | { state: 'blind'; seen: string };

/** A watch that ended in its time is open again after milliseconds; longer than this is a gap to speak of. */
const noticedGapMs = 1000;

const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);

/** One collection of the mirror: its objects, and how well they are known. */
export class MirroredScope {
  readonly scope: Scope;
  readonly #kept = new KeptObjects();
  readonly #clock: Clock;
  readonly #following: Following;
  readonly #onObject: OnChange;
  readonly #onLink: () => void;
  readonly #signal: AbortSignal;
  #link: Link = { state: 'connecting', seen: 'they are being listed' };

  constructor(
    scope: Scope,
    options: { api: KubeApi; clock: Clock; signal: AbortSignal; random: () => number; onObject: OnChange; onLink: () => void },
  ) {
    this.scope = scope;
    this.#clock = options.clock;
    this.#onObject = options.onObject;
    this.#onLink = options.onLink;
    this.#signal = options.signal;
    this.#following = follow({ ...options, kind: kinds[scope.kind], namespace: scope.namespace, onFeed: (feed) => this.#take(feed) });
  }

  get done(): Promise<void> {
    return this.#following.done;
  }

  get standing(): 'connecting' | 'live' | 'reconnecting' | 'blind' {
    if (this.#link.state !== 'away') return this.#link.state;
    return this.#link.known ? 'live' : 'reconnecting';
  }

  /** Why it is not live, in words. */
  get seen(): string {
    if (this.#link.state === 'live') return '';
    return `${scopeWords(this.scope)}: ${this.#link.seen}`;
  }

  look(): Looked {
    const link = this.#link;
    switch (link.state) {
      case 'connecting':
      case 'blind':
        return { unseen: link.seen };
      case 'away':
        if (this.#clock.now() - link.since > toleratedGapMs) return { unseen: `not live since ${clockTime(link.since)} (${link.seen})` };
        return { objects: this.#kept.look() };
      case 'live':
        return { objects: this.#kept.look() };
    }
  }

  /** The API server does not answer, so the connection is dead although it does not know it. */
  interrupt(seen: string, lastAnswer: number): void {
    if (this.#link.state === 'live') this.#beAway({ state: 'away', since: lastAnswer, seen, known: false });
    this.#following.interrupt(seen);
  }

  #take(feed: Feed): void {
    if (feed.type === 'synced') this.#kept.replace(feed.objects, this.#onObject);
    else if (feed.type === 'put') this.#kept.put(feed.object, this.#onObject);
    else if (feed.type === 'gone') this.#kept.remove(feed.object, this.#onObject);
    else if (feed.type === 'live') this.#become({ state: 'live' });
    else if (feed.type === 'blind') this.#become({ state: 'blind', seen: feed.reason });
    else if (feed.type === 'ended') this.#lose('the server ended the watch', true);
    else this.#lose(feed.seen, false);
  }

  #lose(seen: string, known: boolean): void {
    const link = this.#link;
    if (link.state === 'live') this.#beAway({ state: 'away', since: this.#clock.now(), seen, known });
    else if (link.state === 'away') this.#become({ ...link, seen, known });
    // what was being listed, or refused until now, was never known: only a list makes it so
    else this.#become({ state: 'connecting', seen });
  }

  /** A gap begins; nothing arrives that says so when it is no longer a short one, so that is looked at here. */
  #beAway(link: Link & { state: 'away' }): void {
    this.#become(link);
    const still = () => (!this.#signal.aborted && this.#link.state === 'away' && this.#link.since === link.since ? this.#link : undefined);
    const look = async () => {
      await this.#clock.sleep(noticedGapMs, this.#signal);
      const early = still();
      if (early?.known) this.#become({ ...early, known: false });
      await this.#clock.sleep(Math.max(0, link.since + toleratedGapMs + 1 - this.#clock.now()), this.#signal);
      if (still()) this.#onLink();
    };
    void look();
  }

  #become(link: Link): void {
    this.#link = link;
    this.#onLink();
  }
}
