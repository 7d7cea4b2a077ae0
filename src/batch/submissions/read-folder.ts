import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isClutter, type ReadSubmission, Refused, type SubmissionLimits, shownPath, Texts } from './limits.ts';

/**
 * Reads the texts of a folder, or of a single file, for which `wanted` holds. Links are refused wherever they lead, what is no plain file
 * is never opened, and nothing outside of the folder is read.
 */
export function readFolder(root: string, wanted: (path: string) => boolean, limits: SubmissionLimits): ReadSubmission {
  const texts = new Texts(limits);
  const walk = (folder: string, prefix: string, depth: number): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (isClutter(entry.name)) continue;
      texts.entry();
      const path = `${prefix}${entry.name}`;
      if (entry.isSymbolicLink()) throw new Refused(`${shownPath(path)} is a link; links are not followed`);
      if (entry.isDirectory()) {
        if (depth >= limits.depth) throw new Refused(`${shownPath(path)} lies deeper than ${limits.depth} folders`);
        walk(join(folder, entry.name), `${path}/`, depth + 1);
      } else if (!entry.isFile()) throw new Refused(`${shownPath(path)} is no plain file`);
      else if (wanted(path)) readOne(join(folder, entry.name), path, texts);
    }
  };
  try {
    const top = lstatSync(root);
    if (top.isSymbolicLink()) throw new Refused('it is a link; links are not followed');
    if (top.isDirectory()) walk(root, '', 1);
    else if (top.isFile()) readOne(root, basename(root), texts);
    else throw new Refused('it is neither a folder nor a plain file');
    return { ok: true, files: texts.files };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function readOne(file: string, path: string, texts: Texts): void {
  // what was looked at may have been put in place of something else since: a link fails here, a pipe does not block
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = (() => {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw new Refused(`${shownPath(path)} is no plain file`);
      return stat;
    })();
    texts.mayRead(path, size);
    const bytes = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const more = readSync(descriptor, bytes, length, size - length, length);
      if (more === 0) break;
      length += more;
    }
    texts.read(path, length, length);
    texts.add(path, bytes.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

/** Why a submission could not be read, for its row. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read: permission denied';
  if (code === 'ELOOP') return 'it is a link; links are not followed';
  return shownPath(message ?? String(error));
}
