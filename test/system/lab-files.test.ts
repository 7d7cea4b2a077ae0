import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLabFiles } from '../../src/system/lab-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lab-files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('labs on disk', () => {
  beforeEach(() => {
    put('labs/tracks.yaml', '- {id: one, title: One}\n');
    put('labs/one/a/lab.yaml', 'id: a');
    put('labs/one/a/start/web.yaml', 'kind: Pod');
    put('labs/one/a/files/deep/x.txt', 'x');
    put('labs/one/b/lab.yaml', '\uFEFFid: b');
    put('labs/two/c/lab.yaml', 'id: c');
  });

  const folders = (...paths: string[]) => readLabFiles(paths, root).labs.map(({ folder }) => folder);

  test('are found under a root, in a track, by their folder or their lab.yaml', () => {
    expect(folders('labs')).toEqual(['labs/one/a', 'labs/one/b', 'labs/two/c']);
    expect(folders('labs/one')).toEqual(['labs/one/a', 'labs/one/b']);
    expect(folders('labs/two/c', join(root, 'labs/one/a/lab.yaml'))).toEqual(['labs/two/c', 'labs/one/a']);
  });

  test('are read once, however often they are named', () => {
    expect(folders('labs', 'labs/one', 'labs/one/a')).toEqual(['labs/one/a', 'labs/one/b', 'labs/two/c']);
  });

  test('come with their files by path, and without a byte order mark', () => {
    const [a, b] = readLabFiles(['labs'], root).labs;
    expect(a!.files).toEqual({ 'lab.yaml': 'id: a', 'start/web.yaml': 'kind: Pod', 'files/deep/x.txt': 'x' });
    expect(b!.files).toEqual({ 'lab.yaml': 'id: b' });
  });

  test('of a root come with the names of its tracks', () => {
    expect(readLabFiles(['labs'], root).tracks).toEqual([{ path: 'labs/tracks.yaml', text: '- {id: one, title: One}\n' }]);
    expect(readLabFiles(['labs/one'], root).tracks).toEqual([]);
  });

  test('outside of the working folder are named by their whole path', () => {
    expect(readLabFiles([join(root, 'labs/two')], join(root, 'labs/one')).labs.map(({ folder }) => folder)).toEqual([
      join(root, 'labs/two/c'),
    ]);
  });

  test('a folder of a track that has no lab.yaml is a lab that lacks it', () => {
    put('labs/one/half/start/x.yaml', 'x');
    expect(readLabFiles(['labs'], root).labs.find(({ folder }) => folder === 'labs/one/half')?.files).toEqual({ 'start/x.yaml': 'x' });
  });

  test('a path that is not there is a mistake in the command', () => {
    expect(() => readLabFiles(['nowhere'], root)).toThrow(`there is no lab at ${join(root, 'nowhere')}`);
  });

  test('hidden files and backups are not looked at', () => {
    put('labs/one/a/.swp', 'x');
    put('labs/one/a/lab.yaml~', 'x');
    put('labs/.git/x/lab.yaml', 'x');
    expect(readLabFiles(['labs'], root).labs.flatMap(({ files }) => Object.keys(files))).toEqual([
      'files/deep/x.txt',
      'lab.yaml',
      'start/web.yaml',
      'lab.yaml',
      'lab.yaml',
    ]);
  });

  test('a link is never followed', () => {
    put('secret', 'a key');
    symlinkSync(join(root, 'secret'), join(root, 'labs/one/b/key.txt'));
    symlinkSync('/', join(root, 'labs/one/b/all'));
    const [, b] = readLabFiles(['labs'], root).labs;
    expect(b!.files).toEqual({ 'lab.yaml': 'id: b' });
    expect(b!.unreadable).toEqual({ 'key.txt': 'is a link: a lab is made of plain files', all: 'is a link: a lab is made of plain files' });
  });

  test('what is no text, or too large, is named', () => {
    put('labs/one/b/picture.png', new Uint8Array([0x89, 0x50, 0xff, 0xfe]));
    put('labs/one/b/large.txt', 'x'.repeat(1024 * 1024 + 1));
    put('labs/one/b/1/2/3/4/5/6/7.txt', 'x');
    expect(readLabFiles(['labs/one/b'], root).labs[0]!.unreadable).toEqual({
      'picture.png': 'is not UTF-8 text',
      'large.txt': 'has 1048577 bytes: at most 1048576 are read',
      '1/2/3/4/5/6': 'lies too deep: at most 6 folders are read',
    });
  });
});
