import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../lab-error.ts';

/** What `state-unwritable` says of a failed write: the path, and why. */
export function unwritable(path: string, cause: unknown): LabError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOSPC'
      ? 'the disk is full'
      : code === 'EROFS'
        ? 'the file system is read-only'
        : code === 'EACCES' || code === 'EPERM'
          ? 'permission denied'
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? 'a part of that path is a file, not a folder'
            : String(code ?? cause);
  return new LabError('state-unwritable', `cannot write ${path}: ${why}`, {
    hint: code === 'ENOSPC' ? `Free some room: df -h ${dirname(path)}` : `Mend it, or put the state elsewhere: KUBEDRILL_STATE=<folder>`,
    cause,
  });
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Replaces a file as a whole: after a crash or a full disk there is the old text or the new one, never half. */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(fresh, 'w', mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
    syncFolder(dirname(path));
  } catch (cause) {
    removeIfThere(fresh);
    throw unwritable(path, cause);
  }
}

/** What is left of a write that failed; where it failed nothing may be removed, either. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // the first failure is the one to tell of
  }
}

/** Throws `state-unwritable` unless files can be made in this folder (which is made when it is not there). */
export function expectWritable(folder: string): void {
  const trial = join(folder, `.${process.pid}.trial`);
  writeWhole(trial, 'can this be written?\n');
  rmSync(trial, { force: true });
}

/** The text of a file, or `undefined` when there is none; also where its folder cannot be, as below a file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cause;
  }
}

/** JSON lines of a file; a torn last line (a crash while it was written) is left out. */
export function readJsonLines<T>(path: string): T[] {
  const text = readIfThere(path);
  if (!text) return [];
  return text.split('\n').flatMap((line) => {
    if (!line) return [];
    try {
      return [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}
