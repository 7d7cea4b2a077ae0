/**
 * Builds the image that `kubedrill grade --on-cluster` runs, from the bundle in dist/ and the Node program that runs this script.
 *
 *   node images/kubedrill/build.ts [--tag kd/kubedrill:1.0] [--base IMAGE] [--load <kind cluster>]
 *
 * On Linux it needs no registry: the image holds this machine's Node with its libraries and nothing else. Elsewhere, or with --base, Node comes
 * with the base. For another cluster than kind: give --tag a reference in your registry, push it, and name it with `grade --image`.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values } = parseArgs({
  options: { tag: { type: 'string', default: 'kd/kubedrill:1.0' }, base: { type: 'string' }, load: { type: 'string' } },
});
const nodeImage = 'docker.io/library/node:24-bookworm-slim';
const bare = process.platform === 'linux' && values.base === undefined;
const base = values.base ?? (bare ? 'scratch' : nodeImage);

const docker = (...args: string[]) =>
  execFileSync('docker', args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DOCKER_BUILDKIT: '0' } });

/** Node of this machine and the libraries that the loader would give it, at their paths. */
function copyProgram(into: string): void {
  const program = realpathSync(process.execPath);
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/(?:=>\s+)?(\/\S+)\s+\(0x/g)].map(([, path = '']) => path);
  const files: [from: string, to: string][] = [[program, '/usr/local/bin/node'], ...libraries.map((path): [string, string] => [path, path])];
  for (const [from, to] of files) {
    mkdirSync(dirname(join(into, to)), { recursive: true });
    copyFileSync(realpathSync(from), join(into, to));
    chmodSync(join(into, to), 0o755);
  }
}

/** kind from PATH, else the one that kubedrill built. */
function kindProgram(): string {
  const cache = process.env.KUBEDRILL_CACHE || join(process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'), 'kubedrill');
  const built = join(cache, 'bin', 'kind');
  return existsSync(built) ? built : 'kind';
}

if (!existsSync(join(root, 'dist', 'main.mjs'))) throw new Error('there is no bundle: npm run build');
const context = mkdtempSync(join(tmpdir(), 'kubedrill-image-'));
try {
  const home = join(context, 'kubedrill');
  mkdirSync(join(home, 'labs'), { recursive: true });
  mkdirSync(join(home, 'images', 'apps'), { recursive: true });
  mkdirSync(join(context, 'program'));
  cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  copyFileSync(join(root, 'package.json'), join(home, 'package.json'));
  copyFileSync(join(here, 'Dockerfile'), join(context, 'Dockerfile'));
  if (bare) copyProgram(join(context, 'program'));
  // no lab of the image's own: the Job brings the one to be graded
  writeFileSync(join(home, 'labs', 'tracks.yaml'), '[]\n');
  docker('build', '--tag', values.tag, '--build-arg', `BASE=${base}`, context);
} finally {
  rmSync(context, { recursive: true, force: true });
}
if (values.load) execFileSync(kindProgram(), ['load', 'docker-image', values.tag, '--name', values.load], { stdio: 'inherit' });
process.stderr.write(`${values.tag} is built${values.load ? ` and on the nodes of ${values.load}` : ''}\n`);
