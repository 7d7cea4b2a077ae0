import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './percentile.ts';
import { Program } from './program.ts';

export async function* outside(script: string, folder: string) {
  const program = new Program([script], folder, { FIXTURE_FOLDER: folder });
  await program.until(() => program.text().includes('Enter open'));
  const idleAtHome = await idle(program);
  yield { name: 'CPU at home, idle', value: idleAtHome, unit: '%', bound: 3 } as const;
  program.press('\x1b[B\x1b[B\r');
  await program.until(() => program.text().includes('Before you act'));
  program.press('c\r');
  await program.until(() => program.text().includes('you expected right'));
  program.press('\r');
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
