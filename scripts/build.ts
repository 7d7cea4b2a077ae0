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

/**
 * yoga-layout decodes its own WebAssembly with `fetch` of a data: address where there is one, and Node's first `fetch` loads all of undici:
 * a fifth of the way to the first frame. Without it, it takes its other way, over `atob`.
 */
const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup(bundle) {
    bundle.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => ({
      contents: `const fetch = undefined;\n${readFileSync(path, 'utf8')}`,
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
    plugins: [withoutDevtools, yogaWithoutFetch],
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
