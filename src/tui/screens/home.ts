import type { LabCard, TrackCard } from '../host.ts';
import { paneFrom } from '../layout.ts';
import { cut, fill, type Line, spread, wrap } from '../line.ts';
import { foundTracks, progressOf, selectedLab } from '../state/browse.ts';
import { faultsInForce } from '../state/conditions.ts';
import type { TuiState } from '../state/state.ts';
import { count } from '../text/durations.ts';
import { as, type Style } from '../theme.ts';
import type { View } from '../view.ts';
import { banner } from './banner.ts';
import { clusterPanel, clusterSummary } from './cluster.ts';
import { bar, type Frame, frame, header, scrolled, scrollMark } from './frame.ts';
import { labCardLines } from './lab-card.ts';

/** Home: tracks and labs, the selected lab, the cluster. */
export function homeScreen(state: TuiState, view: View): Frame {
  const { theme } = view;
  const { columns, rows } = state.size;
  const faults = faultsInForce(state);
  const aboveWith = (mark: Line): Line[] => [
    ...header([...titleLine(state), { text: '  ' }, ...mark], clusterSummary(state.home.cluster, theme), state.size, theme),
    ...banner(faults, columns, state.now, theme),
  ];
  const height = rows - aboveWith([]).length - 2;
  if (state.home.catalogue.state !== 'ready') return frame(state, view, aboveWith([]), catalogueNotice(state, view));
  if (columns >= paneFrom) {
    const listWidth = Math.min(84, Math.floor(columns * 0.56));
    const cardWidth = columns - listWidth - 5;
    const { rows: list, mark } = labList(state, view, listWidth, height);
    const cluster = clusterPanel(state.home.cluster, cardWidth, theme).slice(0, Math.floor(height / 2));
    const lab = selectedLab(state.home, state.browse);
    const card = lab ? labCardLines(lab, state, view, cardWidth, height - cluster.length - 1) : [];
    const side = [...Array.from({ length: height - cluster.length }, (_, index) => card[index] ?? []), ...cluster];
    const body = Array.from(
      { length: height },
      (_, index): Line => [
        ...fill(list[index] ?? [], listWidth),
        as('faint', ` ${theme.glyphs.bar}  `),
        ...fill(side[index] ?? [], cardWidth),
      ],
    );
    return frame(state, view, aboveWith(mark), body);
  }
  const lab = selectedLab(state.home, state.browse);
  const cardRows = height >= 16 ? 5 : 0;
  const { rows: list, mark } = labList(state, view, columns - 1, height - cardRows);
  const card: Line[] =
    cardRows > 0 && lab
      ? [
          [as('faint', ` ${theme.glyphs.rule.repeat(columns - 2)}`)],
          ...labCardLines(lab, state, view, columns - 2, cardRows - 1).map((line): Line => [{ text: ' ' }, ...line]),
        ]
      : [];
  return frame(state, view, aboveWith(mark), [...list, ...card]);
}

function titleLine(state: TuiState): Line {
  const { browse, home } = state;
  if (browse.searching || browse.query !== '') {
    const found = foundTracks(home, browse.query).flatMap(({ labs }) => labs).length;
    return [
      as('title', '/'),
      as('strong', browse.query),
      ...(browse.searching ? [as('selected', ' ')] : []),
      as('faint', `  ${count(found, 'lab')}`),
    ];
  }
  if (home.catalogue.state !== 'ready') return [as('title', 'kubedrill')];
  const { passed, labs } = progressOf(home.catalogue.tracks.flatMap((track) => track.labs));
  return [as('title', 'kubedrill'), as('faint', `  ${passed} of ${labs} labs passed`)];
}

function catalogueNotice(state: TuiState, { theme }: View): Line[] {
  const { catalogue } = state.home;
  if (catalogue.state === 'failed') {
    const width = state.size.columns - 4;
    return [
      [],
      [as('alarm', `  ${theme.glyphs.error} The labs cannot be read`)],
      [],
      ...wrap(catalogue.message, width).map((row): Line => [{ text: `  ${row}` }]),
      ...(catalogue.hint ? [[], ...wrap(catalogue.hint, width).map((row): Line => [as('faint', `  ${row}`)])] : []),
    ];
  }
  return [[], [as('faint', '  Reading the labs …')]];
}

/** Exactly `height` rows of the list, scrolled so that the selected lab is in sight; `mark` says how much is out of it. */
function labList(state: TuiState, view: View, width: number, height: number): { rows: Line[]; mark: Line } {
  const { browse, home } = state;
  const tracks = foundTracks(home, browse.query);
  const selected = selectedLab(home, browse);
  if (tracks.length === 0) {
    const none: Line[] = [[], [as('faint', `  No lab matches "${cut(browse.query, width - 24)}".`)]];
    return { rows: Array.from({ length: height }, (_, index) => none[index] ?? []), mark: [] };
  }
  const rows: Line[] = [];
  let at = 0;
  for (const [index, track] of tracks.entries()) {
    if (index > 0 && height > 14) rows.push([]);
    rows.push(trackRow(track, home.catalogue.state === 'ready' ? home.catalogue.tracks : [], view, width));
    for (const lab of track.labs) {
      if (lab.id === selected?.id) at = rows.length;
      rows.push(labRow(lab, lab.id === selected?.id, view, width));
    }
  }
  // the first lab of a track is shown with its track's heading
  const offset = at <= 1 ? 0 : at - Math.floor(height / 2);
  const part = scrolled(rows, height, offset);
  return { rows: Array.from({ length: height }, (_, index) => part.lines[index] ?? []), mark: scrollMark(part, view.theme) };
}

function trackRow(found: TrackCard, all: TrackCard[], { theme }: View, width: number): Line {
  const whole = all.find(({ id }) => id === found.id) ?? found;
  const { passed, labs } = progressOf(whole.labs);
  const barWidth = width >= 70 ? 12 : 8;
  return spread(
    [as('strong', ` ${found.title}`)],
    [...bar(labs === 0 ? 0 : passed / labs, barWidth, theme), as('faint', `${`${passed}/${labs}`.padStart(6)} `)],
    width,
  );
}

const stateWords = { new: 'new', started: 'started', passed: 'passed' } as const;
const stateStyles: Record<LabCard['state'], Style> = { new: 'faint', started: 'busy', passed: 'good' };

export function labGlyph(lab: LabCard, { theme }: View): string {
  return { new: theme.glyphs.todo, started: theme.glyphs.started, passed: theme.glyphs.pass }[lab.state];
}

function labRow(lab: LabCard, selected: boolean, view: View, width: number): Line {
  const { glyphs } = view.theme;
  const style = stateStyles[lab.state];
  const points = `${lab.score ?? '–'}/${lab.points}`.padStart(6);
  const words = width >= 64 ? [as(style, stateWords[lab.state].padEnd(8))] : [];
  const right: Line = [
    ...words,
    as('faint', `${String(lab.minutes).padStart(3)} min`),
    as(lab.score === undefined ? 'faint' : 'plain', ` ${points} `),
  ];
  const left: Line = [
    as('accent', selected ? ` ${glyphs.select} ` : '   '),
    as(style, `${labGlyph(lab, view)} `),
    as(selected ? 'strong' : lab.unmet ? 'faint' : 'plain', lab.title),
  ];
  const row = spread(left, right, width);
  return selected ? row.map((span, index) => (index === 0 ? span : { text: span.text, sgr: span.sgr ? `${span.sgr};1` : '1' })) : row;
}
