import { type ErrorCode, LabError } from '../../lab-error.ts';
import type { Run, RunOptions, RunResult } from '../../system/run.ts';

/** Runs a program that has to succeed; when it does not, what it said last is the error. */
export async function must(
  run: Run,
  program: string,
  args: readonly string[],
  options: RunOptions & { fact: string; hint?: string; code?: ErrorCode },
): Promise<RunResult> {
  const result = await run(program, args, options);
  if (!result.ok) throw failure(result, options);
  return result;
}

/** The error that a failed command is. `fact` says in words what did not work. */
export function failure(result: RunResult, options: { fact: string; hint?: string; code?: ErrorCode; timeoutMs?: number }): LabError {
  if (result.outcome === 'cancelled') return new LabError('interrupted', `interrupted: ${options.fact}`);
  const why = {
    missing: `\`${result.command.split(' ')[0]}\` is not installed`,
    'timed-out': `gave up after ${Math.round((options.timeoutMs ?? result.ms) / 1000)} s`,
    killed: 'the program was killed',
    exited: lastLines(result) || `exit code ${result.exitCode}`,
  }[result.outcome];
  return new LabError(options.code ?? 'build-failed', `${options.fact}: ${why}`, {
    hint: options.hint ?? hintFor(lastLines(result, 40)) ?? `See for yourself: ${shortened(result.command)}`,
    cause: result,
  });
}

function lastLines(result: RunResult, count = 4): string {
  return (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-count).join('\n').slice(-2000);
}

function hintFor(said: string): string | undefined {
  if (/no space left on device|ENOSPC/i.test(said))
    return 'Free some gigabytes of disk (`df -h`) and run the same command again: it goes on where it stopped.';
  if (
    /no such host|temporary failure (in name )?resol|could not resolve|network is unreachable|i\/o timeout|connection refused|dial tcp/i.test(
      said,
    )
  ) {
    return 'The network does not answer: check it (`kubedrill doctor`) and run the same command again: it goes on where it stopped.';
  }
  if (/permission denied.*docker\.sock|docker daemon socket/i.test(said))
    return 'Let this user talk to the engine: `sudo usermod -aG docker $USER`, then log in again.';
  return undefined;
}

const shortened = (command: string) => (command.length > 300 ? `${command.slice(0, 300)} ...` : command);
