import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Lab } from '../lab/schema.ts';
import type { CommandContext } from './command.ts';

const tracksSchema = z.array(z.strictObject({ id: z.string(), title: z.string() }));

export interface Track {
  id: string;
  title: string;
  labs: Lab[];
}

/** Labs by track, in the catalogue's order; tracks of folders from elsewhere come last, under their id. */
export function tracksOf(labs: readonly Lab[], context: CommandContext): Track[] {
  const known = tracksSchema.parse(parse(readFileSync(join(context.home, 'labs', 'tracks.yaml'), 'utf8')));
  const others = [...new Set(labs.map((lab) => lab.track))].filter((id) => !known.some((track) => track.id === id)).sort();
  return [...known, ...others.map((id) => ({ id, title: id }))]
    .map((track) => ({ ...track, labs: labs.filter((lab) => lab.track === track.id).sort((a, b) => a.order - b.order) }))
    .filter((track) => track.labs.length > 0);
}
