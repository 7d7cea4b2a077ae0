import { type Line, spread } from '../line.ts';
import type { DebriefState, TuiState } from '../state/state.ts';
import { count, duration } from '../text/durations.ts';
import { as, type Style } from '../theme.ts';
import type { View } from '../view.ts';
import { bar, bodyRows, type Frame, frame, header, scrolled, scrollMark } from './frame.ts';

/** The end of a lab: score, attempts, what was learned, what is next. */
export function debriefScreen(state: TuiState, debrief: DebriefState, view: View): Frame {
  const { theme } = view;
  const width = debriefWidth(state);
  const word: Line = debrief.passed ? [as('good', `${theme.glyphs.pass} passed`)] : [as('busy', `${theme.glyphs.started} not passed yet`)];
  const part = scrolled(debriefLines(debrief, view, width), bodyRows(state.size) - 1, debrief.offset);
  const mark = scrollMark(part, theme);
  const above = header([as('title', debrief.title)], mark.length > 0 ? [...mark, { text: '  ' }, ...word] : word, state.size, theme);
  return frame(state, view, above, [[], ...part.lines.map((line): Line => (line.length > 0 ? [{ text: '  ' }, ...line] : line))]);
}

export const debriefWidth = (state: TuiState): number => Math.min(88, state.size.columns - 4);

export function debriefLines(debrief: DebriefState, view: View, width: number): Line[] {
  const { theme } = view;
  const { glyphs } = theme;
  const facts = [count(debrief.attempts, 'attempt'), duration(debrief.elapsed)].join(` ${glyphs.dot} `);
  return [
    spread([as('strong', `${debrief.score} of ${count(debrief.of, 'point')}`)], [as('faint', facts)], width),
    bar(debrief.of === 0 ? (debrief.passed ? 1 : 0) : debrief.score / debrief.of, width, theme),
    ...(debrief.ungraded.length > 0
      ? [[as('busy', `${glyphs.error} could not be graded, not counted against you: ${debrief.ungraded.join(', ')}`)]]
      : []),
    [],
    ...debrief.steps.map((step) => stepRow(step, width, view)),
    [],
    [as('title', 'What to take away')],
    ...view.markdown(debrief.text, width),
    ...(debrief.next ? [[], [as('faint', 'Next  '), as('strong', debrief.next.title)]] : []),
  ];
}

function stepRow(step: DebriefState['steps'][number], width: number, { theme }: View): Line {
  const { glyphs } = theme;
  const looks: Record<typeof step.state, { glyph: string; style: Style; word: string }> = {
    passed: { glyph: glyphs.pass, style: 'good', word: '' },
    solved: { glyph: glyphs.solved, style: 'busy', word: 'solved for you  ' },
    current: { glyph: glyphs.todo, style: 'faint', word: 'not passed  ' },
    todo: { glyph: glyphs.todo, style: 'faint', word: 'not reached  ' },
  };
  const look = looks[step.state];
  const hints = step.hints > 0 ? `${count(step.hints, 'hint')}  ` : '';
  return spread(
    [as(look.style, `${look.glyph} `), { text: step.title }],
    [as('faint', `${hints}${look.word}`), { text: `${step.earned}/${step.of}` }],
    width,
  );
}
