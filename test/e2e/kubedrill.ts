import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { testCluster, testEnv } from './cluster.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'kubedrill.js');

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the real program as a person would, on the cluster of the tests. */
export function kubedrill(
  args: readonly string[],
  options: { env?: Record<string, string>; timeoutMs?: number; onCluster?: boolean } = {},
): Promise<Ended> {
  const all = options.onCluster === false ? args : [...args, '--name', testCluster];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...all],
      { env: { ...testEnv, ...options.env }, timeout: options.timeoutMs ?? 300_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }),
    );
  });
}
