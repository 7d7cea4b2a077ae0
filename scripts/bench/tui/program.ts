import { readFileSync } from 'node:fs';
import * as pty from '@lydell/node-pty';
import xterm, { type Terminal } from '@xterm/headless';

/** The program on a pseudo terminal, its screen emulated. */
export class Program {
  readonly process: pty.IPty;
  readonly terminal: Terminal = new xterm.Terminal({ cols: 120, rows: 40, scrollback: 0, allowProposedApi: true });
  #changed: () => void = () => {};

  constructor(args: string[], folder: string, variables: Record<string, string>) {
    const env = { ...process.env, CI: 'false', ...variables } as Record<string, string>;
    this.process = pty.spawn(process.execPath, args, { cols: 120, rows: 40, cwd: folder, env });
    this.process.onData((data) => this.terminal.write(data, () => this.#changed()));
  }

  text(): string {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: 40 }, (_, y) => buffer.getLine(y)?.translateToString(true) ?? '').join('\n');
  }

  /** Whether a text is on the screen in bold: the heading that the learner is turned to is bold and coloured. */
  turnedTo(text: string): boolean {
    const buffer = this.terminal.buffer.active;
    const cell = buffer.getNullCell();
    for (let y = 0; y < 40; y++) {
      const x = buffer.getLine(y)?.translateToString(true).indexOf(` ${text} `) ?? -1;
      if (x < 0) continue;
      buffer.getLine(y)?.getCell(x + 1, cell);
      return !cell.isFgDefault();
    }
    return false;
  }

  /** Waits for a screen; each change of it is looked at once. */
  async until(holds: () => boolean, boundMs = 60_000): Promise<void> {
    const end = performance.now() + boundMs;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`the screen that is waited for never came; it shows:\n${this.text()}`);
      await new Promise<void>((resolve) => {
        const bound = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(bound);
          resolve();
        };
      });
    }
  }

  press(keys: string): void {
    this.process.write(keys);
  }

  /** Seconds of CPU so far. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  memory(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}
