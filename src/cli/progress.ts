import type { OnProgress, Progress } from '../system/progress.ts';
import type { CommandContext } from './command.ts';

const seconds = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

/** Lines that a step of long work deserves. */
export function describeProgress(progress: Progress): string[] {
  switch (progress.type) {
    case 'step-started':
      return [
        `  … ${progress.step}${progress.expected ? ` (about ${progress.expected} s)` : progress.bound ? ` (at most ${progress.bound} s)` : ''}`,
      ];
    case 'step-note':
      return [`      ${progress.note}`];
    case 'step-done':
      return [`  ✓ ${progress.step}  ${progress.cached ? 'cached' : `${seconds(progress.seconds)} s`}`];
    case 'step-failed':
      return [`  ✗ ${progress.step}: ${progress.reason}`];
  }
}

/** Progress of long work on stderr: lines, so that it can be read in a log as well as on a screen. */
export const sayProgress =
  (context: CommandContext): OnProgress =>
  (progress) => {
    for (const line of describeProgress(progress)) context.say(line);
  };
