/**
 * The terminal UI on a pseudo terminal and in this process, with a host that plays. One JSON line for each number:
 * what was measured, its unit, and the bound that it keeps on a machine that is otherwise idle.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleScript } from '../../test/support/bundle.ts';

interface Measured {
  name: string;
  value: number;
  unit: 'ms' | '%' | 'MB';
  bound: number;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const built = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'));
const load = async <T>(entry: string, name: string): Promise<T> =>
  (await import(pathToFileURL(await bundleScript(join(root, entry), join(built, name))).href)) as T;
try {
  const program = await bundleScript(join(root, 'test/tui/fixtures/terminal.tsx'), join(built, 'program'));
  const { outside } = await load<{ outside(program: string, folder: string): AsyncGenerator<Measured> }>(
    'scripts/bench/tui/outside.ts',
    'outside',
  );
  const { inside } = await load<{ inside(): AsyncGenerator<Measured> }>('scripts/bench/tui/inside.ts', 'inside');
  for (const measure of [outside(program, built), inside()]) {
    for await (const { name, value, unit, bound } of measure) {
      process.stdout.write(`${JSON.stringify({ name, value: Math.round(value * 10) / 10, unit, bound, kept: value <= bound })}\n`);
    }
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}
process.exit(0);
