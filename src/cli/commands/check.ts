import { checkDocument } from '../check-document.ts';
import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';
import { checkLines } from '../plain.ts';
import { showStep } from '../show-step.ts';

/** Grades the current step; when it passes, goes on to the next. */
export const command: CommandModule = {
  name: 'check',
  summary: 'grade the current step of a lab; a passed one leads to the next',
  group: 'learn',
  example: 'kubedrill check in-first-pod --json',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    const print = printer(context, false, true);
    return withDrill(
      lab,
      { ...options, onEvent: (event) => (options.json || event.type === 'step' ? undefined : print(event)), keepFaults: true },
      context,
      async (session) => {
        const step = session.currentStep();
        const checks = await session.check({ signal: context.signal });
        if (options.json) context.json(checkDocument(session, step.id, checks));
        else for (const check of checks) for (const line of checkLines(check)) context.print(line);
        const passed = checks.every((check) => check.verdict?.verdict === 'pass');
        const blind =
          checks.some((check) => check.verdict?.verdict === 'error') &&
          !checks.some((check) => check.verdict?.verdict === 'fail' || check.verdict?.verdict === 'waiting');
        if (passed) {
          const last = session.state.current + 1 >= session.lab.steps.length;
          await session.next();
          if (!options.json) {
            if (last) context.print(`\nAll steps are done. Finish: kubedrill finish ${session.lab.id}`);
            else showStep(session, context, false);
          }
          return 0;
        }
        return blind ? 3 : 1;
      },
    );
  },
};
