import type { LabCard } from '../host.ts';
import { cut, type Line } from '../line.ts';
import type { TuiState } from '../state/state.ts';
import { count } from '../text/durations.ts';
import { as, type Style } from '../theme.ts';
import type { View } from '../view.ts';
import { scrolled } from './frame.ts';

/** What there is to know of a lab before it is opened, in at most `height` rows. */
export function labCardLines(lab: LabCard, state: TuiState, view: View, width: number, height: number): Line[] {
  const { theme } = view;
  const style: Style = lab.state === 'passed' ? 'good' : lab.state === 'started' ? 'busy' : 'faint';
  const best = lab.score === undefined ? '' : `, best ${lab.score} of ${lab.points}`;
  const glyph = { new: theme.glyphs.todo, started: theme.glyphs.started, passed: theme.glyphs.pass }[lab.state];
  const facts = [`${lab.minutes} min`, count(lab.steps, 'step'), count(lab.points, 'point')].join(` ${theme.glyphs.dot} `);
  const status: Line = [as(style, `${glyph} ${lab.state}${best}`)];
  const needs: Line = lab.needs.length > 0 ? [as('faint', 'needs '), { text: lab.needs.join(', ') }] : [];
  const unmet: Line[] = lab.unmet ? [[as('bad', `${theme.glyphs.error} ${cut(lab.unmet, width - 2)}`)]] : [];
  const brief = () => view.markdown(lab.brief, width);
  if (height < 8) {
    const line: Line = [...status, as('faint', `   ${facts}`), ...(needs.length > 0 ? [as('faint', '   '), ...needs] : [])];
    return [line, ...unmet, ...scrolled(brief(), height - 1 - unmet.length, 0).lines].slice(0, height);
  }
  const track =
    state.home.catalogue.state === 'ready'
      ? state.home.catalogue.tracks.find(({ labs }) => labs.some(({ id }) => id === lab.id))
      : undefined;
  const top: Line[] = [
    [as('title', cut(lab.title, width))],
    [as('faint', cut(`${track?.title ?? ''} ${theme.glyphs.dot} ${lab.id}`, width))],
    [],
    status,
    [{ text: facts }],
    ...(needs.length > 0 ? [needs] : []),
    ...unmet,
    [],
  ];
  return [...top, ...brief()].slice(0, Math.max(0, height));
}
