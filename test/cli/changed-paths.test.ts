import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { changedPaths } from '../../src/cli/changed-paths.ts';
import { run } from '../../src/system/run.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const { signal } = new AbortController();
let repository: string;
let elsewhere: string;

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', '-c', 'commit.gpgsign=false', ...args], {
    cwd: repository,
    stdio: 'pipe',
  });
function put(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}
function commit(path: string, text: string): void {
  put(path, text);
  git('add', '.');
  git('commit', '-m', path);
}

beforeEach(() => {
  elsewhere = scratchFolder();
  repository = scratchFolder();
  git('init', '-b', 'main');
  commit('labs/a/one/lab.yaml', 'id: one\n');
  git('checkout', '-b', 'work');
});

describe('paths that changed since a revision', () => {
  it('are what the branch changed, not what others changed meanwhile, and what is not tracked yet', async () => {
    commit('labs/a/two/lab.yaml', 'id: two\n');
    git('checkout', 'main');
    commit('labs/a/others/lab.yaml', 'id: others\n');
    git('checkout', 'work');
    put('labs/a/three/lab.yaml', 'id: three\n');
    expect(await changedPaths('main', [], { run, home: repository, signal })).toEqual(['labs/a/two/lab.yaml', 'labs/a/three/lab.yaml']);
  });

  it('are looked for where further labs lie, from the top of their repository', async () => {
    commit('labs/a/two/lab.yaml', 'id: two\n');
    put('notes.md', 'x');
    expect(await changedPaths('main', [join(repository, 'labs')], { run, home: elsewhere, signal })).toEqual([
      'labs/a/two/lab.yaml',
      'notes.md',
    ]);
  });

  it('say so when git knows no such revision, or there is no repository', async () => {
    await expect(changedPaths('no-such', [], { run, home: repository, signal })).rejects.toThrow('git could not compare with "no-such"');
    await expect(changedPaths('main', [], { run, home: elsewhere, signal })).rejects.toThrow('the labs are in none');
  });

  it('take a revision that looks like an option for a revision', async () => {
    await expect(changedPaths('--output=stolen', [], { run, home: repository, signal })).rejects.toThrow('git could not compare with');
  });
});
