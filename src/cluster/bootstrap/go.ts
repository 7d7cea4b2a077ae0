import { chmod, copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Run } from '../../system/run.ts';
import { failure, must } from './commands.ts';
import { goContainer } from './versions.ts';

export interface GoTarget {
  os: string;
  architecture: string;
}

/** A program from a folder of ours, or from a module as it was published. */
export type GoSource = { folder: string; package?: string; tags?: string } | { module: string };

/** Builds static programs. */
export interface Go {
  /** For people: `go1.26.8 of this machine`. */
  readonly describe: string;
  build(request: {
    source: GoSource;
    to: string;
    target: GoTarget;
    /** `-X` values by full name. */
    values?: Record<string, string>;
    signal: AbortSignal;
    onLine?: (line: string) => void;
  }): Promise<void>;
}

const boundMs = 30 * 60_000;
/** Since 1.21 a Go fetches the newer one that a module asks for. */
const oldestMinor = 21;

/** The Go of this machine; undefined when there is none that can do it. */
export async function hostGo(run: Run): Promise<Go | { none: string }> {
  const found = await run('go', ['version'], { timeoutMs: 20_000 });
  const version = /go version go1\.(\d+)\S*/.exec(found.stdout);
  if (!found.ok || !version) return { none: 'Go is not installed' };
  if (Number(version[1]) < oldestMinor) return { none: `${version[0]} is too old` };

  return {
    describe: `Go 1.${version[1]}`,
    async build({ source, to, target, values, signal, onLine }) {
      const env = environment(target);
      const common = {
        timeoutMs: boundMs,
        signal,
        fact: `could not build ${describe(source)}`,
        onLine: onLine && ((line: string) => onLine(line)),
      };
      if ('folder' in source) {
        await must(run, 'go', ['build', ...flags(values, source.tags), '-o', to, source.package ?? '.'], {
          ...common,
          cwd: source.folder,
          env,
        });
        return;
      }
      const bin = `${to}.bin`;
      await mkdir(bin, { recursive: true });
      // outside of any module: the published module alone says what it is made of
      const installed = await run('go', ['install', ...flags(values), source.module], {
        ...common,
        cwd: bin,
        env: { ...env, GOBIN: bin, GOWORK: 'off' },
      });
      if (!installed.ok) throw failure(installed, common);
      await rename(join(bin, await onlyFile(bin)), to);
    },
  };
}

/** Go in a container: for machines that have an engine and a registry but no Go. */
export function containerGo(run: Run, cache: string): Go {
  return {
    describe: `Go in a container (${goContainer})`,
    async build({ source, to, target, values, signal, onLine }) {
      const out = `${to}.out`;
      await mkdir(out, { recursive: true });
      await mkdir(join(cache, 'go'), { recursive: true });
      const env = Object.entries({ ...environment(target), GOPATH: '/go', GOCACHE: '/go/cache' }).flatMap(([name, value]) => [
        '-e',
        `${name}=${value}`,
      ]);
      const mounts = ['-v', `${out}:/out`, '-v', `${join(cache, 'go')}:/go`];
      const fact = `could not build ${describe(source)} in ${goContainer}`;
      const container = (where: string[], ...args: string[]) =>
        must(run, 'docker', ['run', '--rm', ...env, ...mounts, ...where, goContainer, ...args], {
          timeoutMs: boundMs,
          signal,
          fact,
          onLine,
        });
      if ('folder' in source) {
        await container(
          ['-v', `${source.folder}:/src:ro`, '-w', '/src'],
          'go',
          'build',
          ...flags(values, source.tags),
          '-o',
          '/out/made',
          source.package ?? '.',
        );
        await copyFile(join(out, 'made'), to);
      } else {
        // `go install` puts what is for another system into a folder of that system, and refuses GOBIN
        await container(
          ['-e', 'GOPATH=/out', '-e', 'GOMODCACHE=/go/pkg/mod', '-w', '/out'],
          'go',
          'install',
          ...flags(values),
          source.module,
        );
        const bin = join(out, 'bin');
        const first = await onlyFile(bin);
        const nested = (await stat(join(bin, first))).isDirectory() ? join(bin, first) : bin;
        await copyFile(join(nested, await onlyFile(nested)), to);
      }
      await chmod(to, 0o755);
    },
  };
}

export function noGo(reason: string): LabError {
  return new LabError('missing-program', `${reason}, and without a container registry the cluster is built from Go modules`, {
    hint: `Install Go 1.${oldestMinor} or later (https://go.dev/dl), put its bin folder on PATH and run the same command again.`,
  });
}

const environment = (target: GoTarget) => ({
  CGO_ENABLED: '0',
  GOOS: target.os,
  GOARCH: target.architecture,
  GOFLAGS: '-trimpath -buildvcs=false',
});

function flags(values: Record<string, string> = {}, tags?: string): string[] {
  const link = ['-s', '-w', ...Object.entries(values).flatMap(([name, value]) => ['-X', `${name}=${value}`])];
  return [...(tags ? ['-tags', tags] : []), '-ldflags', link.join(' ')];
}

const describe = (source: GoSource) =>
  'folder' in source ? `${source.folder.split('/').at(-1)}${source.package ? `/${source.package}` : ''}` : source.module;

async function onlyFile(folder: string): Promise<string> {
  const [name] = await readdir(folder);
  if (!name) throw new Error(`nothing was built into ${folder}`);
  return name;
}
