import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';
import { startRecorder, stopRecorder } from '../recorder.ts';

/** Brings a lab back to its start state and proves that it is the same. */
export const command: CommandModule = {
  name: 'reset',
  summary: 'bring a lab back to its start state',
  group: 'learn',
  example: 'kubedrill reset in-first-pod',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    await stopRecorder(lab, context);
    return withDrill(
      lab,
      { ...options, onEvent: printer(context, options.json ?? false, true), recording: 'none', keepFaults: true, afresh: true },
      context,
      async (session) => {
        await session.reset();
        await startRecorder(session, options, context);
        if (!options.json) context.print(`${lab}: at its start state again`);
        return 0;
      },
    );
  },
};
