import { readFileSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';

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

/** How the program is bundled: split, so that what a command does not need is not loaded. */
export const bundleOptions = {
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
  define: { 'process.env.NODE_ENV': '"production"' },
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
} satisfies BuildOptions;
