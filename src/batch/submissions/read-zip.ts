import { lstatSync } from 'node:fs';
import yauzl, { type Entry } from 'yauzl';
import { isClutter, type ReadSubmission, Refused, type SubmissionLimits, shownPath, Texts } from './limits.ts';
import { reasonOf } from './read-folder.ts';

const fileTypeMask = 0o170000;
const link = 0o120000;
const plain = 0o100000;
const encrypted = 0x1;

/**
 * Reads the texts of an archive for which `wanted` holds, in memory: nothing is ever unpacked to a disk. Names that lead out of the
 * archive, links, encryption, and more bytes than allowed (whatever the archive says of itself) refuse it as a whole.
 */
export async function readZip(path: string, wanted: (path: string) => boolean, limits: SubmissionLimits): Promise<ReadSubmission> {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) throw new Refused('it is a link; links are not followed');
    if (!stat.isFile()) throw new Refused('it is no plain file');
    if (stat.size > limits.bytesOfArchive)
      throw new Refused(`the archive has ${stat.size} bytes, at most ${limits.bytesOfArchive} are read`);
    const texts = new Texts(limits);
    // the names of entries are checked by yauzl: no absolute ones, no "..", no backslashes
    const zip = await yauzl.openPromise(path, { strictFileNames: true, validateEntrySizes: true });
    try {
      for await (const entry of zip.eachEntry()) await readEntry(zip, entry, wanted, limits, texts);
    } finally {
      zip.close();
    }
    return { ok: true, files: sorted(texts.files) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

async function readEntry(
  zip: yauzl.ZipFile,
  entry: Entry,
  wanted: (path: string) => boolean,
  limits: SubmissionLimits,
  texts: Texts,
): Promise<void> {
  texts.entry();
  const { fileName: path } = entry;
  const parts = path.split('/').filter(Boolean);
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
  if (type === link) throw new Refused(`${shownPath(path)} is a link; links are not followed`);
  if (parts.length > limits.depth) throw new Refused(`${shownPath(path)} lies deeper than ${limits.depth} folders`);
  if (path.endsWith('/') || parts.some(isClutter) || !wanted(path)) return;
  if (type !== 0 && type !== plain) throw new Refused(`${shownPath(path)} is no plain file`);
  if (entry.generalPurposeBitFlag & encrypted) throw new Refused(`${shownPath(path)} is encrypted`);
  texts.mayRead(path, entry.uncompressedSize);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      length += (chunk as Buffer).length;
      texts.read(path, length, (chunk as Buffer).length);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`${shownPath(path)} is damaged: ${(error as Error).message}`);
  }
  texts.add(path, Buffer.concat(chunks));
}

/** In the order of a folder, whatever the order of the archive. */
const sorted = (files: Map<string, string>) => new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
