import type { DrillEvent } from '../../drill/events.ts';
import type { Progress } from '../../system/progress.ts';
import type { WorkState, WorkStep } from './state.ts';

/** The most steps kept: long work forgets its oldest. */
const mostSteps = 200;

/** Takes a step's start, note or end into the list. */
export function withProgress(work: WorkState, progress: Progress, now: number): WorkState {
  const same = (step: WorkStep) => step.name === progress.step && step.state === 'running';
  if (progress.type === 'step-started') {
    const { step: name, expected, bound } = progress;
    // a step that says again that it runs, runs still
    if (work.steps.some(same))
      return {
        ...work,
        steps: work.steps.map((step) => (same(step) ? { ...step, expected: expected ?? step.expected, bound: bound ?? step.bound } : step)),
      };
    const step: WorkStep = { name, state: 'running', startedAt: now, seconds: undefined, note: '', expected, bound, cached: false };
    return { ...work, steps: [...work.steps, step].slice(-mostSteps) };
  }
  if (progress.type === 'step-note') {
    return { ...work, steps: work.steps.map((step) => (same(step) ? { ...step, note: progress.note } : step)) };
  }
  const end: Partial<WorkStep> =
    progress.type === 'step-done'
      ? { state: 'done', seconds: progress.seconds, note: '', cached: progress.cached ?? false }
      : { state: 'failed', seconds: progress.seconds, note: progress.reason };
  if (!work.steps.some(same)) {
    const step: WorkStep = {
      name: progress.step,
      state: 'done',
      startedAt: now,
      seconds: 0,
      note: '',
      expected: undefined,
      bound: undefined,
      cached: false,
      ...end,
    };
    return { ...work, steps: [...work.steps, step].slice(-mostSteps) };
  }
  return { ...work, steps: work.steps.map((step) => (same(step) ? { ...step, ...end } : step)) };
}

/** A command as one would type it. */
export const commandLine = (argv: readonly string[]): string =>
  `$ ${argv.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')}`;

/** A command that was typed for the learner; it was announced when it began. */
export function withCommand(work: WorkState, command: Extract<DrillEvent, { type: 'command' }>, now: number): WorkState {
  const failed = command.exitCode !== 0;
  const name = commandLine(command.argv);
  const step: WorkStep = {
    name,
    state: failed ? 'failed' : 'done',
    startedAt: now - command.ms,
    seconds: command.ms / 1000,
    note: (failed ? command.stderr : command.stdout).trim(),
    expected: undefined,
    bound: undefined,
    cached: false,
  };
  const others = work.steps.filter((other) => other.name !== name || other.state !== 'running');
  return { ...work, steps: [...others, step].slice(-mostSteps) };
}
