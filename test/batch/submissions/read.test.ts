import { execFileSync } from 'node:child_process';
import { linkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeZip } from '../../../src/batch/snapshots/write-zip.ts';
import { isManifest, manifestLimits } from '../../../src/batch/submissions/limits.ts';
import { readFolder } from '../../../src/batch/submissions/read-folder.ts';
import { readZip } from '../../../src/batch/submissions/read-zip.ts';
import { parseTime } from '../../../src/batch/submissions/times.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const tight = { ...manifestLimits, entries: 5, files: 3, bytesOfFile: 1000, bytesInAll: 1500, bytesOfArchive: 4000, depth: 3 };
const folder = (files: Record<string, string>) => readFolder(scratchFolder(files), isManifest, tight);
const names = (read: ReturnType<typeof readFolder>) => (read.ok ? [...read.files.keys()] : read.reason);

describe('a folder that was handed in', () => {
  it('is read for its manifests, in the order of names, without clutter', () => {
    expect(names(folder({ 'b.yml': 'b', 'a/x.YAML': 'a', 'notes.txt': 'n', '.git/config.yaml': 'no', '__MACOSX/y.yaml': 'no' }))).toEqual([
      'a/x.YAML',
      'b.yml',
    ]);
  });

  it('may be a single file', () => {
    expect(names(readFolder(join(scratchFolder({ 'ada.yaml': 'x' }), 'ada.yaml'), isManifest, tight))).toEqual(['ada.yaml']);
  });

  it.each([
    ['a link to elsewhere', (root: string) => symlinkSync('/etc/passwd', join(root, 'a.yaml')), 'a.yaml is a link; links are not followed'],
    ['a link to a folder', (root: string) => symlinkSync('/etc', join(root, 'etc')), 'etc is a link; links are not followed'],
    ['a named pipe, which would block', (root: string) => execFileSync('mkfifo', [join(root, 'pipe.yaml')]), 'pipe.yaml is no plain file'],
    [
      'a large file',
      (root: string) => writeFileSync(join(root, 'a.yaml'), 'x'.repeat(1001)),
      'a.yaml has 1001 bytes, at most 1000 are read',
    ],
    [
      'large files together',
      (root: string) => void ['a', 'b'].map((name) => writeFileSync(join(root, `${name}.yaml`), 'x'.repeat(800))),
      'its files have more than 1500 bytes in all',
    ],
    [
      'many files',
      (root: string) => void [1, 2, 3, 4].map((n) => writeFileSync(join(root, `${n}.yaml`), '')),
      'it has more than 3 files to read',
    ],
    [
      'many entries',
      (root: string) => void [1, 2, 3, 4, 5, 6].map((n) => writeFileSync(join(root, `${n}.txt`), '')),
      'it has more than 5 files and folders',
    ],
    [
      'bytes that are no text',
      (root: string) => writeFileSync(join(root, 'a.yaml'), Buffer.from([0xff, 0xfe, 0x00])),
      'a.yaml is not UTF-8 text',
    ],
  ])('with %s is refused', (_, make, reason) => {
    const root = scratchFolder();
    make(root);
    expect(readFolder(root, isManifest, tight)).toEqual({ ok: false, reason });
  });

  it('that lies too deep is refused', () => {
    expect(names(folder({ 'a/b/c/d.yaml': 'x' }))).toBe('a/b/c lies deeper than 3 folders');
  });

  it('that is a link itself is refused, and one that is not there too', () => {
    const root = scratchFolder({ 'x/a.yaml': '' });
    symlinkSync(join(root, 'x'), join(root, 'y'));
    expect(readFolder(join(root, 'y'), isManifest, tight)).toEqual({ ok: false, reason: 'it is a link; links are not followed' });
    expect(readFolder(join(root, 'z'), isManifest, tight)).toEqual({ ok: false, reason: 'it is not there' });
  });

  it('is not read through a name that would move a cursor', () => {
    const root = scratchFolder();
    linkSync(join(scratchFolder({ 'x.yaml': 'x'.repeat(2000) }), 'x.yaml'), join(root, '\u001b[2Ja.yaml'));
    expect(names(readFolder(root, isManifest, tight))).toBe('\uFFFD[2Ja.yaml has 2000 bytes, at most 1000 are read');
  });
});

const archive = (bytes: Buffer) => join(scratchFolder({ 'a.zip': bytes }), 'a.zip');
const zipped = (files: Record<string, string>) => writeZip(Object.entries(files).map(([path, text]) => ({ path, text })));
const read = (bytes: Buffer) => readZip(archive(bytes), isManifest, tight);
const entryAttributes = (bytes: Buffer, mode: number) => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE((mode << 16) >>> 0, copy.indexOf('PK\x01\x02', 0, 'latin1') + 38);
  return copy;
};

/** Its first file's packed bytes are another's. */
const damaged = (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 30 + copy.readUInt16LE(26), 30 + copy.readUInt16LE(26) + 4);
  return copy;
};

describe('an archive that was handed in', () => {
  it('is read in memory, in the order of names', async () => {
    const result = await read(zipped({ 'b.yaml': 'b: 1', 'work/a.yaml': 'a: 1', 'notes.txt': 'n', '__MACOSX/._a.yaml': 'no' }));
    expect(result).toEqual({
      ok: true,
      files: new Map([
        ['b.yaml', 'b: 1'],
        ['work/a.yaml', 'a: 1'],
      ]),
    });
  });

  it('may be one that another program made', async () => {
    const root = scratchFolder({ 'in/a.yaml': 'a: ä' });
    execFileSync('python3', [
      '-c',
      `import zipfile; z = zipfile.ZipFile('${root}/a.zip', 'w'); z.write('${root}/in/a.yaml', 'a.yaml'); z.close()`,
    ]);
    expect(await readZip(join(root, 'a.zip'), isManifest, tight)).toEqual({ ok: true, files: new Map([['a.yaml', 'a: ä']]) });
  });

  it.each([
    ['a name that leads out of it', zipped({ '../../etc/cron.d/x.yaml': 'x' }), 'invalid relative path: ../../etc/cron.d/x.yaml'],
    ['an absolute name', zipped({ '/etc/x.yaml': 'x' }), 'absolute path: /etc/x.yaml'],
    ['a name with backslashes', zipped({ '..\\x.yaml': 'x' }), 'invalid characters in fileName: ..\\x.yaml'],
    ['a link', entryAttributes(zipped({ 'a.yaml': '/etc/passwd' }), 0o120777), 'a.yaml is a link; links are not followed'],
    ['a damaged file', damaged(zipped({ 'a.yaml': 'a: 1' })), 'a.yaml is damaged: invalid block type'],
    ['a device', entryAttributes(zipped({ 'a.yaml': '' }), 0o020666), 'a.yaml is no plain file'],
    [
      'one file twice',
      writeZip([
        { path: 'a.yaml', text: '1' },
        { path: 'a.yaml', text: '2' },
      ]),
      'a.yaml is there twice',
    ],
    [
      'a bomb: a million spaces in a few bytes',
      zipped({ 'a.yaml': ' '.repeat(1_000_000) }),
      'a.yaml has 1000000 bytes, at most 1000 are read',
    ],
    [
      'a bomb in many files',
      zipped({ 'a.yaml': ' '.repeat(900), 'b.yaml': ' '.repeat(900) }),
      'its files have more than 1500 bytes in all',
    ],
    [
      'too many entries',
      zipped(Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`${n}.txt`, '']))),
      'it has more than 5 files and folders',
    ],
    ['too deep folders', zipped({ 'a/b/c/d.yaml': '' }), 'a/b/c/d.yaml lies deeper than 3 folders'],
    ['half of itself', zipped({ 'a.yaml': 'x: 1' }).subarray(0, 40), /end of central directory record/i],
    ['something else', Buffer.from('not a zip'), /end of central directory record/i],
    ['its own size', Buffer.alloc(5000), 'the archive has 5000 bytes, at most 4000 are read'],
  ])('with %s is refused', async (_, bytes, reason) => {
    expect(await read(bytes)).toEqual({ ok: false, reason: reason instanceof RegExp ? expect.stringMatching(reason) : reason });
  });

  it('that says it is smaller than it is, is refused', async () => {
    const bytes = zipped({ 'a.yaml': ' '.repeat(100_000) });
    for (const at of [22, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 24]) bytes.writeUInt32LE(500, at);
    expect(await read(bytes)).toEqual({ ok: false, reason: expect.stringMatching(/too many bytes in the stream|more than 1000 bytes/) });
  });

  it('that is encrypted is refused', async () => {
    const bytes = zipped({ 'a.yaml': 'x' });
    bytes.writeUInt16LE(0x0801, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 8);
    expect(await read(bytes)).toEqual({ ok: false, reason: 'a.yaml is encrypted' });
  });

  it('that is a link is refused', async () => {
    const root = scratchFolder({ 'a.zip': zipped({ 'a.yaml': '' }) });
    symlinkSync(join(root, 'a.zip'), join(root, 'b.zip'));
    expect(await readZip(join(root, 'b.zip'), isManifest, tight)).toEqual({ ok: false, reason: 'it is a link; links are not followed' });
  });
});

describe('a time of submission', () => {
  it.each([
    ['2020-01-30 10:30:47.524219 UTC', '2020-01-30T10:30:47.524Z'],
    ['2017-06-01T14:22:32.365935-07:00', '2017-06-01T21:22:32.365Z'],
    ['2021-10-07 06:24:00.123456000 Z', '2021-10-07T06:24:00.123Z'],
    ['2021-10-07 06:24:00 +0200\n', '2021-10-07T04:24:00.000Z'],
  ])('%s', (text, iso) => {
    expect(new Date(parseTime(text)!).toISOString()).toBe(iso);
  });

  it.each(['2021-10-07 06:24:00', 'yesterday', '2021-13-45 99:99:99 UTC', ''])(
    'that is not clear (%j) is not known: nobody is late for a guess',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});
