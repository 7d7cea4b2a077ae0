import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Run } from '../../system/run.ts';
import { must } from './commands.ts';
import { goContainer } from './versions.ts';

export interface GoTarget {
  os: string;
  architecture: string;
}

/** Packages of a module in a folder of ours, or of those that it requires. */
export interface GoSource {
  folder: string;
  packages: readonly string[];
  tags?: string;
}

export interface GoBuild {
  source: GoSource;
  /** Folder that gets the programs, each under the last part of its package path. */
  into: string;
  target: GoTarget;
  /** Values of string variables by full name, as the linker sets them. */
  values?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  onLine?: (line: string) => void;
}

/** Builds static programs. */
export interface Go {
  /** For people: `Go 1.26`. */
  readonly describe: string;
  build(request: GoBuild): Promise<void>;
  /** Where the sources of a module that `folder` requires are. */
  sources(folder: string, module: string, signal: AbortSignal): Promise<string>;
}

const boundMs = 30 * 60_000;
/** Since 1.21 a Go fetches the newer one that a module asks for. */
const oldestMinor = 21;

/** The Go of this machine, or why there is none that can do it. */
export async function hostGo(run: Run): Promise<Go | { none: string }> {
  const found = await run('go', ['version'], { timeoutMs: 20_000 });
  const version = /go version go1\.(\d+)\S*/.exec(found.stdout);
  if (!found.ok || !version) return { none: 'Go is not installed' };
  if (Number(version[1]) < oldestMinor) return { none: `${version[0]} is too old` };

  return {
    describe: `Go 1.${version[1]}`,
    async build({ source, into, target, values, signal, onLine }) {
      const options = { timeoutMs: boundMs, signal, onLine, fact: `could not build ${describe(source)}` };
      const args = ['build', ...flags(values, source.tags), '-o', `${into}/`, ...source.packages];
      await must(run, 'go', args, { ...options, cwd: source.folder, env: { ...environment(target), GOWORK: 'off' } });
    },
    async sources(folder, module, signal) {
      const fact = `could not fetch the sources of ${module}`;
      const { stdout } = await must(run, 'go', ['mod', 'download', '-json', module], { cwd: folder, timeoutMs: boundMs, signal, fact });
      return (JSON.parse(stdout) as { Dir: string }).Dir;
    },
  };
}

/** Go in a container: for machines that have an engine and a registry but no Go. */
export function containerGo(run: Run, cache: string): Go {
  const caches = join(cache, 'go');
  return {
    describe: `Go in a container (${goContainer})`,
    async build({ source, into, target, values, signal, onLine }) {
      await mkdir(caches, { recursive: true });
      const env = { ...environment(target), GOCACHE: '/go/cache', GOMODCACHE: '/go/pkg/mod' };
      const given = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
      const volumes = [`${into}:/out`, `${caches}:/go`, `${source.folder}:/src:ro`].flatMap((mount) => ['-v', mount]);
      const build = ['go', '-C', '/src', 'build', ...flags(values, source.tags), '-o', '/out/', ...source.packages];
      const fact = `could not build ${describe(source)} in ${goContainer}`;
      await must(run, 'docker', ['run', '--rm', ...given, ...volumes, goContainer, ...build], { timeoutMs: boundMs, signal, onLine, fact });
    },
    sources: () => Promise.reject(noGo('Go is not installed')),
  };
}

export function noGo(reason: string): LabError {
  return new LabError('missing-program', `${reason}, and without a container registry the cluster is built from Go modules`, {
    hint: `Install Go 1.${oldestMinor} or later (https://go.dev/dl), put its bin folder on PATH and run the same command again.`,
  });
}

/** Where there is this much memory, the compiler collects its garbage less often: a tenth of the processor time of a build. */
const roomyBytes = 8 * 2 ** 30;

const environment = (target: GoTarget) => ({
  CGO_ENABLED: '0',
  GOOS: target.os,
  GOARCH: target.architecture,
  GOFLAGS: '-trimpath -buildvcs=false',
  ...(totalmem() >= roomyBytes ? { GOGC: '400' } : {}),
});

function flags(values: Readonly<Record<string, string>> = {}, tags?: string): string[] {
  const link = ['-s', '-w', ...Object.entries(values).flatMap(([name, value]) => ['-X', `${name}=${value}`])];
  // what the linker strips need not be made: a tenth of what a build takes
  return [...(tags ? ['-tags', tags] : []), '-gcflags=all=-dwarf=false', '-ldflags', link.join(' ')];
}

const describe = ({ packages }: GoSource) => packages.map((path) => path.split('/').at(-1)).join(', ');
