import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';

/** What kubedrill looks at on this machine beside its programs; a test passes a machine of its own. */
export interface Machine {
  platform: NodeJS.Platform;
  /** As Go and container images name it. */
  architecture: 'amd64' | 'arm64' | string;
  root: boolean;
  cores: number;
  memoryBytes: number;
  pid: number;
  /** Text of a file, undefined when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Writes a kernel setting; false where that is not allowed. */
  set(path: string, value: string): boolean;
  exists(path: string): boolean;
  freeBytes(path: string): Promise<number>;
  /** When a process started, in a form that never changes while it lives; undefined when there is none. */
  processStart(pid: number): string | undefined;
}

export const machine: Machine = {
  platform: platform(),
  architecture: arch() === 'x64' ? 'amd64' : arch(),
  root: process.getuid?.() === 0,
  cores: cpus().length,
  memoryBytes: totalmem(),
  pid: process.pid,
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  set(path, value) {
    try {
      writeFileSync(path, value);
      return true;
    } catch {
      return false;
    }
  },
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  async freeBytes(path) {
    for (let folder = path; ; folder = folder.replace(/\/[^/]*$/, '') || '/') {
      const found = await statfs(folder).catch(() => undefined);
      if (found) return found.bavail * found.bsize;
      if (folder === '/') return Number.POSITIVE_INFINITY;
    }
  },
  processStart,
};

/** Field 22 of /proc/PID/stat; the name before it may hold spaces and brackets. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processStart(pid: number): string | undefined {
  if (platform() !== 'linux') {
    try {
      process.kill(pid, 0);
      return 'alive';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'alive' : undefined;
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
