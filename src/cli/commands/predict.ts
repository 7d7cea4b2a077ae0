import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, printer, withDrill } from '../drills.ts';
import { showStep } from '../show-step.ts';

/** Answers a question of the current step; never scored. */
export const command: CommandModule = {
  name: 'predict',
  summary: 'answer a question of the current step, before acting (never scored)',
  group: 'learn',
  example: 'kubedrill predict in-first-pod 2',
  build: (command) =>
    void drillOptions(command)
      .argument('<lab>', 'id of the lab')
      .argument('<answer...>', 'number or text of the answer')
      .option('--question <n>', 'which question of the step', '1'),
  async run([lab = '', ...answer], options: DrillCommandOptions & { question?: string }, context) {
    const onEvent = printer(context, options.json ?? false);
    return withDrill(
      lab,
      { ...options, onEvent: (event) => event.type === 'predicted' && onEvent(event), keepFaults: true },
      context,
      async (session) => {
        const before = session.state.current;
        await session.predict(Number(options.question ?? 1) - 1, answer.join(' '));
        if (session.currentStep().checks.length === 0 && session.state.steps[before]?.state === 'passed') {
          await session.next();
          if (session.state.current !== before && !options.json) showStep(session, context, false);
        }
        return 0;
      },
    );
  },
};
