import { z } from 'zod';
import { dotted, type Problem, sortProblems } from './diagnostics.ts';
import { type LabSource, loadLab } from './load-lab.ts';
import type { LabRegistry } from './registry.ts';
import type { Lab } from './schema.ts';
import { findings } from './schema-issues.ts';
import { parseKubeYaml } from './yaml.ts';

export { type LabSource, type LoadedLab, loadLab } from './load-lab.ts';

/** `tracks.yaml` of a root: its tracks, in the order in which they are offered. Those that it does not name come last, by their id. */
export const tracksSchema = z.array(z.strictObject({ id: z.string().min(1), title: z.string().min(1) }));

export interface Track {
  id: string;
  title: string;
}

/** Everything that was found under one or more roots. */
export interface CatalogueSource {
  labs: LabSource[];
  /** Texts of `tracks.yaml`, one of each root that has it. */
  tracks: { path: string; text: string }[];
}

export interface Catalogue {
  /** By the order of their tracks, then by their own. */
  labs: Lab[];
  /** Those that have labs. */
  tracks: Track[];
  problems: Problem[];
}

/** Loads many labs; one that is broken does not keep the others from being there. */
export function loadCatalogue(source: CatalogueSource, registry: LabRegistry): Catalogue {
  const problems: Problem[] = [];
  const labs = new Map<string, Lab>();
  for (const one of source.labs) {
    const loaded = loadLab(one, registry);
    problems.push(...loaded.problems);
    if (!loaded.lab) continue;
    const about = (message: string, at: 'id' | 'order', severity: Problem['severity']) =>
      problems.push(problemAt(one, at, message, severity));
    const same = labs.get(loaded.lab.id);
    if (same) {
      about(`the lab "${loaded.lab.id}" is there already: ${same.folder}`, 'id', 'error');
      continue;
    }
    const { track, order } = loaded.lab;
    const beside = [...labs.values()].find((lab) => lab.track === track && lab.order === order);
    if (beside) about(`place ${order} of the track is taken: ${beside.folder}`, 'order', 'warning');
    labs.set(loaded.lab.id, loaded.lab);
  }
  const listed = tracksOf(source.tracks, problems);
  const present = new Set([...labs.values()].map((lab) => lab.track));
  const others = [...present].filter((id) => !listed.some((track) => track.id === id)).sort();
  const tracks = [...listed.filter(({ id }) => present.has(id)), ...others.map((id) => ({ id, title: titled(id) }))];
  const place = new Map(tracks.map(({ id }, index) => [id, index]));
  const sorted = [...labs.values()].sort(
    (a, b) => place.get(a.track)! - place.get(b.track)! || a.order - b.order || (a.id < b.id ? -1 : 1),
  );
  return { labs: sorted, tracks, problems: sortProblems(problems) };
}

function tracksOf(sources: CatalogueSource['tracks'], problems: Problem[]): Track[] {
  const tracks = new Map<string, Track>();
  for (const { path, text } of sources) {
    const parsed = parseKubeYaml(text, path);
    problems.push(...parsed.problems);
    const [document] = parsed.documents;
    if (!document) continue;
    const read = tracksSchema.safeParse(document.value);
    // a root may add labs to a track of another root: the first title stays
    for (const track of read.data ?? []) if (!tracks.has(track.id)) tracks.set(track.id, track);
    for (const { path: at, message, onKey } of findings(tracksSchema, document.value, read.error?.issues ?? [])) {
      const position = onKey ? document.keyPositionOf(at) : document.positionOf(at);
      problems.push({ severity: 'error', file: path, ...position, at: dotted(at), message });
    }
  }
  return [...tracks.values()];
}

function problemAt(source: LabSource, key: string, message: string, severity: Problem['severity']): Problem {
  const file = `${source.folder}/lab.yaml`;
  const position = parseKubeYaml(source.files['lab.yaml'] ?? '', file).documents[0]?.positionOf([key]) ?? { line: 1, column: 1 };
  return { severity, file, ...position, at: key, message };
}

/** `field-notes` -> `Field notes`. */
const titled = (id: string) => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;
