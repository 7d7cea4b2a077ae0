import { PassThrough } from 'node:stream';

/** Who gets the keys: the program itself, or the shell in the pane. */
export interface PaneKeys {
  write(data: string): void;
  /** The prefix key was pressed: the program has the keys again. */
  left(): void;
}

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** What a screen library takes for a terminal's input: keys pass through, raw mode is handed on. */
export type AppInput = NodeJS.ReadStream;

/**
 * Reads the terminal's raw input and routes it: to the program, or, while the pane has the keys, to the pane byte for byte,
 * but for the one prefix key that leaves it. There is only ever one reader of the terminal.
 */
export class TerminalInput {
  readonly app: AppInput;
  readonly #stdin: NodeJS.ReadStream;
  readonly #prefix: string;
  readonly #through = new PassThrough();
  #pane: PaneKeys | undefined;
  #pasting = false;
  #reading = false;

  constructor(stdin: NodeJS.ReadStream, prefix: string) {
    this.#stdin = stdin;
    this.#prefix = prefix;
    const handOn = (raw: boolean) => {
      this.#setRaw(raw);
      return this.app;
    };
    this.app = Object.assign(this.#through, {
      isTTY: true,
      setRawMode: handOn,
      ref: () => this.app,
      unref: () => this.app,
    }) as unknown as AppInput;
  }

  /** Gives the keys to the pane, or back to the program. */
  focus(pane: PaneKeys | undefined): void {
    this.#pane = pane;
    this.#pasting = false;
  }

  close(): void {
    this.#setRaw(false);
    this.#through.end();
  }

  #setRaw(raw: boolean): void {
    if (this.#stdin.isTTY) this.#stdin.setRawMode(raw);
    if (raw === this.#reading) return;
    this.#reading = raw;
    if (raw) {
      // a character of several bytes may be cut in two by the read
      this.#stdin.setEncoding('utf8');
      this.#stdin.on('data', this.#route);
      this.#stdin.ref?.();
      this.#stdin.resume();
    } else {
      this.#stdin.off('data', this.#route);
      this.#stdin.pause();
      this.#stdin.unref?.();
    }
  }

  readonly #route = (chunk: string | Buffer): void => {
    const data = String(chunk);
    const pane = this.#pane;
    if (!pane) {
      this.#through.write(data);
      return;
    }
    const at = this.#prefixIn(data);
    if (at < 0) {
      pane.write(data);
      return;
    }
    if (at > 0) pane.write(data.slice(0, at));
    this.focus(undefined);
    pane.left();
    const rest = data.slice(at + this.#prefix.length);
    if (rest !== '') this.#route(rest);
  };

  /** Where the prefix key is in the input; what is pasted holds no keys. */
  #prefixIn(data: string): number {
    let from = 0;
    for (;;) {
      if (this.#pasting) {
        const end = data.indexOf(pasteEnd, from);
        if (end < 0) return -1;
        this.#pasting = false;
        from = end + pasteEnd.length;
      }
      const prefix = data.indexOf(this.#prefix, from);
      const paste = data.indexOf(pasteStart, from);
      if (paste < 0 || (prefix >= 0 && prefix < paste)) return prefix;
      this.#pasting = true;
      from = paste + pasteStart.length;
    }
  }
}
