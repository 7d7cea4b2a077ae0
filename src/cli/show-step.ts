import type { DrillSession } from '../drill/session.ts';
import type { CommandContext } from './command.ts';

/** Prints the current step for a learner without the TUI: text, questions, commands to try, where to work. */
export function showStep(session: DrillSession, context: CommandContext, withBrief: boolean): void {
  const { lab } = session;
  const step = session.currentStep();
  if (withBrief) context.print(`\n${lab.title}\n\n${lab.brief.trim()}`);
  context.print(`\nStep ${session.state.current + 1} of ${lab.steps.length}: ${step.title}\n\n${step.text.trim()}`);
  step.predict.forEach((question, index) => {
    const choices = (question.choices ?? []).map((choice, at) => `\n     ${at + 1}. ${choice}`).join('');
    context.print(
      `\n  Before you act: ${question.ask}${choices}\n     answer: kubedrill predict ${lab.id} ${step.predict.length > 1 ? `--question ${index + 1} ` : ''}<answer>`,
    );
  });
  if (step.try.length > 0) context.print(`\n  Try:\n${step.try.map((line) => `    ${line}`).join('\n')}`);
  context.print(`\n  Work:   kubedrill shell ${lab.id}\n  Grade:  kubedrill check ${lab.id}      Hint: kubedrill hint ${lab.id}`);
}
