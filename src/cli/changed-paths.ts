import { LabError } from '../lab-error.ts';
import type { RunResult } from '../system/run.ts';
import type { CommandContext } from './command.ts';

/**
 * Paths that changed since a revision, as git writes them, files that are not yet tracked included. Asked in the repository of kubedrill
 * itself and in those of further labs; an installed kubedrill is in none, and cannot have changed.
 */
export async function changedPaths(
  since: string,
  folders: readonly string[] = [],
  { run, home, signal }: Pick<CommandContext, 'run' | 'home' | 'signal'>,
): Promise<string[]> {
  const git = (cwd: string, ...args: string[]): Promise<RunResult> => run('git', args, { cwd, timeoutMs: 30_000, signal });
  const paths = new Set<string>();
  let repositories = 0;
  for (const folder of new Set([home, ...folders])) {
    const inside = await git(folder, 'rev-parse', '--is-inside-work-tree');
    if (inside.outcome === 'missing')
      throw new LabError('usage', '--changed-since needs git, which is not installed', { hint: 'Prove all labs: leave it out.' });
    if (!inside.ok) continue;
    repositories += 1;
    // what the branch itself changed; where the histories do not meet (a shallow clone) everything that differs
    const compare = (...how: string[]) => git(folder, 'diff', '--name-only', '--no-relative', ...how, '--end-of-options', since, '--');
    const branch = await compare('--merge-base');
    const diff = branch.ok ? branch : await compare();
    if (!diff.ok)
      throw new LabError('usage', `git could not compare with "${since}": ${diff.stderr.trim()}`, {
        hint: `Is it there? In CI fetch the whole history, then: git rev-parse ${since}`,
      });
    const fresh = await git(folder, 'ls-files', '--others', '--exclude-standard', '--full-name', '--', ':/');
    for (const path of `${diff.stdout}\n${fresh.ok ? fresh.stdout : ''}`.split('\n')) if (path) paths.add(path);
  }
  if (repositories === 0)
    throw new LabError('usage', '--changed-since needs a git repository, and the labs are in none', {
      hint: 'Prove all labs: leave it out.',
    });
  return [...paths];
}
