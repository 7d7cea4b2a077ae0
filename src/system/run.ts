import { execa } from 'execa';

export interface RunOptions {
  cwd?: string;
  /** Added to the environment of kubedrill itself. */
  env?: Record<string, string | undefined>;
  /** Text for standard input; without it the program has none. */
  input?: string;
  /** Bound in milliseconds, always given: nothing kubedrill starts may hang. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Called for each line as it is printed. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** How a program ended. `exited` says nothing about success: see `ok`. */
export interface RunResult {
  ok: boolean;
  outcome: 'exited' | 'missing' | 'timed-out' | 'cancelled' | 'killed';
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** The command as it may be pasted into a shell. */
  command: string;
  ms: number;
}

/** The edge to other programs. Arguments are a list, there is never a shell; failures are values. */
export type Run = (program: string, args: readonly string[], options: RunOptions) => Promise<RunResult>;

const maxBytes = 64 * 1024 * 1024;

export const run: Run = async (program, args, options) => {
  const started = performance.now();
  const child = execa(program, args as string[], {
    reject: false,
    cwd: options.cwd,
    env: options.env,
    timeout: options.timeoutMs,
    forceKillAfterDelay: 2000,
    cancelSignal: options.signal,
    maxBuffer: maxBytes,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  const { onLine } = options;
  const streamed = onLine
    ? (['stdout', 'stderr'] as const).map(async (stream) => {
        for await (const line of child.iterable({ from: stream })) onLine(String(line), stream);
      })
    : [];
  const [result] = await Promise.all([child, ...streamed.map((lines) => lines.catch(() => undefined))]);
  const outcome: RunResult['outcome'] =
    result.code === 'ENOENT'
      ? 'missing'
      : result.timedOut
        ? 'timed-out'
        : result.isCanceled
          ? 'cancelled'
          : result.exitCode === undefined
            ? 'killed'
            : 'exited';
  return {
    ok: outcome === 'exited' && result.exitCode === 0,
    outcome,
    exitCode: result.exitCode,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
    command: pasteable(program, args),
    ms: performance.now() - started,
  };
};

/** A command line that a person may paste into a shell. */
export function pasteable(program: string, args: readonly string[]): string {
  return [program, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
