import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';

/** Opens the next hint of the current step. */
export const command: CommandModule = {
  name: 'hint',
  summary: 'open the next hint of the current step',
  group: 'learn',
  example: 'kubedrill hint in-first-pod',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    const onEvent = printer(context, options.json ?? false);
    return withDrill(
      lab,
      { ...options, onEvent: (event) => event.type === 'hint' && onEvent(event), keepFaults: true },
      context,
      async (session) => {
        if (!(await session.hint())) context.print('There is no further hint for this step.');
        return 0;
      },
    );
  },
};
