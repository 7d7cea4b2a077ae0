import type { HomeState, LabCard, TrackCard } from '../host.ts';
import type { BrowseState } from './state.ts';

/** Tracks with the labs that match the search; tracks without one are left out. */
export function foundTracks(home: HomeState, query: string): TrackCard[] {
  if (home.catalogue.state !== 'ready') return [];
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return home.catalogue.tracks;
  return home.catalogue.tracks
    .map((track) => ({ ...track, labs: track.labs.filter((lab) => matches(lab, track, words)) }))
    .filter(({ labs }) => labs.length > 0);
}

/** Every word is in the id, the title, the track, the state or the needs. */
function matches(lab: LabCard, track: TrackCard, words: string[]): boolean {
  const text = [lab.id, lab.title, track.title, lab.state, ...lab.needs].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

export const foundLabs = (home: HomeState, query: string): LabCard[] => foundTracks(home, query).flatMap(({ labs }) => labs);

/** The selected lab, or the first where the selected one is not among those found. */
export function selectedLab(home: HomeState, browse: BrowseState): LabCard | undefined {
  const labs = foundLabs(home, browse.query);
  return labs.find(({ id }) => id === browse.selected) ?? labs[0];
}

export function labCard(home: HomeState, id: string | undefined): LabCard | undefined {
  return foundLabs(home, '').find((lab) => lab.id === id);
}

/** Moves the selection by `by` labs, stopping at the ends. */
export function moved(home: HomeState, browse: BrowseState, by: number): BrowseState {
  const labs = foundLabs(home, browse.query);
  const at = labs.findIndex(({ id }) => id === selectedLab(home, browse)?.id);
  return { ...browse, selected: labs[Math.max(0, Math.min(labs.length - 1, at + by))]?.id };
}

/** To the first lab of the track before or after; before the first track's first lab there is nothing. */
export function movedTrack(home: HomeState, browse: BrowseState, by: 1 | -1): BrowseState {
  const tracks = foundTracks(home, browse.query);
  const selected = selectedLab(home, browse)?.id;
  const at = tracks.findIndex(({ labs }) => labs.some(({ id }) => id === selected));
  const atFirst = tracks[at]?.labs[0]?.id === selected;
  const to = by === -1 && !atFirst ? at : Math.max(0, Math.min(tracks.length - 1, at + by));
  return { ...browse, selected: tracks[to]?.labs[0]?.id ?? browse.selected };
}

/** The next lab after the selected one that is not passed, going round. */
export function nextUnsolved(home: HomeState, browse: BrowseState): LabCard | undefined {
  const labs = foundLabs(home, '');
  const at = labs.findIndex(({ id }) => id === browse.selected);
  return [...labs.slice(at + 1), ...labs.slice(0, at + 1)].find(({ state }) => state !== 'passed');
}

export interface Progress {
  passed: number;
  labs: number;
  score: number;
  points: number;
}

export const progressOf = (labs: readonly LabCard[]): Progress => ({
  passed: labs.filter(({ state }) => state === 'passed').length,
  labs: labs.length,
  score: labs.reduce((sum, lab) => sum + (lab.score ?? 0), 0),
  points: labs.reduce((sum, lab) => sum + lab.points, 0),
});
