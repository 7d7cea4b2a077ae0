import type { Terminal } from '@xterm/headless';
import { rowOf } from './terminal-rows.ts';
import type { ShellStart } from './terminal-shell.ts';

/** A pseudo terminal with a program in it, as node-pty gives it; a test passes a small fake. */
export interface Pty {
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (exit: { exitCode: number }) => void): unknown;
  write(data: string): void;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  kill(signal?: string): void;
}

export interface PaneSize {
  columns: number;
  rows: number;
}

export type StartPty = (start: ShellStart, size: PaneSize) => Pty;

/** Characters that the emulator has not yet taken in: above the first the program is held, below the second it goes on. */
const holdAbove = 256 * 1024;
const goOnBelow = 64 * 1024;

/** Milliseconds for which output is gathered before the rows are read. */
const gatherMs = 8;
/** How often a stream that nobody answers to is read: a frame costs tens of milliseconds, and keys must not wait behind it. */
const streamMs = 80;
/** For how long what comes after a key is taken for its echo. */
const echoMs = 150;

/** A frame of the pane: its rows, the cursor where the program shows one, and how many rows it is scrolled back. */
export interface PaneFrame {
  rows: readonly string[];
  cursor: { x: number; y: number } | undefined;
  back: number;
}

/** Rows of history that are kept. */
const historyRows = 2000;

/** A program on an emulated screen: an external store of rows. */
export class PaneSession {
  #terminal: Terminal;
  #pty: Pty;
  #frame: PaneFrame = { rows: [], cursor: undefined, back: 0 };
  #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #lastRead = 0;
  #lastKey = Number.NEGATIVE_INFINITY;
  #pending = 0;
  #held = false;
  #cursorShown = true;
  #colour: boolean;
  /** Exit code of the program, once it ended. */
  exitCode: number | undefined;

  constructor(terminal: Terminal, pty: Pty, options: { colour: boolean; onExit: (exitCode: number) => void }) {
    this.#terminal = terminal;
    this.#pty = pty;
    this.#colour = options.colour;
    pty.onData(this.#onData);
    // programs ask the terminal who it is (vim does): the emulator answers
    terminal.onData((answer) => this.#write(answer));
    // the emulator's API does not tell whether the cursor is hidden (DECTCEM)
    for (const [final, shown] of [
      ['h', true],
      ['l', false],
    ] as const) {
      terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        if (params.includes(25)) this.#cursorShown = shown;
        return false;
      });
    }
    pty.onExit(({ exitCode }) => {
      this.exitCode = exitCode;
      this.#touch();
      options.onExit(exitCode);
    });
    this.#read();
  }

  /** What is on the emulated screen. A new object whenever it changed. */
  readonly frame = (): PaneFrame => this.#frame;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Keys as the terminal sent them. */
  write(keys: string): void {
    this.#toEnd();
    // the terminal outside is in normal mode, the program inside may have asked for application mode (less, vim)
    const moved = this.#terminal.modes.applicationCursorKeysMode ? keys.replaceAll(/\x1b\[([ABCDHF])/g, '\x1bO$1') : keys;
    const asked = this.#terminal.modes.bracketedPasteMode ? moved : moved.replaceAll(/\x1b\[20[01]~/g, '');
    this.#press(asked);
  }

  /** Scrolls through the history: upwards by a negative number. */
  scroll(rows: number): void {
    const { baseY, viewportY } = this.#terminal.buffer.active;
    this.#terminal.scrollLines(Math.max(-viewportY, Math.min(baseY - viewportY, rows)));
    this.#read();
    for (const listener of this.#listeners) listener();
  }

  /** Types a text without running it: the learner presses Enter. */
  type(text: string): void {
    this.#toEnd();
    const bracketed = this.#terminal.modes.bracketedPasteMode && text.includes('\n');
    this.#press(bracketed ? `\x1b[200~${text}\x1b[201~` : text.replaceAll('\n', '\r'));
  }

  resize({ columns, rows }: PaneSize): void {
    if (columns < 2 || rows < 1 || (columns === this.#terminal.cols && rows === this.#terminal.rows)) return;
    this.#terminal.resize(columns, rows);
    if (this.exitCode === undefined) this.#quietly(() => this.#pty.resize(columns, rows));
    this.#touch();
  }

  /** Hangs up: the program inside gets SIGHUP, as when a terminal window is closed. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
    if (this.exitCode === undefined) this.#quietly(() => this.#pty.kill('SIGHUP'));
    this.#terminal.dispose();
  }

  /** Who types wants to see what comes of it. */
  #toEnd(): void {
    if (this.#frame.back === 0) return;
    this.#terminal.scrollToBottom();
    this.#touch();
  }

  readonly #onData = (data: string): void => {
    this.#pending += data.length;
    if (!this.#held && this.#pending > holdAbove) {
      this.#held = true;
      this.#pty.pause();
    }
    this.#terminal.write(data, () => {
      this.#pending -= data.length;
      if (this.#held && this.#pending < goOnBelow) {
        this.#held = false;
        this.#pty.resume();
      }
      this.#touch();
    });
  };

  /** Keys of the learner: what they call forth is shown at once. */
  #press(keys: string): void {
    this.#lastKey = performance.now();
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#touch();
    }
    this.#write(keys);
  }

  #write(data: string): void {
    if (this.exitCode === undefined && data !== '') this.#quietly(() => this.#pty.write(data));
  }

  #touch(): void {
    if (this.#timer) return;
    const now = performance.now();
    const wait = now - this.#lastKey < echoMs ? 0 : this.#lastRead + streamMs - now;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#lastRead = performance.now();
        this.#read();
        for (const listener of this.#listeners) listener();
      },
      Math.max(gatherMs, wait),
    );
  }

  #read(): void {
    const buffer = this.#terminal.buffer.active;
    const cell = buffer.getNullCell();
    const rows = Array.from({ length: this.#terminal.rows }, (_, y) => rowOf(this.#terminal, y, cell, this.#colour));
    const back = buffer.baseY - buffer.viewportY;
    const cursor =
      this.#cursorShown && back === 0 && this.exitCode === undefined
        ? { x: Math.min(buffer.cursorX, this.#terminal.cols - 1), y: buffer.cursorY }
        : undefined;
    this.#frame = { rows, cursor, back };
  }

  /** A pty whose program has just ended throws on write, resize and kill. */
  #quietly(act: () => void): void {
    try {
      act();
    } catch {
      // onExit says it
    }
  }
}

/** Opens a pane; where a pseudo terminal cannot be had, says why. Loads its libraries only when called. */
export async function openPane(
  start: ShellStart,
  size: PaneSize,
  options: { colour: boolean; onExit: (exitCode: number) => void; startPty?: StartPty },
): Promise<{ ok: true; pane: PaneSession } | { ok: false; reason: string }> {
  try {
    const { default: xterm } = await import('@xterm/headless');
    const startPty = options.startPty ?? (await nodePty());
    const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, scrollback: historyRows, allowProposedApi: true });
    return { ok: true, pane: new PaneSession(terminal, startPty(start, size), options) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

async function nodePty(): Promise<StartPty> {
  const pty = await import('@lydell/node-pty');
  return ({ program, args, cwd, env }, { columns, rows }) =>
    pty.spawn(program, [...args], { name: 'xterm-256color', cols: columns, rows, cwd, env: env as Record<string, string> });
}
