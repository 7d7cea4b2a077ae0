import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../system/run.ts';
import { must } from './commands.ts';
import { debianContainer, versions } from './versions.ts';

/** Makes root file systems of Debian packages as tar archives. */
export interface Debian {
  rootFileSystem(request: {
    packages: readonly string[];
    to: string;
    scratch: string;
    signal: AbortSignal;
    onLine?: (line: string) => void;
  }): Promise<void>;
}

/** Nobody reads manuals in a Pod. */
const without = ['doc', 'man', 'locale', 'info', 'lintian'].map((folder) => `/usr/share/${folder}/*`);
const boundMs = 15 * 60_000;
/** Gives the same bytes for the same packages. */
const epoch = '1700000000';

/** With mmdebstrap, straight from the package mirror. @see https://manpages.debian.org/bookworm/mmdebstrap/mmdebstrap.1.en.html */
export function debianPackages(run: Run): Debian {
  return {
    async rootFileSystem({ packages, to, scratch, signal, onLine }) {
      await mkdir(scratch, { recursive: true });
      await must(
        run,
        'mmdebstrap',
        [
          '--variant=essential',
          ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
          ...without.map((path) => `--dpkgopt=path-exclude=${path}`),
          // what is interrupted is made again: nothing needs to reach the disk in between
          '--dpkgopt=force-unsafe-io',
          '--aptopt=Acquire::Languages "none"',
          '--aptopt=APT::Install-Recommends "false"',
          '--customize-hook=rm -rf "$1"/var/cache/* "$1"/var/lib/apt/lists/*',
          versions.debian,
          to,
        ],
        {
          timeoutMs: boundMs,
          signal,
          onLine,
          env: { TMPDIR: scratch, SOURCE_DATE_EPOCH: epoch, LC_ALL: 'C.UTF-8' },
          fact: `could not make a Debian root file system with ${packages.join(', ') || 'its base'}`,
        },
      );
    },
  };
}

/** In a container of Debian, where the engine reaches a registry: works on any machine. */
export function debianInContainer(run: Run): Debian {
  return {
    async rootFileSystem({ packages, to, scratch, signal, onLine }) {
      const name = `kubedrill-build-${scratch.split('/').at(-1)}`;
      const fact = `could not make a Debian root file system with ${packages.join(', ') || 'its base'} in ${debianContainer}`;
      const install = [
        'set -e',
        `printf '%s\\n' ${without.map((path) => `path-exclude=${path}`).join(' ')} > /etc/dpkg/dpkg.cfg.d/kubedrill`,
        'apt-get update -qq',
        'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"',
        'rm -rf /var/cache/* /var/lib/apt/lists/*',
      ].join('\n');
      try {
        const options = { timeoutMs: boundMs, signal, onLine, fact };
        await must(
          run,
          'docker',
          ['run', '--name', name, '--label', 'kubedrill.build=running', debianContainer, 'sh', '-c', install, 'sh', ...packages],
          options,
        );
        await must(run, 'docker', ['export', '--output', to, name], options);
      } finally {
        await run('docker', ['rm', '--force', '--volumes', name], { timeoutMs: 60_000 });
      }
    },
  };
}

export const rootFileSystemFile = (folder: string) => join(folder, 'root.tar');
