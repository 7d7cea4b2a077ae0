import { cut, type Line, spread, wrap } from '../line.ts';
import { faultsInForce } from '../state/conditions.ts';
import type { TuiState, WorkState, WorkStep } from '../state/state.ts';
import { duration, stopwatch } from '../text/durations.ts';
import { as, type Style } from '../theme.ts';
import type { View } from '../view.ts';
import { banner } from './banner.ts';
import { bar, bodyRows, type Frame, frame, header, scrolled } from './frame.ts';

/** Long work: its steps, how long they take and may take, and how to stop it. */
export function workScreen(state: TuiState, work: WorkState, view: View): Frame {
  const { theme } = view;
  const faults = faultsInForce(state);
  const width = Math.min(96, state.size.columns - 4);
  const elapsed = stopwatch((work.endedAt ?? state.now) - work.startedAt);
  const above = [
    ...header([as('title', work.title)], [as('faint', elapsed)], state.size, theme),
    ...banner(faults, state.size.columns, state.now, theme),
  ];
  const steps = work.steps.flatMap((step) => stepLines(step, state.now, width, view));
  const start: Line[] =
    work.steps.length === 0 && work.state === 'running' ? [[as('accent', `${spinner(state.now, view)} `), as('faint', 'Starting …')]] : [];
  const end = endLines(work, width, view);
  const height = bodyRows(state.size, Math.min(2, faults.length)) - 1 - end.length;
  // the step under way is what one wants to see: the list ends there unless one scrolls up
  const most = Math.max(0, steps.length - height);
  const part = scrolled([...start, ...steps], height, Math.max(0, most - work.offset));
  const body = [[], ...part.lines, ...end].map((line): Line => (line.length > 0 ? [{ text: '  ' }, ...line] : line));
  return frame(state, view, above, body);
}

const spinner = (now: number, { theme }: View): string => theme.glyphs.spinner[Math.floor(now / 100) % theme.glyphs.spinner.length] ?? '';

function stepLines(step: WorkStep, now: number, width: number, view: View): Line[] {
  const { glyphs } = view.theme;
  const took = step.seconds ?? (now - step.startedAt) / 1000;
  if (step.state !== 'running') {
    const style: Style = step.state === 'done' ? 'good' : 'bad';
    const right = step.cached ? 'there already' : took >= 0.95 ? duration(took * 1000) : '';
    return [
      spread(
        [as(style, `${step.state === 'done' ? glyphs.pass : glyphs.fail} `), { text: step.name }],
        right ? [as('faint', right)] : [],
        width,
      ),
      ...noteLines(step, width),
    ];
  }
  const usual = step.expected ? `usually ${duration(step.expected * 1000)}` : '';
  const bound = step.bound ? `at most ${duration(step.bound * 1000)}` : '';
  const right = [duration(took * 1000), usual, bound].filter(Boolean).join(` ${glyphs.dot} `);
  const progress: Line[] = step.expected
    ? [[{ text: '  ' }, ...bar(Math.min(0.98, took / step.expected), Math.min(40, width - 4), view.theme)]]
    : [];
  return [
    spread([as('accent', `${spinner(now, view)} `), as('strong', step.name)], [as('faint', right)], width),
    ...progress,
    ...(step.note ? [[as('faint', `  ${cut(step.note, width - 2)}`)]] : []),
  ];
}

/** The most rows of what a step said. */
const mostNoteRows = 4;

/** What a step that is over said: the reason of its failure, the output of a command. */
function noteLines(step: WorkStep, width: number): Line[] {
  if (step.note === '') return [];
  const rows = step.note.split('\n').flatMap((line) => wrap(line, width - 4));
  const shown = rows.length > mostNoteRows ? [...rows.slice(0, mostNoteRows), `… ${rows.length - mostNoteRows} more rows`] : rows;
  return shown.map((row): Line => [as(step.state === 'failed' ? 'bad' : 'faint', `    ${row}`)]);
}

function endLines(work: WorkState, width: number, view: View): Line[] {
  const { glyphs } = view.theme;
  if (work.failure) {
    return [
      [],
      ...wrap(work.failure.message, width - 2).map(
        (row, index): Line => [as('alarm', index === 0 ? `${glyphs.error} ` : '  '), as('strong', row)],
      ),
      ...(work.failure.hint ? wrap(work.failure.hint, width - 2).map((row): Line => [{ text: `  ${row}` }]) : []),
    ];
  }
  if (work.state === 'stopping') return [[], [as('busy', `${glyphs.waiting} stopping: what is half done is being undone`)]];
  if (work.state === 'done') return [[], [as('good', `${glyphs.pass} ${doneWords[work.kind]}`)]];
  return [];
}

const doneWords: Record<WorkState['kind'], string> = {
  open: 'The lab is ready.',
  'bring-up': 'The cluster is up.',
  recover: 'No fault is in force any more.',
  reset: 'The lab is back at its start.',
  solve: 'This is how it is done. Look at what changed, then go on.',
  finish: 'The lab is finished.',
  leave: 'Everything is kept.',
  next: 'The next step is set up.',
};
