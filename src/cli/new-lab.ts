import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { labJsonSchema } from '../lab/json-schema.ts';
import { scaffold } from '../lab/scaffold.ts';
import { parseKubeYaml } from '../lab/yaml.ts';
import { LabError } from '../lab-error.ts';
import { unwritable } from '../system/files.ts';
import { readLabFiles } from '../system/lab-files.ts';
import type { CommandContext } from './command.ts';

/** Makes a lab that lints and can be proved as it is. Nothing that is there already is touched. */
export function newLab([name, ...more]: string[], options: { title?: string; in?: string }, context: CommandContext): number {
  const [, track, id] = /^([a-z0-9]+(?:-[a-z0-9]+)*)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(name ?? '') ?? [];
  if (!track || !id || more.length > 0)
    throw new LabError('usage', `a new lab is named <track>/<id>, in lower case and dashes, not "${[name, ...more].join(' ').trim()}"`, {
      hint: 'For example: kubedrill lab new my-track/my-lab',
    });
  const root = resolve(options.in ?? 'labs');
  const folder = join(root, track, id);
  if (existsSync(folder))
    throw new LabError('usage', `${folder} is there already`, { hint: 'Choose another id, or remove the folder first.' });
  const own = root === join(context.home, 'labs');
  const files = scaffold({
    track,
    id,
    title: options.title ?? titled(id),
    order: nextOrder(root, track),
    schema: own ? '../../../docs/lab.schema.json' : '../../lab.schema.json',
  });
  for (const [path, text] of Object.entries(files)) write(join(folder, path), text);
  const schema = join(root, 'lab.schema.json');
  if (!own && !existsSync(schema)) write(schema, `${JSON.stringify(labJsonSchema(), null, 2)}\n`);

  const here = (path: string) => relative(process.cwd(), path) || '.';
  context.print(`Made ${here(folder)}:`);
  for (const path of Object.keys(files)) context.print(`  ${path}`);
  const labs = own ? '' : ` --labs ${here(root)}`;
  context.print(`Next:\n  kubedrill lab lint ${here(folder)}\n  kubedrill verify ${id}${labs}\n  kubedrill start ${id}${labs}`);
  return 0;
}

/** `field-notes` -> `Field notes`. */
const titled = (id: string) => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;

/** The place after the last lab of the track. */
function nextOrder(root: string, track: string): number {
  const folder = join(root, track);
  if (!existsSync(folder)) return 1;
  const orders = readLabFiles([root]).labs.map(({ files }) => {
    const value = parseKubeYaml(files['lab.yaml'] ?? '', 'lab.yaml').documents[0]?.value as
      | { track?: unknown; order?: unknown }
      | undefined;
    return value?.track === track && typeof value.order === 'number' ? value.order : 0;
  });
  return Math.max(0, ...orders) + 1;
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
