import { type Line, spread, wrap } from '../line.ts';
import type { FaultNotice, TuiState } from '../state/state.ts';
import { duration } from '../text/durations.ts';
import { as, type Style } from '../theme.ts';
import type { View } from '../view.ts';
import { bodyRows, type Frame, frame, header, indent, scrolled, scrollMark } from './frame.ts';

const phases = ['announced', 'injecting', 'in-force'] as const;

/** What is about to be broken, and why, before it is broken. */
export function faultScreen(state: TuiState, fault: FaultNotice, view: View): Frame {
  const { theme } = view;
  const title = state.lab?.drill.lab.title ?? state.work?.title ?? '';
  const above = header([as('alarm', `${theme.glyphs.fault} ${titleOf(fault)}`)], [as('faint', title)], state.size, theme);
  const { lines, width, height } = faultBody(state, fault, view);
  const part = scrolled(lines, height, fault.offset);
  const mark = scrollMark(part, theme);
  const body = [mark.length > 0 ? spread([], mark, width) : [], ...part.lines];
  return frame(state, view, above, indent(body, 2));
}

function titleOf({ phase }: FaultNotice): string {
  const titles: Record<FaultNotice['phase'], string> = {
    announced: 'A fault is about to strike',
    injecting: 'A fault strikes',
    'in-force': 'A fault is in force',
    undoing: 'The fault is being undone',
    undone: 'The fault is undone',
  };
  return titles[phase];
}

/** All there is to read, and the rows that are shown of it. */
export function faultBody(state: TuiState, fault: FaultNotice, view: View): { lines: Line[]; width: number; height: number } {
  const width = Math.min(88, state.size.columns - 4);
  const undoing = 'It is undone when you reset, finish or leave the lab, and by kubedrill recover, also after a crash.';
  const lines: Line[] = [
    ...wrap(fault.what, width).map((row): Line => [as('strong', row)]),
    [],
    ...(fault.why ? [...view.markdown(fault.why, width), []] : []),
    ...phases.map((phase) => phaseRow(phase, fault, width, view)),
    [],
    ...wrap(undoing, width).map((row): Line => [as('faint', row)]),
  ];
  return { lines, width, height: bodyRows(state.size) - 1 };
}

function phaseRow(phase: (typeof phases)[number], fault: FaultNotice, width: number, { theme }: View): Line {
  const { glyphs } = theme;
  const at = fault.phase === 'undoing' || fault.phase === 'undone' ? phases.length : phases.indexOf(fault.phase);
  const own = phases.indexOf(phase);
  const words = {
    announced: 'announced, and written down so that it can be undone',
    injecting: fault.seconds > 0 ? `being done: takes about ${duration(fault.seconds * 1000)} until it is felt` : 'being done',
    'in-force': 'in force, seen on the cluster',
  };
  const style: Style = own < at || (own === at && phase !== 'injecting') ? 'good' : own === at ? 'busy' : 'faint';
  const glyph = style === 'good' ? glyphs.pass : own === at ? glyphs.started : glyphs.todo;
  const seen = own === at && fault.seen ? `: ${fault.seen}` : '';
  return [
    as(style, `${glyph} `),
    ...wrap(`${words[phase]}${seen}`, width - 2)
      .slice(0, 1)
      .map((text) => as(style === 'faint' ? 'faint' : 'plain', text)),
  ];
}
