import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** One thing to put into an archive. Owner is root and the time is 1970, so that the same input gives the same bytes. */
export type TarEntry =
  | { path: string; mode?: number; content: string | Buffer | { file: string } }
  | { path: string; link: string }
  | { path: string; directory: true; mode?: number }
  /** Bytes of another archive, headers and all. */
  | { copy: { archive: string; start: number; end: number } };

export interface TarFile {
  path: string;
  /** `sha256:...` of the archive. */
  digest: string;
  size: number;
}

const block = 512;
const chunk = 1 << 20;

/** Writes an archive that every container tool reads (ustar with GNU long names). */
export async function writeTar(path: string, entries: Iterable<TarEntry>): Promise<TarFile> {
  const out = await open(path, 'w');
  const hash = createHash('sha256');
  let size = 0;
  const write = async (bytes: Buffer) => {
    hash.update(bytes);
    size += bytes.length;
    await out.writeFile(bytes);
  };
  const pad = (length: number) => write(Buffer.alloc((block - (length % block)) % block));
  try {
    for (const entry of entries) {
      if ('copy' in entry) {
        await copyRange(entry.copy.archive, entry.copy.start, entry.copy.end, write);
      } else if ('link' in entry) {
        await write(header(entry.path, { type: '2', mode: 0o777, size: 0, link: entry.link }));
      } else if ('directory' in entry) {
        await write(header(`${entry.path}/`, { type: '5', mode: entry.mode ?? 0o755, size: 0 }));
      } else if (typeof entry.content === 'object' && 'file' in entry.content) {
        const { size: length } = await stat(entry.content.file);
        await write(header(entry.path, { type: '0', mode: entry.mode ?? 0o644, size: length }));
        await copyRange(entry.content.file, 0, length, write);
        await pad(length);
      } else {
        const bytes = Buffer.from(entry.content);
        await write(header(entry.path, { type: '0', mode: entry.mode ?? 0o644, size: bytes.length }));
        await write(bytes);
        await pad(bytes.length);
      }
    }
    await write(Buffer.alloc(2 * block));
  } finally {
    await out.close();
  }
  return { path, digest: `sha256:${hash.digest('hex')}`, size };
}

async function copyRange(path: string, start: number, end: number, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  const source = await open(path, 'r');
  try {
    for (let at = start; at < end; ) {
      const { bytesRead, buffer } = await source.read(Buffer.alloc(Math.min(chunk, end - at)), 0, undefined, at);
      if (bytesRead === 0) throw new Error(`${path} ends at byte ${at}, expected ${end}`);
      await write(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await source.close();
  }
}

function header(path: string, fields: { type: string; mode: number; size: number; link?: string }): Buffer {
  const parts: Buffer[] = [];
  for (const [type, text] of [
    ['L', path],
    ['K', fields.link ?? ''],
  ] as const) {
    if (Buffer.byteLength(text) <= 100) continue;
    const name = Buffer.from(`${text}\0`);
    parts.push(oneHeader('././@LongLink', { type, mode: 0, size: name.length }), name);
    parts.push(Buffer.alloc((block - (name.length % block)) % block));
  }
  parts.push(oneHeader(path, fields));
  return Buffer.concat(parts);
}

function oneHeader(path: string, fields: { type: string; mode: number; size: number; link?: string }): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) => bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  bytes.write(path.slice(0, 100), 0, 100);
  octal(fields.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(fields.size, 124, 12);
  octal(0, 136, 12);
  bytes.write(' '.repeat(8), 148);
  bytes.write(fields.type, 156);
  bytes.write((fields.link ?? '').slice(0, 100), 157, 100);
  bytes.write('ustar  \0', 257);
  bytes.write('root\0', 265);
  bytes.write('root\0', 297);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** One member of an archive; `start` to `end` are its bytes with all its headers, `data` is where its content begins. */
export interface TarMember {
  /** Without a leading `./` and a trailing `/`. */
  path: string;
  type: string;
  mode: number;
  owner: string;
  size: number;
  link: string;
  start: number;
  data: number;
  end: number;
}

/** The members of an archive (ustar, GNU and pax names), without reading their contents. */
export async function readTar(path: string): Promise<TarMember[]> {
  const file = await open(path, 'r');
  try {
    const members: TarMember[] = [];
    let at = 0;
    let start = 0;
    let long: { path?: string; link?: string; size?: number } = {};
    for (;;) {
      const bytes = await readAt(file, at, block);
      if (bytes.length < block || bytes.every((byte) => byte === 0)) return members;
      const text = (from: number, length: number) => bytes.toString('utf8', from, from + length).replace(/\0.*$/s, '');
      const number = (from: number, length: number) =>
        (bytes[from]! & 0x80) !== 0
          ? Number(bytes.readBigUInt64BE(from + length - 8))
          : Number.parseInt(text(from, length).trim() || '0', 8);
      const type = text(156, 1) || '0';
      const data = at + block;
      const size = long.size ?? number(124, 12);
      const end = data + Math.ceil(size / block) * block;
      if (type === 'L' || type === 'K') {
        const name = (await readAt(file, data, size)).toString('utf8').replace(/\0.*$/s, '');
        long = { ...long, ...(type === 'L' ? { path: name } : { link: name }) };
      } else if (type === 'x') {
        long = { ...long, ...paxFields((await readAt(file, data, size)).toString('utf8')) };
      } else if (type !== 'g') {
        const prefix = text(257, 8) === 'ustar' ? text(345, 155) : '';
        const name = long.path ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100));
        members.push({
          path: name.replace(/^\.?\/+/, '').replace(/\/+$/, ''),
          type,
          mode: number(100, 8),
          owner: `${number(108, 8)}:${number(116, 8)}`,
          size,
          link: long.link ?? text(157, 100),
          start,
          data,
          end,
        });
        long = {};
      }
      at = end;
      if (type !== 'L' && type !== 'K' && type !== 'x') start = end;
    }
  } finally {
    await file.close();
  }
}

/** @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03 */
function paxFields(records: string): { path?: string; link?: string; size?: number } {
  const fields: { path?: string; link?: string; size?: number } = {};
  for (const record of records.split('\n')) {
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(record) ?? [];
    if (key === 'path') fields.path = value;
    if (key === 'linkpath') fields.link = value;
    if (key === 'size') fields.size = Number(value);
  }
  return fields;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The content of one file of an archive. */
export async function tarContent(archive: string, member: TarMember): Promise<Buffer> {
  const file = await open(archive, 'r');
  try {
    return await readAt(file, member.data, member.size);
  } finally {
    await file.close();
  }
}
