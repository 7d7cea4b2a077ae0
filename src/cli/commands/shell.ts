import { spawn } from 'node:child_process';
import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, withDrill } from '../drills.ts';

/** A shell in the drill's folder, with its kubeconfig and namespace. */
export const command: CommandModule = {
  name: 'shell',
  summary: "open a shell in the lab's folder, with its cluster and namespace",
  group: 'learn',
  example: 'kubedrill shell in-first-pod',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    let shell: { env: Record<string, string>; cwd: string } | undefined;
    await withDrill(lab, { ...options, onEvent: () => undefined, keepFaults: true }, context, async (session) => {
      shell = session.shell();
      return 0;
    });
    if (!shell) return 3;
    const { env, cwd } = shell;
    return new Promise((resolve) => {
      // an interactive program needs the terminal itself: no pipe, no bound
      const child = spawn(context.env.SHELL || '/bin/sh', [], {
        cwd,
        env: { ...context.env, ...env } as NodeJS.ProcessEnv,
        stdio: 'inherit',
      });
      child.on('exit', (code) => resolve(code === 0 || code === 130 ? 0 : (code ?? 3)));
      child.on('error', () => resolve(3));
    });
  },
};
