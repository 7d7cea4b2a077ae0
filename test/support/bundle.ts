import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/bundle-options.ts';

/**
 * Bundles a script as the program itself is bundled, so that Node runs it; returns the path of the bundle.
 * With the key of a build (`dist/.key`) it shares what that build keeps in the cache.
 */
export async function bundleScript(entry: string, outdir: string, key?: string): Promise<string> {
  await build({
    entryPoints: { script: entry },
    outdir,
    ...bundleOptions,
    external: [...bundleOptions.external, '@resvg/resvg-js'],
    define: { ...bundleOptions.define, ...(key ? { KUBEDRILL_BUILD: JSON.stringify(key) } : {}) },
    logLevel: 'silent',
  });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(outdir, 'node_modules'));
  return join(outdir, 'script.mjs');
}
