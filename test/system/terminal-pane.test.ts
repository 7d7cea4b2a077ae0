import { describe, expect, it, vi } from 'vitest';
import { openPane, type PaneSession, type Pty } from '../../src/system/terminal-pane.ts';
import { eventually } from '../support/eventually.ts';

/** A pty that a test plays: what is written to it is kept, what it prints is said by the test. */
class FakePty implements Pty {
  written = '';
  sizes: [number, number][] = [];
  paused = 0;
  held = false;
  killed: string[] = [];
  #data: (data: string) => void = () => {};
  #exit: (exit: { exitCode: number }) => void = () => {};

  onData(listener: (data: string) => void): void {
    this.#data = listener;
  }
  onExit(listener: (exit: { exitCode: number }) => void): void {
    this.#exit = listener;
  }
  write(data: string): void {
    this.written += data;
  }
  resize(columns: number, rows: number): void {
    this.sizes.push([columns, rows]);
  }
  pause(): void {
    this.paused++;
    this.held = true;
  }
  resume(): void {
    this.held = false;
  }
  kill(signal = 'SIGTERM'): void {
    this.killed.push(signal);
  }
  print(data: string): void {
    this.#data(data);
  }
  end(exitCode: number): void {
    this.#exit({ exitCode });
  }
}

async function opened(size = { columns: 20, rows: 4 }, colour = true) {
  const pty = new FakePty();
  const exits: number[] = [];
  const start = { program: 'sh', args: [], cwd: '/', env: {} };
  const result = await openPane(start, size, { colour, onExit: (code) => void exits.push(code), startPty: () => pty });
  if (!result.ok) throw new Error(result.reason);
  return { pty, pane: result.pane, exits };
}

const shows = (pane: PaneSession, text: string) => eventually(() => pane.frame().rows.join('\n').includes(text), text);
const trimmed = (pane: PaneSession) => pane.frame().rows.map((row) => row.trimEnd());

describe('a pane', () => {
  it('reads a stream that nobody answers to now and then, and an echo at once', async () => {
    vi.useFakeTimers();
    try {
      const { pty, pane } = await opened();
      let reads = 0;
      pane.subscribe(() => {
        reads += 1;
      });
      const stream = async (chunks: number) => {
        for (let chunk = 0; chunk < chunks; chunk++) {
          pty.print(`${chunk}\r\n`);
          await vi.advanceTimersByTimeAsync(10);
        }
      };
      await stream(100);
      expect(reads).toBeGreaterThan(8);
      expect(reads).toBeLessThan(16);
      pane.write('x');
      pty.print('echo');
      await vi.advanceTimersByTimeAsync(20);
      expect(trimmed(pane).at(-1)).toBe('echo');
    } finally {
      vi.useRealTimers();
    }
  });

  it('shows what the program prints, in the colours it prints it', async () => {
    const { pty, pane } = await opened();
    pty.print('plain \x1b[1;31mred\x1b[0m\r\n\x1b[38;5;208mx\x1b[0m\x1b[44my\x1b[0m\x1b[38;2;1;2;3mz\x1b[0m');
    await shows(pane, 'red');
    expect(trimmed(pane)[0]).toBe('plain \x1b[1;31mred\x1b[0m');
    expect(trimmed(pane)[1]).toBe('\x1b[38;5;208mx\x1b[0m\x1b[44my\x1b[0m\x1b[38;2;1;2;3mz\x1b[0m');
  });

  it('keeps weight and inverse, but no colours, under NO_COLOR', async () => {
    const { pty, pane } = await opened({ columns: 20, rows: 2 }, false);
    pty.print('\x1b[1;31mred\x1b[0m \x1b[7minverse\x1b[0m');
    await shows(pane, 'inverse');
    expect(trimmed(pane)[0]).toBe('\x1b[1mred\x1b[0m \x1b[7minverse\x1b[0m');
  });

  it('has rows of exactly its width, also with wide characters', async () => {
    const { pty, pane } = await opened({ columns: 6, rows: 2 });
    pty.print('日本語');
    await shows(pane, '語');
    expect(pane.frame().rows).toEqual(['日本語', '      ']);
  });

  it('has the cursor where the program has it, and none when the program hides it', async () => {
    const { pty, pane } = await opened();
    pty.print('ab\r\ncd');
    await shows(pane, 'cd');
    expect(pane.frame().cursor).toEqual({ x: 2, y: 1 });
    pty.print('\x1b[?25l.');
    await shows(pane, 'cd.');
    expect(pane.frame().cursor).toBeUndefined();
    pty.print('\x1b[?25h!');
    await shows(pane, 'cd.!');
    expect(pane.frame().cursor).toEqual({ x: 4, y: 1 });
  });

  it('sends cursor keys as the program asked for them: less and vim want application mode', async () => {
    const { pty, pane } = await opened();
    pane.write('\x1b[A\x1b[B');
    pty.print('\x1b[?1h.');
    await shows(pane, '.');
    pane.write('\x1b[A\x1b[C\x1b[5~');
    expect(pty.written).toBe('\x1b[A\x1b[B\x1bOA\x1bOC\x1b[5~');
  });

  it('answers a program that asks the terminal who it is', async () => {
    const { pty } = await opened();
    pty.print('\x1b[c');
    await eventually(() => pty.written !== '', 'an answer');
    expect(pty.written).toMatch(/^\x1b\[\?[\d;]+c$/);
  });

  it('marks pasted text for programs that want it marked, and for no others', async () => {
    const { pty, pane } = await opened();
    pane.write('\x1b[200~text\x1b[201~');
    expect(pty.written).toBe('text');
    pty.print('\x1b[?2004h.');
    await shows(pane, '.');
    pane.write('\x1b[200~text\x1b[201~');
    expect(pty.written).toBe('text\x1b[200~text\x1b[201~');
  });

  it('types a command without running it; one of several lines as one paste', async () => {
    const { pty, pane } = await opened();
    pane.type('kubectl get pods');
    expect(pty.written).toBe('kubectl get pods');
    pty.print('\x1b[?2004h.');
    await shows(pane, '.');
    pty.written = '';
    pane.type('cat <<END\nx\nEND');
    expect(pty.written).toBe('\x1b[200~cat <<END\nx\nEND\x1b[201~');
  });

  it('holds a program that floods it, lets it go on, and keeps the last rows', async () => {
    const { pty, pane } = await opened({ columns: 40, rows: 5 });
    const line = `${'x'.repeat(38)}\r\n`;
    let sent = 0;
    while (sent < 4 * 1024 * 1024) {
      if (pty.held) {
        await eventually(() => !pty.held, 'going on');
        continue;
      }
      pty.print(line.repeat(512));
      sent += line.length * 512;
    }
    pty.print('the end');
    await shows(pane, 'the end');
    expect(pty.paused).toBeGreaterThan(0);
    expect(pane.frame().rows).toHaveLength(5);
  });

  it('can be scrolled back through its history, and is at its end again when one types', async () => {
    const { pty, pane } = await opened();
    pty.print(Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\r\n'));
    await shows(pane, 'line 29');
    pane.scroll(-10);
    expect(trimmed(pane)).toEqual(['line 16', 'line 17', 'line 18', 'line 19']);
    expect(pane.frame()).toMatchObject({ back: 10, cursor: undefined });
    pane.scroll(-Infinity);
    expect(trimmed(pane)[0]).toBe('line 0');
    pane.write('x');
    await shows(pane, 'line 29');
    expect(pane.frame().back).toBe(0);
  });

  it('is resized with its program, once for each new size', async () => {
    const { pty, pane } = await opened();
    pane.resize({ columns: 20, rows: 4 });
    pane.resize({ columns: 30, rows: 6 });
    pane.resize({ columns: 30, rows: 6 });
    expect(pty.sizes).toEqual([[30, 6]]);
    await eventually(() => pane.frame().rows.length === 6, 'six rows');
  });

  it('says when the program ended, and takes no more keys', async () => {
    const { pty, pane, exits } = await opened();
    pty.end(3);
    expect(exits).toEqual([3]);
    pane.write('more');
    pane.close();
    expect(pty.written).toBe('');
    expect(pty.killed).toEqual([]);
  });

  it('hangs up when it is closed', async () => {
    const { pty, pane } = await opened();
    pane.close();
    expect(pty.killed).toEqual(['SIGHUP']);
  });

  it('that cannot be had says why, as a value', async () => {
    const start = { program: 'sh', args: [], cwd: '/', env: {} };
    const startPty = () => {
      throw new Error('Cannot find module @lydell/node-pty-openbsd\nRequire stack: ...');
    };
    const result = await openPane(start, { columns: 9, rows: 2 }, { colour: true, onExit: () => {}, startPty });
    expect(result).toEqual({ ok: false, reason: 'Cannot find module @lydell/node-pty-openbsd' });
  });
});

describe('a pane with a real pseudo terminal', () => {
  it('runs a shell in the environment and the folder it was given', async () => {
    const exits: number[] = [];
    const start = {
      program: '/bin/sh',
      args: ['-c', 'echo "$WHO in $PWD"; stty size; read answer; echo "got $answer"; exit 4'],
      cwd: '/usr',
      env: { WHO: 'learner', PATH: '/usr/bin:/bin', TERM: 'xterm' },
    };
    const result = await openPane(start, { columns: 40, rows: 8 }, { colour: true, onExit: (code) => void exits.push(code) });
    if (!result.ok) throw new Error(result.reason);
    const { pane } = result;
    await shows(pane, 'learner in /usr');
    await shows(pane, '8 40');
    pane.write('yes\r');
    await shows(pane, 'got yes');
    await eventually(() => exits.length > 0, 'the end of the shell');
    expect(exits).toEqual([4]);
    pane.close();
  });
});
