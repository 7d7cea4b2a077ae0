import { EventEmitter } from 'node:events';
import type { Clock } from '../../src/system/clock.ts';
import { runTui, type TuiOptions } from '../../src/tui/app.tsx';
import type { FakeHost } from './fake-host.ts';
import { Screen } from './screen.ts';

/** A clock that stands still until a test moves it on; sleepers wake when their time has come. */
export class HandClock implements Clock {
  #time: number;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(time = 1_000_000) {
    this.#time = time;
  }

  readonly now = (): number => this.#time;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { at: this.#time + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
      resolve();
    });
    return promise;
  }

  pass(ms: number): void {
    this.#time += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#time);
    this.#sleepers = this.#sleepers.filter((each) => !due.includes(each));
    for (const { wake } of due) wake();
  }
}

/** `process` for a test: signals are emitted by hand. */
export class FakeProcess extends EventEmitter {
  readonly pid = 4242;
  killed: { pid: number; signal: string }[] = [];

  kill(pid: number, signal: string): boolean {
    this.killed.push({ pid, signal });
    return true;
  }
}

export interface RunningTui {
  screen: Screen;
  clock: HandClock;
  process: FakeProcess;
  /** Exit code, once it ended. */
  ended: Promise<number>;
  /** Leaves by Ctrl+C, however the screen stands, and waits for the end. */
  quit(): Promise<number>;
}

/** Runs the terminal UI on an emulated terminal. */
export function startTui(host: FakeHost, options: { columns?: number; rows?: number } & Partial<TuiOptions> = {}): RunningTui {
  const { columns = 80, rows = 24, ...rest } = options;
  const screen = new Screen(columns, rows);
  const clock = new HandClock();
  const process = new FakeProcess();
  const ended = runTui({
    host,
    stdin: screen.stdin,
    stdout: screen.stdout,
    stderr: screen.stderr,
    clock,
    env: { PATH: '/usr/bin:/bin' },
    process,
    startPty: () => {
      throw new Error('no pseudo terminals in this test');
    },
    ...rest,
  });
  return {
    screen,
    clock,
    process,
    ended,
    quit: async () => {
      screen.press('ctrl+c');
      await screen.until('Quit kubedrill?');
      screen.press('y');
      return ended;
    },
  };
}
