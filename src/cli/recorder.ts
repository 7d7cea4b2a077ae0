import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { gradersById } from '../../graders/index.generated.ts';
import type { DrillSession } from '../drill/session.ts';
import { looksOfCheck } from '../grading/evaluate.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { drillFiles } from '../store/drills.ts';
import { holderOf } from '../store/lock.ts';
import { waitUntil } from '../system/wait.ts';
import type { CommandContext } from './command.ts';
import type { DrillCommandOptions } from './drills.ts';

/** A lab with recorded or latched checks: somebody must watch between two commands. */
export const needsRecorder = (lab: Lab): boolean =>
  lab.steps.some((step) => step.checks.some((check) => check.latch || looksOfCheck(check, gradersById) === 'recorded'));

/** The process that records this lab's drill now. */
export const recorderOf = (context: CommandContext, lab: string) => holderOf(drillFiles(context.paths, lab).recorder);

/** Starts a process of its own that watches the drill until it is finished or reset; waits until it records. */
export async function startRecorder(session: DrillSession, options: DrillCommandOptions, context: CommandContext): Promise<void> {
  if (!needsRecorder(session.lab) || recorderOf(context, session.lab.id)) return;
  const args = [
    'record',
    session.lab.id,
    ...(options.name ? ['--name', options.name] : []),
    ...(options.labs?.length ? ['--labs', ...options.labs] : []),
  ];
  const child = spawn(process.execPath, [process.argv[1] as string, ...args], {
    detached: true,
    stdio: 'ignore',
    env: context.env as NodeJS.ProcessEnv,
  });
  child.unref();
  const recording = await waitUntil(
    async () => ({
      done: existsSync(drillFiles(context.paths, session.lab.id).timeline) && recorderOf(context, session.lab.id) !== undefined,
      seen: 'no recording yet',
    }),
    { boundMs: 90_000, everyMs: 100, clock: context.clock, signal: context.signal },
  );
  if (recording.outcome !== 'done')
    throw new LabError('set-up-failed', `the recorder of ${session.lab.id} did not start within 90 s`, {
      hint: `Try it in the foreground: kubedrill record ${session.lab.id}`,
    });
}

/** Ends the recorder of a drill, if there is one, and waits until it is gone. */
export async function stopRecorder(lab: string, context: CommandContext): Promise<void> {
  const holder = recorderOf(context, lab);
  if (!holder) return;
  process.kill(holder.pid, 'SIGTERM');
  await waitUntil(async () => ({ done: recorderOf(context, lab) === undefined, seen: `process ${holder.pid} still records` }), {
    boundMs: 15_000,
    everyMs: 100,
    clock: context.clock,
    signal: context.signal,
  });
}
