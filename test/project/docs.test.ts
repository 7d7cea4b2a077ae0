import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filled, pages } from '../../scripts/generate-reference-docs.ts';
import { commands } from '../../src/cli/index.generated.ts';

const root = join(import.meta.dirname, '..', '..');
const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesUnder('docs').filter((path) => path.endsWith('.md'))];

/** What is quoted as code is no link. */
const prose = (path: string): string =>
  readFileSync(join(root, path), 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');

const anchorsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );

/** Links that lead to nothing: no such file, or no such heading in it. */
function broken(path: string): string[] {
  const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
  return links.filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? join(root, path) : join(root, dirname(path), file);
    if (relative(root, target).startsWith('..') || !existsSync(target)) return true;
    if (statSync(target).isDirectory()) return !existsSync(join(target, 'README.md'));
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

/** `--flag`s of every `kubedrill <command>` in a text, by command. */
function flagsIn(text: string): [command: string, flags: string[]][] {
  const joined = text.replaceAll(/\\\n/g, ' ');
  return [...joined.matchAll(/kubedrill(?:\.js"?)? ([a-z]+)((?:[^\n#`]|\n {6}\$)*)/g)].map(([, command = '', rest = '']) => [
    command,
    rest.match(/(?<=[\s+])--[a-z-]+/g) ?? [],
  ]);
}

const optionsOf = async (name: string): Promise<string[]> => {
  const command = new Command();
  (await commands[name]!()).build(command);
  return command.options.map(({ long }) => long ?? '');
};

describe('the documentation', () => {
  it.each(documents)('%s has no link that leads to nothing', (path) => {
    expect(broken(path)).toEqual([]);
  });

  it('reaches every page from README.md', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const [, link = ''] of prose(path).matchAll(/\]\(([^)\s#]+)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const target = join(dirname(path), link);
        reached.add(existsSync(join(root, target, 'README.md')) ? join(target, 'README.md') : target);
        if (!target.endsWith('.md')) reached.delete(target);
      }
    }
    expect(documents.filter((path) => !reached.has(path) && !path.startsWith('C'))).toEqual([]);
  });

  it.each(pages)('%s says what the code says: node scripts/generate-reference-docs.ts', (page) => {
    expect(readFileSync(join(root, page), 'utf8')).toBe(filled(page));
  });

  it.each(['docs/batch-grading.md', 'docs/ci/README.md', 'docs/ci/github-workflow.yaml', 'docs/ci/gitlab-ci.yaml', 'README.md'])(
    '%s names only commands and options that there are',
    async (path) => {
      const used = flagsIn(readFileSync(join(root, path), 'utf8')).filter(([command]) => Object.hasOwn(commands, command));
      expect(used.length).toBeGreaterThan(0);
      for (const [command, flags] of used) {
        const known = await optionsOf(command);
        expect(
          flags.filter((flag) => !known.includes(flag)),
          `kubedrill ${command}`,
        ).toEqual([]);
      }
    },
  );
});

describe('the templates for CI', () => {
  const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'));

  it('prove shards with a report, in the shell only through variables', () => {
    const { on, jobs } = read('docs/ci/github-workflow.yaml');
    expect(Object.keys(on.workflow_call.inputs)).toEqual(['kubedrill', 'kubedrill-ref', 'labs', 'shards', 'changed-since']);
    const scripts = (jobs.prove.steps as { run?: string }[]).flatMap(({ run }) => run ?? []);
    expect(scripts.at(-1)).toContain('verify --junit proofs.xml --shard "$SHARD"');
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('give GitLab both of its reports', () => {
    const { 'prove-labs': job } = read('docs/ci/gitlab-ci.yaml');
    expect(job.artifacts.reports).toEqual({ junit: 'proofs.xml', codequality: 'code-quality.json' });
    expect(job.script.at(-1)).toContain('--junit proofs.xml --code-quality code-quality.json --shard "$CI_NODE_INDEX/$CI_NODE_TOTAL"');
  });
});
