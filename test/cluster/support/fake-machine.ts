import type { Machine } from '../../../src/cluster/bootstrap/machine.ts';

/** A Debian machine with two cores; `files` are those that can be read. */
export function fakeMachine(
  files: Record<string, string> = {},
  about: Partial<Machine> = {},
): Machine & { settings: Record<string, string> } {
  const settings: Record<string, string> = {};
  return {
    platform: 'linux',
    architecture: 'amd64',
    root: true,
    cores: 2,
    memoryBytes: 8e9,
    settings,
    read: async (path) => files[path],
    set(path, value) {
      settings[path] = value;
      return true;
    },
    exists: (path) => path in files,
    linkTarget: async () => undefined,
    freeBytes: async () => 50e9,
    ...about,
  };
}

export const withSysResource = 'CapBnd:\t000001ffffffffff\n';
export const withoutSysResource = 'CapBnd:\t000001fffeffffff\n';
