import { keepNurserySmall } from '../../system/memory.ts';
import type { CommandContext, CommandModule } from '../command.ts';

interface TuiOptions {
  name?: string;
  labs?: string[];
  yes?: boolean;
  plain?: boolean;
}

/** Whether a screen can be drawn: at a terminal that can move its cursor. @see terminfo's entry `dumb` */
export const hasScreen = ({ stdin, stdout, env }: Pick<CommandContext, 'stdin' | 'stdout' | 'env'>): boolean =>
  stdin.isTTY && stdout.isTTY && env.TERM !== 'dumb';

/** What `kubedrill` does without a command. */
export const command: CommandModule = {
  name: 'tui',
  summary: 'the terminal UI (without a terminal: a short tour); also what kubedrill does without a command',
  group: 'learn',
  example: 'kubedrill --yes',
  build: (command) =>
    void command
      .option('--name <cluster>', 'name of the cluster', 'kubedrill')
      .option('--labs <folder...>', 'also take labs from these folders (data only)')
      .option('--yes', 'make the cluster without asking, with everything that was listed')
      .option('--plain', 'the tour, line by line, also at a terminal'),
  async run(_, options: TuiOptions, context) {
    const name = options.name ?? 'kubedrill';
    if (options.plain || !hasScreen(context)) {
      const { tour } = await import('../tour.ts');
      return tour(context, { name, yes: options.yes ?? false, labs: options.labs ?? [] });
    }
    keepNurserySmall();
    const [{ runTui }, { tuiHost }] = await Promise.all([import('../../tui/app.tsx'), import('../tui-host.ts')]);
    return runTui({
      host: tuiHost(context, { name, labs: options.labs ?? [], yes: options.yes ?? false }),
      stdin: context.stdin,
      stdout: context.stdout,
      stderr: context.stderr,
      clock: context.clock,
      env: context.env,
      process,
    });
  },
};
