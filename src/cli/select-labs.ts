import { changedLabs } from '../batch/changed.ts';
import { shardOf } from '../batch/shard.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { CommandContext } from './command.ts';

/** Narrows labs down by track, by what changed, and to a shard. */
export async function selectLabs(
  labs: readonly Lab[],
  options: { track?: string; changedSince?: string; shard?: string },
  context: CommandContext,
): Promise<Lab[]> {
  let chosen = [...labs];
  if (options.track) {
    chosen = chosen.filter((lab) => lab.track === options.track);
    if (chosen.length === 0) throw new LabError('usage', `there is no track "${options.track}"`, { hint: 'List them: kubedrill list' });
  }
  if (options.changedSince) {
    const diff = await context.run('git', ['diff', '--name-only', options.changedSince, '--'], {
      cwd: context.home,
      timeoutMs: 30_000,
      signal: context.signal,
    });
    if (!diff.ok) throw new LabError('usage', `git could not compare with "${options.changedSince}": ${diff.stderr.trim()}`);
    chosen = changedLabs(chosen, diff.stdout);
  }
  if (options.shard) {
    const [index, of] = options.shard.split('/').map(Number);
    if (!Number.isInteger(index) || !Number.isInteger(of) || !index || !of || index > of)
      throw new LabError('usage', `--shard takes i/n such as 2/3, not "${options.shard}"`);
    chosen = shardOf(chosen, index, of);
  }
  return chosen;
}
