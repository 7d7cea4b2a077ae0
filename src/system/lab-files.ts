import { type Dirent, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { CatalogueSource, LabSource } from '../lab/load.ts';
import { LabError } from '../lab-error.ts';

const limits = { bytes: 1024 * 1024, files: 200, depth: 6 };

/** Hidden files and editors' backups are nobody's lab. */
const ignored = (name: string) => name.startsWith('.') || name.endsWith('~') || name === 'node_modules';

/**
 * Reads what lies at `paths`: roots (`<track>/<lab>/lab.yaml`), tracks, labs, or lab files. Nothing is followed out of a lab's folder,
 * nothing is executed. `cwd` only makes the paths in messages short.
 */
export function readLabFiles(paths: readonly string[], cwd: string = process.cwd()): CatalogueSource {
  const found: CatalogueSource = { labs: [], tracks: [] };
  const shown = (path: string) => {
    const short = relative(cwd, path);
    return short === '' || short.startsWith('..') ? path : short.split(sep).join('/');
  };
  const add = (folder: string) => {
    if (!found.labs.some((lab) => lab.folder === shown(folder))) found.labs.push({ folder: shown(folder), ...readLab(folder) });
  };
  const addRoot = (root: string) => {
    const path = join(root, 'tracks.yaml');
    const text = isFile(path) ? readText(path) : undefined;
    if (text && 'text' in text && !found.tracks.some((tracks) => tracks.path === shown(path)))
      found.tracks.push({ path: shown(path), text: text.text });
    for (const track of foldersOf(root)) for (const lab of foldersOf(track)) add(lab);
  };
  for (const path of paths.map((one) => resolve(cwd, one))) {
    if (basename(path) === 'lab.yaml' && isFile(path)) add(dirname(path));
    else if (!isFolder(path))
      throw new LabError('usage', `there is no lab at ${path}`, { hint: 'Name a folder: kubedrill lab lint labs/<track>/<lab>' });
    else if (isFile(join(path, 'lab.yaml'))) add(path);
    else if (isTrack(path)) for (const lab of foldersOf(path)) add(lab);
    else addRoot(path);
  }
  return found;
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isTrack = (path: string) => foldersOf(path).some((folder) => isFile(join(folder, 'lab.yaml')));

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ignored(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const foldersOf = (folder: string) =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

/** The texts of one lab's folder; what is no text, or leads elsewhere, is named with the reason. */
function readLab(root: string): Omit<LabSource, 'folder'> {
  const files: Record<string, string> = {};
  const unreadable: Record<string, string> = {};
  const walk = (folder: string, depth: number) => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (Object.keys(files).length >= limits.files) {
        unreadable[name] = `is one file too many: at most ${limits.files} are read`;
        return;
      }
      if (entry.isSymbolicLink()) unreadable[name] = 'is a link: a lab is made of plain files';
      else if (entry.isDirectory() && depth < limits.depth) walk(path, depth + 1);
      else if (entry.isDirectory()) unreadable[name] = `lies too deep: at most ${limits.depth} folders are read`;
      else if (!entry.isFile()) unreadable[name] = 'is no plain file';
      else {
        const read = readText(path);
        if ('text' in read) files[name] = read.text;
        else unreadable[name] = read.reason;
      }
    }
  };
  walk(root, 1);
  return { files, unreadable };
}

function readText(path: string): { text: string } | { reason: string } {
  try {
    const { size } = lstatSync(path);
    if (size > limits.bytes) return { reason: `has ${size} bytes: at most ${limits.bytes} are read` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { reason: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read: ${code ?? String(error)}` };
  }
}
