import { appendFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/verify.ts';
import { clock } from '../../../src/system/clock.ts';
import { run } from '../../../src/system/run.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let home: string;

beforeEach(async () => {
  home = scratchFolder();
  const lab = 'labs/inside/in-first-pod';
  mkdirSync(join(home, 'labs'));
  cpSync(join(root, lab), join(home, lab), { recursive: true });
  cpSync(join(root, 'labs', 'tracks.yaml'), join(home, 'labs', 'tracks.yaml'));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: home, timeoutMs: 10_000 });
  for (const args of [['init'], ['add', '.'], ['commit', '-m', 'labs']]) await git(...args);
});

function verify(options: Record<string, unknown>) {
  const printed: string[] = [];
  const state = join(home, 'state');
  const context = {
    run,
    clock,
    home,
    paths: { state, cache: state },
    env: {},
    signal: new AbortController().signal,
    print: (line: string) => printed.push(line),
    say: () => undefined,
  } as unknown as CommandContext;
  return command.run([], { name: 'no-such-cluster', ...options }, context).then((code) => ({ code, printed }));
}

describe('verify --changed-since', () => {
  it('asks for no cluster when no lab was touched, and writes an empty report', async () => {
    const junit = join(home, 'proofs.xml');
    const { code, printed } = await verify({ changedSince: 'HEAD', junit });
    expect({ code, printed }).toEqual({ code: 0, printed: ['nothing to prove: no lab is left'] });
    expect(readFileSync(junit, 'utf8')).toContain('<testsuites>');
  });

  it('needs one as soon as a lab was', async () => {
    appendFileSync(join(home, 'labs/inside/in-first-pod/lab.yaml'), '# changed\n');
    await expect(verify({ changedSince: 'HEAD' })).rejects.toThrow('there is no cluster "no-such-cluster"');
  });
});

describe('verify --shard', () => {
  it.each(['0/3', '4/3', '1', 'a/b', '1/3/5'])('takes no %s', async (shard) => {
    await expect(verify({ shard })).rejects.toThrow(`--shard takes i/n such as 2/3, not "${shard}"`);
  });
});

describe('verify --within and --at-most', () => {
  it.each(['within', 'atMost'])('take minutes', async (option) => {
    await expect(verify({ [option]: 'soon' })).rejects.toThrow(`--${option === 'atMost' ? 'at-most' : option} takes minutes, not "soon"`);
  });
});
