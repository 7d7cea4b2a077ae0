import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const npx = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, said: `${stdout}${stderr}` };
};
const tracked = () =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

describe('the project', () => {
  it('compiles without an error', () => {
    expect(npx('tsc', '--noEmit')).toEqual({ status: 0, said: '' });
  }, 180_000);

  it('keeps the rules of Biome, import walls included', () => {
    const { status, said } = npx('biome', 'check', '--diagnostic-level=warn', '.');
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  }, 60_000);

  it('has indexes that hold what their folders hold', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/generate.ts', '--check'], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('has pictures of the screens as they are', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/screenshots.ts', '--check'], { cwd: root, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  }, 180_000);

  it('has a test for every grader', () => {
    const graders = readdirSync(join(root, 'graders')).filter((file) => file.endsWith('.ts') && !file.includes('.generated.'));
    const tests = readdirSync(join(root, 'test/graders')).map((file) => readFileSync(join(root, 'test/graders', file), 'utf8'));
    expect(graders.filter((file) => !tests.some((text) => text.includes(`/graders/${file}'`)))).toEqual([]);
  });

  it('names no path of the machine it was written on, and leaves no mark of unfinished work', () => {
    const marks = [['/work', '/'].join(''), ['TO', 'DO'].join(''), ['FIX', 'ME'].join('')];
    const found = tracked()
      .filter((path) => /\.(ts|tsx|js|go|md|yaml|yml|json|sh)$/.test(path) && path !== 'package-lock.json')
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        return marks.filter((mark) => text.includes(mark)).map((mark) => `${path}: ${mark}`);
      });
    expect(found).toEqual([]);
  });
});
