import { statSync, writeFileSync } from 'node:fs';
import { readFile, readlink, statfs } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';

/** What kubedrill looks at on this machine beside its programs; a test passes a machine of its own. */
export interface Machine {
  platform: NodeJS.Platform;
  /** As Go and container images name it. */
  architecture: 'amd64' | 'arm64' | string;
  root: boolean;
  cores: number;
  memoryBytes: number;
  /** Text of a file, undefined when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Writes a kernel setting; false where that is not allowed. */
  set(path: string, value: string): boolean;
  exists(path: string): boolean;
  /** Where a symbolic link points to; undefined when it is none. */
  linkTarget(path: string): Promise<string | undefined>;
  freeBytes(path: string): Promise<number>;
}

export const machine: Machine = {
  platform: platform(),
  architecture: arch() === 'x64' ? 'amd64' : arch(),
  root: process.getuid?.() === 0,
  cores: cpus().length,
  memoryBytes: totalmem(),
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
  linkTarget: (path) => readlink(path).catch(() => undefined),
  async freeBytes(path) {
    for (let folder = path; ; folder = folder.replace(/\/[^/]*$/, '') || '/') {
      const found = await statfs(folder).catch(() => undefined);
      if (found) return found.bavail * found.bsize;
      if (folder === '/') return Number.POSITIVE_INFINITY;
    }
  },
};
