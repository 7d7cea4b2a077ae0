import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TerminalInput } from '../../src/system/terminal-input.ts';

function terminal() {
  const stdin = new PassThrough();
  const modes: boolean[] = [];
  const tty = Object.assign(stdin, {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      modes.push(raw);
      return stdin;
    },
    ref: () => stdin,
    unref: () => stdin,
  }) as unknown as NodeJS.ReadStream;
  const input = new TerminalInput(tty, '\x02');
  input.app.setRawMode(true);
  const app: string[] = [];
  input.app.on('data', (data) => app.push(String(data)));
  const pane: string[] = [];
  let left = 0;
  const keys = { write: (data: string) => void pane.push(data), left: () => void left++ };
  const type = async (data: string | Buffer) => {
    stdin.write(data);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { input, modes, app, pane, keys, type, left: () => left };
}

describe('keys', () => {
  it('go to the program', async () => {
    const { app, type } = terminal();
    await type('abc');
    expect(app.join('')).toBe('abc');
  });

  it('go to the pane while it has them, byte for byte', async () => {
    const { input, app, pane, keys, type } = terminal();
    input.focus(keys);
    await type('ls\r\x03\x1b[A\x1a');
    expect(pane.join('')).toBe('ls\r\x03\x1b[A\x1a');
    expect(app).toEqual([]);
  });

  it("before the prefix key are the pane's, those after it are the program's again", async () => {
    const { input, app, pane, keys, type, left } = terminal();
    input.focus(keys);
    await type('exit\x02h?');
    expect(pane).toEqual(['exit']);
    expect(app.join('')).toBe('h?');
    expect(left()).toBe(1);
  });

  it('in pasted text are no keys: a prefix in it stays with the pane', async () => {
    const { input, pane, keys, type, left } = terminal();
    input.focus(keys);
    await type('\x1b[200~a\x02b');
    await type('c\x02d\x1b[201~');
    expect(pane.join('')).toBe('\x1b[200~a\x02bc\x02d\x1b[201~');
    expect(left()).toBe(0);
    await type('\x02');
    expect(left()).toBe(1);
  });

  it('of several bytes arrive whole, also when the terminal sends them in two', async () => {
    const { app, type } = terminal();
    const bytes = Buffer.from('é');
    await type(bytes.subarray(0, 1));
    await type(bytes.subarray(1));
    expect(app.join('')).toBe('é');
  });

  it('are left to another program while raw mode is off', async () => {
    const { input, app, modes, type } = terminal();
    input.app.setRawMode(false);
    await type('for the shell');
    expect(app).toEqual([]);
    expect(modes).toEqual([true, false]);
  });
});
