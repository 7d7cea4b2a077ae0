import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as pty from '@lydell/node-pty';
import xterm, { type Terminal } from '@xterm/headless';

/** The program on a pseudo terminal, its screen emulated. */
class Program {
  readonly process: pty.IPty;
  readonly terminal: Terminal = new xterm.Terminal({ cols: 120, rows: 40, scrollback: 0, allowProposedApi: true });
  #changed: () => void = () => {};

  constructor(script: string, folder: string) {
    const env = { ...process.env, CI: 'false', FIXTURE_FOLDER: folder } as Record<string, string>;
    this.process = pty.spawn(process.execPath, [script], { cols: 120, rows: 40, cwd: folder, env });
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

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#changed = resolve));
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

const percentile = (values: readonly number[], portion: number): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * portion) - 1] ?? Number.NaN;

export async function* outside(script: string, folder: string) {
  const program = new Program(script, folder);
  await program.until(() => program.text().includes('Enter open'));
  const idleAtHome = await idle(program);
  yield { name: 'CPU at home, idle', value: idleAtHome, unit: '%', bound: 3 } as const;
  program.press('\x1b[B\x1b[B\r');
  await program.until(() => program.text().includes('Before you act'));
  program.press('c\r');
  await program.until(() => program.text().includes('t types here') && program.text().includes('drill$'));
  yield { name: 'CPU in a lab with a shell, idle', value: await idle(program), unit: '%', bound: 3 } as const;

  program.press('t');
  await program.until(() => program.text().includes('Ctrl+B leaves'));
  program.press('while :; do echo $RANDOM $RANDOM $RANDOM; sleep 0.02; done\r');
  program.press('\x02');
  await program.until(() => program.text().includes('t types here'));
  const frames: number[] = [];
  for (let round = 0; round < 100; round++) {
    const [key, heading] = round % 2 === 0 ? ['\t', 'Checks'] : ['\x1b[Z', 'Step 1 of 3'];
    const began = performance.now();
    program.press(key);
    await program.until(() => program.turnedTo(heading));
    frames.push(performance.now() - began);
    await delay(15);
  }
  yield { name: 'key to frame while the shell streams, p95', value: percentile(frames, 0.95), unit: 'ms', bound: 50 } as const;
  program.press('t');
  await program.until(() => program.text().includes('Ctrl+B leaves'));
  program.press('\x03');
  await program.until(() => program.text().includes('^C'));
  program.press('yes "a flood of words that fills the pane" | head -c 30000000\r');
  await delay(2000);
  const before = program.memory();
  await delay(6000);
  yield { name: 'memory gained in a flood', value: Math.max(0, program.memory() - before), unit: 'MB', bound: 30 } as const;
  program.close();
}

/** Percent of a core over some seconds in which nothing happens. */
async function idle(program: Program): Promise<number> {
  await delay(2000);
  const before = program.cpu();
  await delay(10_000);
  return (program.cpu() - before) * 10;
}
