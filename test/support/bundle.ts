import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';

/** react-devtools-core is only for DEV=true and is not installed. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'export default { initialize() {}, connectToDevTools() {} };',
    }));
  },
};

/**
 * Bundles a script as the program itself is bundled, so that Node runs it; returns the path of the bundle.
 * With the key of a build (`dist/.key`) it shares what that build keeps in the cache.
 */
export async function bundleScript(entry: string, outdir: string, build?: string): Promise<string> {
  await bundle({
    entryPoints: { script: entry },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    keepNames: true,
    jsx: 'automatic',
    external: ['@lydell/node-pty', '@resvg/resvg-js'],
    plugins: [withoutDevtools],
    define: { 'process.env.NODE_ENV': '"production"', ...(build ? { KUBEDRILL_BUILD: JSON.stringify(build) } : {}) },
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(outdir, 'node_modules'));
  return join(outdir, 'script.mjs');
}
