import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerDifference, writeImages } from '../../../src/cluster/bootstrap/layers.ts';
import { readTar, tarContent, writeTar } from '../../../src/cluster/bootstrap/tar.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const long = `usr/share/${'long-folder-name/'.repeat(9)}file`;

describe('a tar archive', () => {
  it('is what tar(1) reads: files with modes, links, folders, long names', async () => {
    const folder = scratchFolder();
    const archive = join(folder, 'a.tar');
    writeFileSync(join(folder, 'big'), 'x'.repeat(1500));
    await writeTar(archive, [
      { path: 'bin/tool', content: { file: join(folder, 'big') }, mode: 0o755 },
      { path: 'bin/alias', link: 'tool' },
      { path: 'tmp', directory: true, mode: 0o1777 },
      { path: long, content: 'deep' },
    ]);
    const listed = execFileSync('tar', ['tvf', archive], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    expect(listed).toContain('-rwxr-xr-x root/root      1500 1970-01-01 00:00 bin/tool');
    expect(listed).toContain('bin/alias -> tool');
    expect(listed).toContain('drwxrwxrwt root/root         0 1970-01-01 00:00 tmp/');
    expect(execFileSync('tar', ['xOf', archive, long], { encoding: 'utf8' })).toBe('deep');
  });

  it('has the same bytes for the same entries', async () => {
    const folder = scratchFolder();
    const entries = [{ path: 'a', content: 'one' }];
    const [first, second] = [await writeTar(join(folder, '1.tar'), entries), await writeTar(join(folder, '2.tar'), entries)];
    expect(first.digest).toBe(second.digest);
    expect(first.digest).toBe(`sha256:${execFileSync('sha256sum', [first.path], { encoding: 'utf8' }).slice(0, 64)}`);
  });

  for (const format of ['gnu', 'pax', 'ustar']) {
    it(`made by tar(1) as ${format} is read member by member`, async () => {
      const folder = scratchFolder();
      const name = format === 'ustar' ? 'deep/er/file' : long;
      mkdirSync(join(folder, 'in', name, '..'), { recursive: true });
      writeFileSync(join(folder, 'in', name), 'content');
      symlinkSync('elsewhere', join(folder, 'in', 'link'));
      const archive = join(folder, 'made.tar');
      execFileSync('tar', ['cf', archive, `--format=${format}`, '-C', join(folder, 'in'), '.']);
      const members = await readTar(archive);
      const file = members.find((member) => member.path === name);
      expect(file).toMatchObject({ type: '0', size: 7 });
      expect((await tarContent(archive, file!)).toString()).toBe('content');
      expect(members.find((member) => member.path === 'link')).toMatchObject({ type: '2', link: 'elsewhere' });
    });
  }
});

describe('the difference of two root file systems', () => {
  it('is what is new or changed, with the target of each hard link, and gives the full one over the base', async () => {
    const folder = scratchFolder();
    const make = (name: string, files: Record<string, string>, links: Record<string, string> = {}) => {
      const root = join(folder, name);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(root, path, '..'), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      for (const [path, target] of Object.entries(links)) execFileSync('ln', [join(root, target), join(root, path)]);
      execFileSync('tar', ['cf', `${root}.tar`, '--sort=name', '--mtime=@0', '--format=gnu', '-C', root, '.']);
      return `${root}.tar`;
    };
    const base = make('base', { 'etc/same': 'same', 'etc/status': 'old!', 'usr/a': 'a' });
    const full = make(
      'full',
      { 'etc/same': 'same', 'etc/status': 'new!', 'usr/a': 'a', 'usr/new': 'n', 'usr/prog': 'p' },
      { 'usr/zlink': 'usr/a' },
    );
    await layerDifference(full, base, join(folder, 'layer.tar'));
    const paths = (await readTar(join(folder, 'layer.tar'))).map((member) => member.path);
    expect(paths).toEqual(['etc/status', 'usr/a', 'usr/new', 'usr/prog', 'usr/zlink']);

    mkdirSync(join(folder, 'both'));
    for (const archive of [base, join(folder, 'layer.tar')]) execFileSync('tar', ['xf', archive, '-C', join(folder, 'both')]);
    expect(execFileSync('diff', ['-r', join(folder, 'both'), join(folder, 'full')], { encoding: 'utf8' })).toBe('');
  });
});

describe('an archive of images', () => {
  it('has a shared layer once, and a configuration for each image', async () => {
    const folder = scratchFolder();
    const shared = await writeTar(join(folder, 's.tar'), [{ path: 'bin/sh', content: 'sh' }]);
    const own = await writeTar(join(folder, 'o.tar'), [{ path: 'app/web', content: 'web' }]);
    const archive = join(folder, 'images.tar');
    await writeImages(archive, 'arm64', [
      { references: ['kd/web:1.0'], layers: [shared, own], config: { entrypoint: ['/app/web'] } },
      { references: ['kd/shell:1.0', 'kd/shell:1.1'], layers: [shared], config: { cmd: ['sh'] } },
    ]);
    const members = await readTar(archive);
    expect(members.map((member) => member.path.replace(/[0-9a-f]{64}/, 'DIGEST'))).toEqual([
      'DIGEST.tar',
      'DIGEST.tar',
      'image-0.json',
      'image-1.json',
      'manifest.json',
    ]);
    const json = async (path: string) =>
      JSON.parse((await tarContent(archive, members.find((member) => member.path === path)!)).toString());
    expect((await json('manifest.json')).map((image: { RepoTags: string[] }) => image.RepoTags)).toEqual([
      ['kd/web:1.0'],
      ['kd/shell:1.0', 'kd/shell:1.1'],
    ]);
    expect(await json('image-0.json')).toMatchObject({
      architecture: 'arm64',
      config: { Entrypoint: ['/app/web'], Cmd: null },
      rootfs: { diff_ids: [shared.digest, own.digest] },
    });
    expect(readFileSync(shared.path).length).toBe(shared.size);
  });
});
