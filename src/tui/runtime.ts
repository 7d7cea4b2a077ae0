import type { Drill } from '../drill/drill.ts';
import type { DrillEvent } from '../drill/events.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import type { Progress } from '../system/progress.ts';
import type { PaneSession } from '../system/terminal-pane.ts';
import { failureOf } from './failure.ts';
import type { TuiHost } from './host.ts';
import { eventsOf } from './picture/events.ts';
import { pictureOf } from './picture/model.ts';
import type { Message } from './state/messages.ts';
import type { Effect, WorkKind } from './state/state.ts';

/** Milliseconds for which changes of the mirror are gathered before the picture is drawn again. */
const gatherMs = 100;

/** How long leaving may take before the program goes all the same; what is left is in the journal. */
const leaveBoundMs = 30_000;

/** What the runtime uses of the terminal; made in `app.tsx`. */
export interface RuntimePorts {
  host: TuiHost;
  clock: Clock;
  dispatch(message: Message): void;
  openPane(drill: Drill, onExit: (exitCode: number) => void): Promise<{ ok: true; pane: PaneSession } | { ok: false; reason: string }>;
  focusPane(pane: PaneSession | undefined): void;
  suspendToShell(drill: Drill, why: string): Promise<{ ok: true } | { ok: false; reason: string }>;
  stopProcess(): Promise<void>;
  exit(code: number): void;
}

/** Does what the update asks for, and reports what came of it. */
export class Runtime {
  readonly #ports: RuntimePorts;
  #drill: Drill | undefined;
  #pane: PaneSession | undefined;
  #work: AbortController | undefined;
  #stopListening: (() => void)[] = [];
  #mirrorTimer: NodeJS.Timeout | undefined;
  #leaving = false;
  /** Each drill that is opened has a number: what comes late of an earlier one is dropped. */
  #generation = 0;

  constructor(ports: RuntimePorts) {
    this.#ports = ports;
  }

  readonly pane = (): PaneSession | undefined => this.#pane;

  readonly run = (effect: Effect): void => {
    const { host, dispatch } = this.#ports;
    const onProgress = (progress: Progress) => dispatch({ type: 'work-progress', progress });
    switch (effect.type) {
      case 'open-drill':
        void this.#open(effect.lab);
        break;
      case 'close-drill':
        this.#close().catch((error) => dispatch({ type: 'act-failed', what: 'close', failure: failureOf(error), drill: undefined }));
        break;
      case 'bring-up':
        void this.#workOn('bring-up', (signal) => host.bringUpCluster(onProgress, signal));
        break;
      case 'recover':
        void this.#workOn('recover', (signal) => host.recover(onProgress, signal));
        break;
      case 'refresh':
        host.refresh();
        break;
      case 'cancel-work':
        this.#work?.abort();
        break;
      case 'open-pane':
        void this.#openPane();
        break;
      case 'focus-pane':
        this.#ports.focusPane(effect.focus ? this.#pane : undefined);
        break;
      case 'send-to-pane':
        if (effect.paste) this.#pane?.type(effect.text);
        else this.#pane?.write(effect.text);
        break;
      case 'scroll-pane':
        this.#scrollPane(effect.by);
        break;
      case 'stop-process':
        void this.#ports.stopProcess();
        break;
      case 'quit':
        void this.#leave(effect.code);
        break;
      default:
        if (this.#drill) this.#inDrill(this.#drill, effect);
    }
  };

  #inDrill(
    drill: Drill,
    effect: Extract<Effect, { type: 'check' | 'hint' | 'predict' | 'solve' | 'next' | 'reset' | 'finish' | 'suspend-to-shell' }>,
  ): void {
    const { dispatch } = this.#ports;
    const attempt = async (what: 'check' | 'hint' | 'predict' | 'shell', act: () => Promise<void>) => {
      try {
        await act();
      } catch (error) {
        if (drill === this.#drill) dispatch({ type: 'act-failed', what, failure: failureOf(error), drill: drill.state });
      }
    };
    switch (effect.type) {
      case 'check':
        void attempt('check', async () => {
          await drill.check();
          if (drill === this.#drill) dispatch({ type: 'checked', drill: drill.state });
        });
        break;
      case 'hint':
        void attempt('hint', async () => {
          const hint = await drill.hint();
          if (drill === this.#drill) dispatch({ type: 'hinted', drill: drill.state, found: hint !== undefined });
        });
        break;
      case 'predict':
        void attempt('predict', async () => {
          const { question, given } = effect;
          const step = drill.state.lab.steps[drill.state.current]?.id ?? '';
          const answer = await drill.predict(question, given);
          if (drill === this.#drill) dispatch({ type: 'predicted', step, question, given, ...answer, drill: drill.state });
        });
        break;
      case 'suspend-to-shell':
        void attempt('shell', async () => {
          const ended = await this.#ports.suspendToShell(drill, effect.why);
          if (!ended.ok) throw new LabError('missing-program', `The shell could not be started: ${ended.reason}.`);
        });
        break;
      case 'solve':
        void this.#workOn('solve', (signal) => drill.solve({ signal }));
        break;
      case 'next':
        void this.#workOn('next', () => drill.next());
        break;
      case 'reset':
        void this.#workOn('reset', (signal) => drill.reset({ signal }));
        break;
      case 'finish':
        void this.#workOn('finish', async (signal) => {
          const end = await drill.finish({ signal });
          dispatch({ type: 'finished', lab: drill.state.lab.id, ...end });
        });
        break;
    }
  }

  async #workOn(kind: WorkKind, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.#work = controller;
    const { dispatch } = this.#ports;
    try {
      await act(controller.signal);
      dispatch({ type: 'work-done', kind, drill: this.#drill?.state });
    } catch (error) {
      const failure = failureOf(error);
      dispatch({
        type: 'work-failed',
        kind,
        failure: { ...failure, interrupted: failure.interrupted || controller.signal.aborted },
        drill: this.#drill?.state,
      });
    } finally {
      if (this.#work === controller) this.#work = undefined;
    }
    if (kind === 'bring-up' || kind === 'recover') this.#ports.host.refresh();
  }

  async #open(lab: string): Promise<void> {
    await this.#close().catch(() => undefined);
    const { host, dispatch } = this.#ports;
    const generation = ++this.#generation;
    await this.#workOn('open', async (signal) => {
      let settled = false;
      const early = (event: DrillEvent) => {
        if (!settled) dispatch({ type: 'drill-event', event, drill: undefined });
      };
      const drill = await host.openDrill(lab, early, signal).finally(() => {
        settled = true;
      });
      // stopped in the last moment, or the program is on its way out: it must not stay open unseen
      if (signal.aborted || this.#leaving || generation !== this.#generation) {
        await drill.close();
        signal.throwIfAborted();
        return;
      }
      this.#drill = drill;
      dispatch({ type: 'drill-opened', drill: drill.state });
      this.#listen(drill);
      if (drill.state.phase === 'setting-up') await this.#untilRunning(drill, signal);
    });
  }

  /** A drill that was given out while it is still being set up: the work goes on until it runs. */
  #untilRunning(drill: Drill, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = drill.on((event) => {
        if (event.type !== 'phase' || event.phase === 'setting-up') return;
        stop();
        resolve();
      });
      signal.addEventListener('abort', () => {
        stop();
        void this.#close().then(() => reject(signal.reason), reject);
      });
    });
  }

  #listen(drill: Drill): void {
    const { dispatch } = this.#ports;
    const current = () => drill === this.#drill;
    this.#stopListening.push(
      drill.on((event) => {
        if (current()) dispatch({ type: 'drill-event', event, drill: drill.state });
      }),
      drill.onMirrorChange(() => {
        this.#mirrorTimer ??= setTimeout(() => {
          this.#mirrorTimer = undefined;
          if (current()) this.#lookAtMirror(drill);
        }, gatherMs);
      }),
    );
    this.#lookAtMirror(drill);
  }

  #lookAtMirror(drill: Drill): void {
    const { mirror } = drill;
    if (mirror) this.#ports.dispatch({ type: 'mirror', picture: pictureOf(mirror), events: eventsOf(mirror) });
  }

  async #close(): Promise<void> {
    this.#generation++;
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    clearTimeout(this.#mirrorTimer);
    this.#mirrorTimer = undefined;
    this.#closePane();
    const drill = this.#drill;
    this.#drill = undefined;
    await drill?.close();
  }

  #scrollPane(by: number): void {
    this.#pane?.scroll(by);
    this.#ports.dispatch({ type: 'pane-scrolled', back: this.#pane?.frame().back ?? 0 });
  }

  #closePane(): void {
    this.#ports.focusPane(undefined);
    this.#pane?.close();
    this.#pane = undefined;
  }

  async #openPane(): Promise<void> {
    const drill = this.#drill;
    const { dispatch } = this.#ports;
    if (!drill) return dispatch({ type: 'pane', state: 'closed', reason: '' });
    this.#closePane();
    let ended: number | undefined;
    const onExit = (exitCode: number) => {
      ended = exitCode;
      if (drill !== this.#drill) return;
      this.#ports.focusPane(undefined);
      dispatch({ type: 'pane', state: 'ended', reason: `the shell ended with ${exitCode}` });
    };
    const opened = await this.#ports.openPane(drill, onExit);
    if (drill !== this.#drill) {
      if (opened.ok) opened.pane.close();
      return;
    }
    if (!opened.ok) return dispatch({ type: 'pane', state: 'unavailable', reason: opened.reason });
    this.#pane = opened.pane;
    if (ended === undefined) dispatch({ type: 'pane', state: 'open', reason: '' });
  }

  /** Ends everything in good order, within a bound; asked a second time, it does not wait. */
  async #leave(code: number): Promise<void> {
    if (this.#leaving) return this.#ports.exit(code);
    this.#leaving = true;
    this.#work?.abort();
    const bound = new AbortController();
    const close = async () => {
      await this.#close().catch(() => undefined);
      await this.#ports.host.close().catch(() => undefined);
    };
    await Promise.race([close(), this.#ports.clock.sleep(leaveBoundMs, bound.signal)]);
    bound.abort();
    this.#ports.exit(code);
  }
}
