import { LabError } from '../../lab-error.ts';
import type { Run } from '../../system/run.ts';
import { must } from './commands.ts';
import type { Machine } from './machine.ts';

/** Programs that come from Debian packages, and whether this machine has them. */
const packageOf = {
  'docker.io': ['/usr/sbin/dockerd', '/usr/bin/dockerd'],
  iptables: ['/usr/sbin/iptables', '/sbin/iptables'],
  mmdebstrap: ['/usr/bin/mmdebstrap'],
} as const;

export type DebianPackage = keyof typeof packageOf;

export const missingPackages = (wanted: readonly DebianPackage[], machine: Machine): DebianPackage[] =>
  wanted.filter((name) => !packageOf[name].some((path) => machine.exists(path)));

/** Installs packages of this machine's Debian; only what the plan has listed. */
export async function installPackages(
  packages: readonly string[],
  ports: { run: Run; machine: Machine; signal: AbortSignal; onLine?: (line: string) => void },
): Promise<void> {
  const { run, machine, signal, onLine } = ports;
  const byHand = `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!machine.exists('/usr/bin/apt-get')) {
    throw new LabError('missing-program', `this machine has no ${packages.join(', ')}, and no apt-get to install it with`, {
      hint: packages.includes('docker.io')
        ? 'Install Docker (https://docs.docker.com/engine/install/) and run the same command again.'
        : 'Install it and run the same command again.',
    });
  }
  if (!machine.root) throw new LabError('missing-program', `installing ${packages.join(', ')} takes root`, { hint: byHand });
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  // a source that does not answer is no reason to stop as long as the packages can be had
  const updated = await run('apt-get', ['update', '-qq'], { timeoutMs: 300_000, signal, env, onLine });
  await must(run, 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    timeoutMs: 600_000,
    signal,
    env,
    onLine,
    fact: `could not install ${packages.join(', ')}${updated.ok ? '' : ` (apt-get update failed, too: ${updated.stderr.trim().split('\n').at(-1)})`}`,
    hint: `By hand: ${byHand}`,
  });
}
