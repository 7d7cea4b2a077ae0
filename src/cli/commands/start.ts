import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';
import { startRecorder } from '../recorder.ts';
import { showStep } from '../show-step.ts';

/** Sets a lab up (or resumes it) and shows its first open step. */
export const command: CommandModule = {
  name: 'start',
  summary: 'set a lab up, or resume it, and show its current step',
  group: 'learn',
  example: 'kubedrill start in-first-pod',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab: see kubedrill list'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    const print = printer(context, options.json ?? false);
    // the step itself is shown below, with its text
    const onEvent: typeof print = (event) => (options.json || event.type !== 'step' ? print(event) : undefined);
    return withDrill(lab, { ...options, onEvent, recording: 'none', keepFaults: true, afresh: true }, context, async (session) => {
      await startRecorder(session, options, context);
      if (!options.json) showStep(session, context, true);
      return 0;
    });
  },
};
