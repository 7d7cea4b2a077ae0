/**
 * Builds the image that `kubedrill grade --on-cluster` runs, from the bundle in dist/ and the Node program that runs this script.
 *
 *   node images/kubedrill/build.ts [--tag kd/kubedrill:1.0] [--base debian:bookworm-slim] [--load <kind cluster>]
 *
 * For another cluster than kind: give --tag a reference in your registry, push it, and name it with `grade --image`.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values } = parseArgs({
  options: { tag: { type: 'string', default: 'kd/kubedrill:1.0' }, base: { type: 'string' }, load: { type: 'string' } },
});

const docker = (...args: string[]) => execFileSync('docker', args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DOCKER_BUILDKIT: '0' } });

/** The base of an air-gapped machine, where it is there; else Debian's own, from a registry. */
function baseImage(): string {
  if (values.base) return values.base;
  try {
    execFileSync('docker', ['image', 'inspect', 'kubedrill/debian:bookworm'], { stdio: 'ignore' });
    return 'kubedrill/debian:bookworm';
  } catch {
    return 'docker.io/library/debian:bookworm-slim';
  }
}

if (!existsSync(join(root, 'dist', 'main.mjs'))) throw new Error('there is no bundle: npm run build');
const context = mkdtempSync(join(tmpdir(), 'kubedrill-image-'));
try {
  const home = join(context, 'kubedrill');
  mkdirSync(join(home, 'labs'), { recursive: true });
  mkdirSync(join(home, 'images', 'apps'), { recursive: true });
  cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  copyFileSync(join(root, 'package.json'), join(home, 'package.json'));
  copyFileSync(realpathSync(process.execPath), join(context, 'node'));
  chmodSync(join(context, 'node'), 0o755);
  copyFileSync(join(here, 'Dockerfile'), join(context, 'Dockerfile'));
  // no lab of the image's own: the Job brings the one to be graded
  writeFileSync(join(home, 'labs', 'tracks.yaml'), '[]\n');
  docker('build', '--tag', values.tag, '--build-arg', `BASE=${baseImage()}`, context);
} finally {
  rmSync(context, { recursive: true, force: true });
}
if (values.load) execFileSync('kind', ['load', 'docker-image', values.tag, '--name', values.load], { stdio: 'inherit' });
process.stderr.write(`${values.tag} is built${values.load ? ` and on the nodes of ${values.load}` : ''}\n`);
