import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseKubeYaml } from '../../lab/yaml.ts';
import { LabError } from '../../lab-error.ts';
import { isClutter } from './limits.ts';
import { parseTime } from './times.ts';

/** Where one learner's work lies; `path` is `undefined` when nothing was handed in. */
export interface Found {
  id: string;
  name: string | undefined;
  path: string | undefined;
  submitted: number | undefined;
}

export type Layout = 'plain' | 'nbgrader' | 'gradescope';

export interface FindOptions {
  root: string;
  /** Name of the lab, which is the assignment's name unless another is given. */
  lab: string;
  assignment: string | undefined;
  /** Endings of single files that are one learner's work each, e.g. `.zip`. */
  endings: readonly string[];
}

const metadataFile = 'submission_metadata.yml';
const metadataLimit = 64 * 1024 * 1024;

/** Finds out how a folder of submissions is laid out, and what lies in it. In the order of ids, whatever the disk says. */
export function findSubmissions(options: FindOptions): { layout: Layout; found: Found[] } {
  const { root } = options;
  if (!existsSync(root) || !lstatSync(root).isDirectory()) {
    throw new LabError('usage', `there is no folder ${root}`, { hint: 'Name the folder in which the submissions lie.' });
  }
  if (existsSync(join(root, metadataFile))) return { layout: 'gradescope', found: inOrder(gradescope(options)) };
  if (existsSync(join(root, 'submitted')))
    return { layout: 'nbgrader', found: inOrder(nbgrader({ ...options, root: join(root, 'submitted') })) };
  if (basename(root) === 'submitted') return { layout: 'nbgrader', found: inOrder(nbgrader(options)) };
  return { layout: 'plain', found: inOrder(plain(options)) };
}

const inOrder = (found: Found[]): Found[] => found.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

const entriesOf = (folder: string): Dirent[] => readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !isClutter(name));

/** One folder or one file for each learner, named after them. A link is found too: it is refused when it is read. */
function plain({ root, endings }: FindOptions): Found[] {
  const found = entriesOf(root).flatMap((entry): Found[] => {
    const path = join(root, entry.name);
    const ending = endings.find((one) => entry.name.toLowerCase().endsWith(one));
    if (!entry.isDirectory() && !ending) return [];
    const id = ending && !entry.isDirectory() ? entry.name.slice(0, -ending.length) : entry.name;
    return id === '' ? [] : [{ id, name: undefined, path, submitted: entry.isDirectory() ? timestampIn(path) : undefined }];
  });
  const ids = found.map(({ id }) => id.toLowerCase());
  const doubled = found.find(({ id }, index) => ids.indexOf(id.toLowerCase()) !== index);
  if (doubled) {
    throw new LabError('usage', `${root} holds more than one submission of "${doubled.id}"`, {
      hint: 'Keep one folder or one file for each learner.',
    });
  }
  return found;
}

/** nbgrader writes when something was handed in into a file beside it. */
function timestampIn(folder: string): number | undefined {
  const path = join(folder, 'timestamp.txt');
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size < 200 ? parseTime(readFileSync(path, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** `submitted/<student>/<assignment>/`. @see https://nbgrader.readthedocs.io/en/stable/user_guide/philosophy.html */
function nbgrader({ root, lab, assignment }: FindOptions): Found[] {
  const students = entriesOf(root).filter((entry) => entry.isDirectory());
  const assignments = new Set(students.flatMap(({ name }) => entriesOf(join(root, name)).map((entry) => entry.name)));
  const wanted = assignment ?? (assignments.has(lab) || assignments.size !== 1 ? lab : [...assignments][0]!);
  if (!assignments.has(wanted)) {
    const there = [...assignments].sort().join(', ') || 'none';
    throw new LabError('usage', `nobody in ${root} has handed in the assignment "${wanted}"; there are: ${there}`, {
      hint: 'Name it: --assignment <name>',
    });
  }
  return students.map(({ name }) => {
    const path = join(root, name, wanted);
    const there = existsSync(path);
    return { id: name, name: undefined, path: there ? path : undefined, submitted: there ? timestampIn(path) : undefined };
  });
}

const field = (value: unknown, name: string): unknown => (value as Record<string, unknown> | null | undefined)?.[`:${name}`];
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : typeof value === 'number' ? String(value) : undefined;

/** Gradescope's "Export Submissions": a folder for each submission, and who handed it in, with Ruby's symbols as keys. */
function gradescope({ root }: FindOptions): Found[] {
  const file = join(root, metadataFile);
  const text = readFileSync(file, 'utf8');
  const { documents, problems } = parseKubeYaml(text, file, { maxLength: metadataLimit });
  const value = documents[0]?.value;
  if (problems[0] || value === null || typeof value !== 'object') {
    throw new LabError(
      'usage',
      `${file} cannot be read: ${problems[0] ? `line ${problems[0].line}: ${problems[0].message}` : 'it is empty'}`,
      {
        hint: 'Export the submissions from Gradescope again.',
      },
    );
  }
  const found = Object.entries(value as Record<string, unknown>).flatMap(([folder, data]): Found[] => {
    // a folder's name is a name: it leads nowhere else
    if (!/^[\w.-]+$/.test(folder) || /^\.+$/.test(folder))
      throw new LabError('usage', `${file} names a folder ${JSON.stringify(folder)}, which it cannot have`);
    const path = join(root, folder);
    const submitters = field(data, 'submitters');
    const created = textOf(field(data, 'created_at'));
    return (Array.isArray(submitters) ? submitters : []).flatMap((submitter: unknown): Found[] => {
      const name = textOf(field(submitter, 'name'));
      const id = textOf(field(submitter, 'sid')) ?? textOf(field(submitter, 'email')) ?? name;
      if (id === undefined) return [];
      return [{ id, name, path: existsSync(path) ? path : undefined, submitted: created === undefined ? undefined : parseTime(created) }];
    });
  });
  const seen = new Set<string>();
  for (const { id } of found) {
    if (seen.has(id))
      throw new LabError('usage', `${file} has more than one submission of "${id}"`, { hint: 'Export the active submissions only.' });
    seen.add(id);
  }
  return found;
}
