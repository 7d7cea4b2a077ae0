import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { unwritable } from '../../system/files.ts';

/** Writes a file as a whole, gives its SHA-256: the receipt that a learner may hand in beside it. */
export function writeBytes(path: string, bytes: Uint8Array): string {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, bytes, { mode: 0o600, flush: true });
    renameSync(fresh, path);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw unwritable(path, cause);
  }
  return createHash('sha256').update(bytes).digest('hex');
}
