/**
 * Draws the README's pictures (docs/pictures/*.svg) from the real screens: the terminal UI runs on an emulated terminal,
 * with the labs of labs/, a drill that is played, and a shell whose output was recorded on a kind cluster.
 * With a folder as argument, PNG files are put there as well, to look at. `--check` only compares, and ends with 1 where a
 * picture is not what the screens are now.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { bundleScript } from '../test/support/bundle.ts';

interface Scene {
  name: string;
  svg: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pictures = join(root, 'docs', 'pictures');
const [, , argument] = process.argv;
const check = argument === '--check';
const folder = check ? undefined : argument;
const built = mkdtempSync(join(tmpdir(), 'kubedrill-pictures-'));
try {
  // Node reads no .tsx: the scenes are bundled as the program is
  const script = await bundleScript(join(root, 'scripts/screenshots/scenes.ts'), built);
  const { scenes } = (await import(pathToFileURL(script).href)) as { scenes(root: string): Promise<Scene[]> };
  mkdirSync(pictures, { recursive: true });
  for (const { name, svg } of await scenes(root)) {
    const path = join(pictures, `${name}.svg`);
    if (check) {
      if (existsSync(path) && readFileSync(path, 'utf8') === svg) continue;
      process.stdout.write(`stale: docs/pictures/${name}.svg (node scripts/screenshots.ts draws it)\n`);
      process.exitCode = 1;
      continue;
    }
    writeFileSync(path, svg);
    if (folder) {
      mkdirSync(folder, { recursive: true });
      const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans Mono', monospaceFamily: 'DejaVu Sans Mono' };
      writeFileSync(join(folder, `${name}.png`), new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 1.5 } }).render().asPng());
    }
    process.stdout.write(`docs/pictures/${name}.svg\n`);
  }
} finally {
  rmSync(built, { recursive: true, force: true });
}
