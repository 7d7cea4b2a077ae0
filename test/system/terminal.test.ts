import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type EndingSignal, guardTerminal } from '../../src/system/terminal.ts';
import { FakeProcess } from '../support/tui.ts';

function guarded(options: { leave?: () => void; lent?: boolean } = {}) {
  const written: string[] = [];
  const raw: boolean[] = [];
  const stdout = Object.assign(new EventEmitter(), {
    isTTY: true,
    write: (data: string) => written.push(data) > 0,
  }) as unknown as NodeJS.WriteStream;
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (mode: boolean) => void raw.push(mode),
  }) as unknown as NodeJS.ReadStream;
  const process = new FakeProcess();
  const signals: EndingSignal[] = [];
  const crashes: unknown[] = [];
  const guard = guardTerminal({ stdin, stdout }, process, {
    leave: options.leave ?? (() => void written.push('<left>')),
    onSignal: (signal) => void signals.push(signal),
    onCrash: (error) => void crashes.push(error),
    isLent: () => options.lent ?? false,
  });
  return { guard, written, raw, process, signals, crashes, stdout };
}

const restored = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h';
const forced = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?1049l\x1b[?25h';

describe('the terminal is restored', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('on %s, before anybody hears of it', (signal) => {
    const { written, raw, process, signals } = guarded();
    process.emit(signal);
    expect(written).toEqual(['<left>', restored]);
    expect(raw).toEqual([false]);
    expect(signals).toEqual([signal]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('on %s, before it is reported', (event) => {
    const { written, process, crashes } = guarded();
    const error = new Error('boom');
    process.emit(event, error);
    expect(written).toEqual(['<left>', restored]);
    expect(crashes).toEqual([error]);
  });

  it('when something calls process.exit', () => {
    const { written, process } = guarded();
    process.emit('exit');
    expect(written).toEqual(['<left>', restored]);
  });

  it('by force, when the screen library cannot leave the screen any more', () => {
    const { written, process } = guarded({
      leave: () => {
        throw new Error('no');
      },
    });
    process.emit('SIGTERM');
    expect(written).toEqual([forced]);
  });

  it('once: what is printed afterwards is not drawn over', () => {
    const { guard, written, process } = guarded();
    guard.restore();
    process.emit('exit');
    guard.release();
    expect(written).toEqual(['<left>', restored]);
  });
});

describe('the guard', () => {
  it('leaves SIGINT to the program that has the terminal', () => {
    const { written, process, signals } = guarded({ lent: true });
    process.emit('SIGINT');
    expect(written).toEqual([]);
    expect(signals).toEqual([]);
  });

  it('takes a terminal that went away for no crash', () => {
    const { stdout, crashes } = guarded();
    expect(() => stdout.emit('error', new Error('EIO'))).not.toThrow();
    expect(crashes).toEqual([]);
  });

  it('leaves nothing behind when it is released', () => {
    const { guard, process } = guarded();
    guard.release();
    expect(process.eventNames()).toEqual([]);
  });
});
