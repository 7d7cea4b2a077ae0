/** First paint of the terminal UI, warm: from the start of the process to the first line of home on an emulated terminal; and the plain commands beside it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'kubedrill.js');
const env = { ...process.env, CI: 'false', KUBEDRILL_STATE: mkdtempSync(join(tmpdir(), 'kubedrill-bench-')) };
const runs = 9;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** script(1) gives the program a terminal without one being there. */
function firstPaint(): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('script', ['-qec', `${process.execPath} ${program}`, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const bound = setTimeout(() => {
      child.kill();
      reject(new Error('no first frame within 20 s'));
    }, 20_000);
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('kubedrill')) return;
      child.stdout.off('data', listen).resume();
      clearTimeout(bound);
      const ms = performance.now() - started;
      // the next measurement begins when this one is over
      child.once('close', () => resolve(ms));
      child.stdin.write('q');
      setTimeout(() => child.kill(), 3000).unref();
    };
    child.stdout.on('data', listen);
    child.stdin.on('error', () => undefined); // it ended before it could be told to
    child.on('error', reject);
  });
}

const command = (...args: string[]) => {
  const started = performance.now();
  spawnSync(process.execPath, [program, ...args], { env });
  return performance.now() - started;
};
const bare = () => {
  const started = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - started;
};

await firstPaint();
const paints: number[] = [];
const lists: number[] = [];
const nodes: number[] = [];
for (let run = 0; run < runs; run++) {
  nodes.push(bare());
  paints.push(await firstPaint());
  lists.push(command('list'));
}
const node = median(nodes);
console.log(`node alone       ${node.toFixed(0)} ms`);
console.log(`first paint      ${median(paints).toFixed(0)} ms  (${(median(paints) / node).toFixed(1)} x node alone)`);
console.log(`kubedrill list   ${median(lists).toFixed(0)} ms  (${(median(lists) / node).toFixed(1)} x node alone)`);
