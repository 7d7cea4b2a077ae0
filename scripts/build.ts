/** Bundles the program into dist/ (split, so that what a command does not need is not loaded). Skips when nothing changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.ts';
import { generate } from './generate.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const sources = [
    ...filesUnder(join(root, 'src')),
    ...filesUnder(join(root, 'graders')),
    join(root, 'package-lock.json'),
    fileURLToPath(import.meta.url),
    join(root, 'scripts', 'bundle-options.ts'),
  ];
  for (const file of sources) hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

generate(false);
const key = fingerprint();
const keyFile = join(dist, '.key');
if (!(existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key)) {
  const fresh = join(root, `dist.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outdir: fresh,
    ...bundleOptions,
    define: { ...bundleOptions.define, KUBEDRILL_BUILD: JSON.stringify(key) },
    logLevel: 'warning',
  });
  writeFileSync(join(fresh, '.key'), key);
  // the old bundle goes only when the new one is whole: a build may be interrupted, or run beside another
  rmSync(dist, { recursive: true, force: true });
  try {
    renameSync(fresh, dist);
  } catch {
    rmSync(fresh, { recursive: true, force: true });
  }
}
