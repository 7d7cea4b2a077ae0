import { writeSync } from 'node:fs';

/** One sequence each. @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
export const leaveAlternateScreen = '\x1b[?1049l';
export const showCursor = '\x1b[?25h';
export const endBracketedPaste = '\x1b[?2004l';
export const endSynchronizedUpdate = '\x1b[?2026l';
export const resetStyle = '\x1b[0m';

/** The terminal's two ends. */
export interface TerminalStreams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}

/** The parts of `process` that a full-screen program answers to; a test passes an EventEmitter. */
export interface ProcessPort {
  readonly pid: number;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  kill(pid: number, signal: string): unknown;
}

/** Signals that end a program, with the exit code that a shell gives to them: 128 + number. @see signal(7) */
export const endingSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type EndingSignal = keyof typeof endingSignals;

/**
 * Gives the terminal back as it was: screen, cursor, paste, colours, raw mode. Synchronous and best effort,
 * for the moment in which the program ends: nothing queued would still be written.
 */
export function restoreTerminal({ stdin, stdout }: TerminalStreams, options: { alternateScreen: boolean }): void {
  const sequences =
    endSynchronizedUpdate + resetStyle + endBracketedPaste + (options.alternateScreen ? leaveAlternateScreen : '') + showCursor;
  try {
    if (stdout.isTTY) {
      const { fd } = stdout as NodeJS.WriteStream & { fd?: number };
      if (typeof fd === 'number') writeSync(fd, sequences);
      else stdout.write(sequences);
    }
  } catch {
    // the terminal is gone: there is nothing left to restore
  }
  try {
    if (stdin.isTTY) stdin.setRawMode(false);
  } catch {
    // the same
  }
}

export interface TerminalGuard {
  /** Leaves the screen and restores everything now; a second time does nothing. */
  restore(): void;
  /** Restores, and ends the guard: the terminal is no longer its business. */
  release(): void;
}

/**
 * While a full-screen program runs: whatever ends it, the terminal is restored first.
 * `leave` leaves the screen in good order (the screen library's own way); should it fail, the screen is left by force.
 * `onSignal` and `onCrash` are called with the terminal already restored. While `isLent` (another program has the terminal),
 * SIGINT is that program's.
 */
export function guardTerminal(
  streams: TerminalStreams,
  process: ProcessPort,
  handlers: { leave(): void; onSignal(signal: EndingSignal): void; onCrash(error: unknown): void; isLent(): boolean },
): TerminalGuard {
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    let alternateScreen = true;
    try {
      handlers.leave();
      alternateScreen = false;
    } catch {
      // left by force, below
    }
    restoreTerminal(streams, { alternateScreen });
  };
  const onCrash = (error: unknown) => {
    restore();
    handlers.onCrash(error);
  };
  const signals = (Object.keys(endingSignals) as EndingSignal[]).map((signal) => ({
    signal,
    listener: () => {
      if (signal === 'SIGINT' && handlers.isLent()) return;
      restore();
      handlers.onSignal(signal);
    },
  }));
  // a terminal that went away breaks every write: that is no crash, SIGHUP says it
  const onBroken = () => {};
  for (const { signal, listener } of signals) process.on(signal, listener);
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  process.on('exit', restore);
  streams.stdout.on('error', onBroken);
  streams.stdin.on('error', onBroken);
  return {
    restore,
    release: () => {
      restore();
      for (const { signal, listener } of signals) process.off(signal, listener);
      process.off('uncaughtException', onCrash);
      process.off('unhandledRejection', onCrash);
      process.off('exit', restore);
      streams.stdout.off('error', onBroken);
      streams.stdin.off('error', onBroken);
    },
  };
}
