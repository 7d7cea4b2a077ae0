import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';

/** Types the solution of the current step, or of all that are left, for no points. */
export const command: CommandModule = {
  name: 'solve',
  summary: 'have the solution of the current step typed for you, for no points',
  group: 'learn',
  example: 'kubedrill solve in-first-pod --all',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab').option('--all', 'all steps that are left'),
  async run([lab = ''], options: DrillCommandOptions & { all?: boolean }, context) {
    const onEvent = printer(context, options.json ?? false, true);
    return withDrill(lab, { ...options, onEvent, keepFaults: true }, context, async (session) => {
      await session.solve({ all: options.all, signal: context.signal });
      const checks = session.lab.steps.slice(0, session.state.current + 1).flatMap((step) => session.checksOf(step));
      if (!options.all && session.state.current + 1 < session.lab.steps.length) await session.next();
      return checks.every((check) => check.verdict?.verdict === 'pass')
        ? 0
        : checks.some((check) => check.verdict?.verdict === 'error')
          ? 3
          : 1;
    });
  },
};
