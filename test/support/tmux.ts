import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** A real terminal for end-to-end tests: a tmux server of its own, with one window. */
export class Tmux {
  readonly folder = mkdtempSync(join(tmpdir(), 'kubedrill-tmux-'));
  readonly #socket = join(this.folder, 'socket');

  constructor(columns: number, rows: number, env: Record<string, string> = {}) {
    const settings = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    execFileSync('tmux', [
      '-S',
      this.#socket,
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      ...settings, // a shell that is not interactive, such as the one tmux starts this with, drops PS1
      "exec env PS1='outer$ ' bash --norc --noprofile",
    ]);
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-S', this.#socket, ...args]);
    return stdout;
  }

  /** What is on the screen. */
  async text(): Promise<string> {
    return this.#tmux('capture-pane', '-p');
  }

  /** Presses keys by tmux's names: `Enter`, `Down`, `C-b` ... */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** Types a text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.press('Enter');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** `alternate`: a full-screen program has the screen; `cursor`: it is shown. */
  async flags(): Promise<{ alternate: boolean; cursor: boolean }> {
    const [alternate, cursor] = (await this.#tmux('display', '-p', '#{alternate_on} #{cursor_flag}')).trim().split(' ');
    return { alternate: alternate === '1', cursor: cursor === '1' };
  }

  /** Process id of the program that the window's shell has started. */
  async child(): Promise<number> {
    const shell = (await this.#tmux('display', '-p', '#{pane_pid}')).trim();
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', shell]);
    return Number(stdout.trim().split('\n')[0]);
  }

  /** Waits until the screen shows a text (or fulfils a condition); looks some twenty times a second, so that others can work. */
  async until(wanted: string | RegExp | ((text: string) => boolean), boundMs = 60_000): Promise<string> {
    const end = performance.now() + boundMs;
    for (;;) {
      const text = await this.text();
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted instanceof RegExp ? wanted.test(text) : wanted(text)) return text;
      if (performance.now() > end) throw new Error(`the terminal never showed ${String(wanted)}; it shows:\n${text}`);
      await delay(50);
    }
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
