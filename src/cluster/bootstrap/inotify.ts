import type { Machine } from './machine.ts';

/**
 * Each node runs programs that watch files: a control plane takes 27 inotify instances, a worker 14. Two clusters of three
 * nodes fill the kernel's default of 128, and then kube-proxy dies with "too many open files".
 * @see https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files
 */
export const inotifyLimits = [
  { name: 'fs.inotify.max_user_instances', path: '/proc/sys/fs/inotify/max_user_instances', enough: 512, raiseTo: 1024 },
  { name: 'fs.inotify.max_user_watches', path: '/proc/sys/fs/inotify/max_user_watches', enough: 65_536, raiseTo: 524_288 },
] as const;

export type InotifyLimit = (typeof inotifyLimits)[number] & { value: number };

/** The limits that are too low on this machine; none where there are no such limits. */
export async function lowLimits(machine: Machine): Promise<InotifyLimit[]> {
  const found: InotifyLimit[] = [];
  for (const limit of inotifyLimits) {
    const value = Number(await machine.read(limit.path));
    if (value > 0 && value < limit.enough) found.push({ ...limit, value });
  }
  return found;
}

/** The command that mends it until the next start of the machine. */
export const raiseCommand = (limits: readonly InotifyLimit[]): string =>
  `sudo sysctl ${limits.map((limit) => `${limit.name}=${limit.raiseTo}`).join(' ')}`;
