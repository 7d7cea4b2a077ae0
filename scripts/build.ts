/** Bundles the program into dist/ (split, so that what a command does not need is not loaded). Skips when nothing changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
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
  ];
  for (const file of sources) hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** react-devtools-core is only for DEV=true and is not installed. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(bundle) {
    bundle.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    bundle.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'export default { initialize() {}, connectToDevTools() {} };',
    }));
  },
};

generate(false);
const key = fingerprint();
const keyFile = join(dist, '.key');
if (!(existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key)) {
  const fresh = join(root, `dist.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outdir: fresh,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    keepNames: true,
    jsx: 'automatic',
    external: ['@lydell/node-pty'],
    plugins: [withoutDevtools],
    define: { 'process.env.NODE_ENV': '"production"', KUBEDRILL_BUILD: JSON.stringify(key) },
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
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
