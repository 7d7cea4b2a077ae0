import type { SuspendTerminal } from 'ink';
import type { Drill } from '../drill/drill.ts';
import type { Clock } from '../system/clock.ts';
import type { ProcessPort } from '../system/terminal.ts';
import { runShell, shellEnv } from '../system/terminal-shell.ts';
import type { ShellCommand } from './host.ts';
import { commandsOf } from './text/guide.ts';

/** What is printed above the learner's shell when it takes the whole terminal. */
export function shellGreeting(drill: Drill, why: string): string {
  const { lab, current, namespace } = drill.state;
  const step = lab.steps[current];
  const commands = step ? commandsOf(step.text, step.try) : [];
  const lines = [
    `kubedrill: a shell for "${lab.title}" (namespace ${namespace}).`,
    ...(why ? [why] : []),
    'The lab goes on meanwhile. Type exit to come back.',
    ...(commands.length > 0 ? ['', 'Commands of this step:', ...commands.map(({ text }) => `  ${text.replaceAll('\n', '\n  ')}`)] : []),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** Lends the terminal to a shell until the learner leaves it. */
export async function suspendToShell(
  drill: Drill,
  why: string,
  ports: { suspend: SuspendTerminal; stdout: NodeJS.WriteStream; shell: ShellCommand; env: Record<string, string | undefined> },
): Promise<{ ok: true } | { ok: false; reason: string }> {
  let ended: Awaited<ReturnType<typeof runShell>> | undefined;
  await ports.suspend(async () => {
    ports.stdout.write(shellGreeting(drill, why));
    const { env, cwd } = drill.shell();
    ended = await runShell({ ...ports.shell, cwd, env: shellEnv(ports.env, env, false) });
  });
  return ended?.ok === false ? ended : { ok: true };
}

/** Bound of the wait for SIGCONT, for a process that nothing stops (its process group is orphaned). */
const stopBoundMs = 500;

/** Ctrl+Z: gives the terminal back, stops the whole job as the terminal's own Ctrl+Z would, and takes the terminal again after `fg`. */
export async function stopProcess(ports: { suspend: SuspendTerminal; process: ProcessPort; clock: Clock }): Promise<void> {
  const { process, clock } = ports;
  await ports.suspend(async () => {
    const waiting = new AbortController();
    const onContinue = () => waiting.abort();
    process.on('SIGCONT', onContinue);
    // the whole process group: npm and the shim that started us belong to the job
    process.kill(0, 'SIGTSTP');
    await clock.sleep(stopBoundMs, waiting.signal);
    process.off('SIGCONT', onContinue);
  });
}
