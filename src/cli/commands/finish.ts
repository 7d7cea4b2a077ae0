import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';
import { checkLines } from '../plain.ts';
import { stopRecorder } from '../recorder.ts';

/** Grades a last time, shows the debrief, and clears the cluster of the lab. */
export const command: CommandModule = {
  name: 'finish',
  summary: 'grade the whole lab, show the debrief, and clear up',
  group: 'learn',
  example: 'kubedrill finish in-first-pod',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    const code = await withDrill(
      lab,
      { ...options, onEvent: printer(context, options.json ?? false, true), keepFaults: true },
      context,
      async (session) => {
        const { passed } = await session.finish({ signal: context.signal });
        const open = session.state.checks.filter((check) => check.verdict?.verdict !== 'pass');
        if (!options.json && !passed) for (const check of open) for (const line of checkLines(check)) context.print(line);
        return passed ? 0 : open.every((check) => check.verdict?.verdict === 'error') ? 3 : 1;
      },
    );
    if (code === 0) await stopRecorder(lab, context);
    return code;
  },
};
