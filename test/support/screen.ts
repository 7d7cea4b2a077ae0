import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import xterm, { type Terminal } from '@xterm/headless';

/** Keys as a terminal sends them. */
const keys: Record<string, string> = {
  enter: '\r',
  esc: '\x1b',
  tab: '\t',
  'shift+tab': '\x1b[Z',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  home: '\x1b[H',
  end: '\x1b[F',
  backspace: '\x7f',
  space: ' ',
  'ctrl+b': '\x02',
  'ctrl+c': '\x03',
  'ctrl+r': '\x12',
  'ctrl+z': '\x1a',
};

class FakeTty extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #onWrite: (data: string, done: () => void) => void;

  constructor(columns: number, rows: number, onWrite: (data: string, done: () => void) => void) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#onWrite = onWrite;
  }

  write(data: string | Uint8Array, encoding?: unknown, done?: () => void): boolean {
    const callback = typeof encoding === 'function' ? (encoding as () => void) : done;
    this.#onWrite(typeof data === 'string' ? data : Buffer.from(data).toString(), () => callback?.());
    return true;
  }

  getColorDepth(): number {
    return 4;
  }

  hasColors(): boolean {
    return true;
  }
}

/** A terminal for tests: what a program writes to `stdout` is emulated, keys come in at `stdin`. */
export class Screen {
  readonly terminal: Terminal;
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly errors: string[] = [];
  readonly stderr: NodeJS.WriteStream;
  raw = false;
  cursorShown = true;
  /** Bytes written so far. */
  written = 0;
  readonly #changes = new EventEmitter();
  readonly #tty: FakeTty;

  constructor(columns = 80, rows = 24) {
    // the line discipline of a real terminal makes CR LF of LF (ONLCR)
    this.terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 500, convertEol: true, allowProposedApi: true });
    for (const [final, shown] of [
      ['h', true],
      ['l', false],
    ] as const) {
      this.terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
        if (params.includes(25)) this.cursorShown = shown;
        return false;
      });
    }
    this.#tty = new FakeTty(columns, rows, (data, done) => {
      this.written += data.length;
      this.terminal.write(data, () => {
        done();
        this.#changes.emit('change');
      });
    });
    this.stdout = this.#tty as unknown as NodeJS.WriteStream;
    const stdin = new PassThrough();
    this.stdin = Object.assign(stdin, {
      isTTY: true,
      setRawMode: (raw: boolean) => {
        this.raw = raw;
        return stdin;
      },
      ref: () => stdin,
      unref: () => stdin,
    }) as unknown as NodeJS.ReadStream;
    this.stderr = new FakeTty(columns, rows, (data, done) => {
      this.errors.push(data);
      done();
    }) as unknown as NodeJS.WriteStream;
  }

  /** The rows on the screen, without blanks at their ends. An empty screen is refused: nothing can be asserted of it. */
  lines(): string[] {
    const lines = this.#rows();
    if (lines.every((line) => line === '')) throw new Error('the screen is empty: wait for a frame first');
    return lines;
  }

  #rows(): string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from(
      { length: this.terminal.rows },
      (_, y) =>
        buffer
          .getLine(buffer.viewportY + y)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }

  text(): string {
    return this.lines().join('\n');
  }

  /** Rows that scrolled out of the screen: a full-screen program leaves none. */
  scrollback(): number {
    return this.terminal.buffer.active.baseY + this.terminal.buffer.normal.baseY;
  }

  get inAlternateScreen(): boolean {
    return this.terminal.buffer.active.type === 'alternate';
  }

  get cursor(): { x: number; y: number } {
    const { cursorX: x, cursorY: y } = this.terminal.buffer.active;
    return { x, y };
  }

  /** Presses keys by name, one after the other; a name that is no key's is typed. */
  press(...names: string[]): void {
    for (const name of names) this.stdin.push(keys[name] ?? name);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.#tty.columns = columns;
    this.#tty.rows = rows;
    this.#tty.emit('resize');
  }

  /** Waits until the screen shows a text (or fulfils a condition). Looks after each write, never sleeps. */
  async until(wanted: string | RegExp | ((text: string) => boolean), boundMs = 30_000): Promise<void> {
    const holds = () => {
      const text = this.#rows().join('\n');
      if (typeof wanted === 'string') return text.includes(wanted);
      return wanted instanceof RegExp ? wanted.test(text) : wanted(text);
    };
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onChange = () => {
      if (holds()) resolve();
    };
    const bound = setTimeout(
      () => reject(new Error(`the screen never showed ${String(wanted)}; it shows:\n${this.#rows().join('\n')}`)),
      boundMs,
    );
    this.#changes.on('change', onChange);
    try {
      await promise;
    } finally {
      clearTimeout(bound);
      this.#changes.off('change', onChange);
    }
  }

  /** Waits until everything that was written is on the screen. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.terminal.write('', resolve));
  }

  /** Waits until a text is gone from the screen. */
  untilGone = (text: string): Promise<void> => this.until((all) => all.trim() !== '' && !all.includes(text));
}
