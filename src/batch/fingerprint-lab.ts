import { createHash } from 'node:crypto';
import type { Lab } from '../lab/schema.ts';

/** Of everything that decides a grade: the lab's data and its files. Where it lies does not count. */
export function fingerprintOfLab(lab: Lab): string {
  const { folder: _, files, ...data } = lab;
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([data, sorted]))
    .digest('hex')
    .slice(0, 32);
}
