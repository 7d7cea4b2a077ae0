import { pasteable, type Run, type RunOptions, type RunResult } from '../../../src/system/run.ts';

export type Answer = Partial<RunResult> | string | undefined;

/** A `Run` that answers from a function; text is standard output of a program that went well, undefined a program that is not there. */
export function fakeRun(answer: (command: string, options: RunOptions) => Answer | Promise<Answer>): Run & { commands: string[] } {
  const commands: string[] = [];
  const run: Run = async (program, args, options) => {
    const command = pasteable(program, args);
    commands.push(command);
    if (options.signal?.aborted) return result(command, { ok: false, outcome: 'cancelled', exitCode: undefined });
    const given = await answer(command, options);
    if (given === undefined) return result(command, { ok: false, outcome: 'missing', exitCode: undefined });
    return result(command, typeof given === 'string' ? { stdout: given } : given);
  };
  return Object.assign(run, { commands });
}

const result = (command: string, given: Partial<RunResult>): RunResult => ({
  outcome: 'exited',
  exitCode: given.ok === false ? 1 : 0,
  stdout: '',
  stderr: '',
  ms: 1,
  ...given,
  command,
  ok: given.ok ?? true,
});
