import { changedLabs } from '../batch/changed.ts';
import { parseShard, shardOf } from '../batch/shard.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import { changedPaths } from './changed-paths.ts';
import type { CommandContext } from './command.ts';

/** Narrows labs down by track, by what changed, and to a shard. */
export async function selectLabs(
  labs: readonly Lab[],
  options: { track?: string; changedSince?: string; shard?: string; labs?: string[] },
  context: Pick<CommandContext, 'run' | 'home' | 'signal'>,
): Promise<Lab[]> {
  let chosen = [...labs];
  if (options.track) {
    chosen = chosen.filter((lab) => lab.track === options.track);
    if (chosen.length === 0) throw new LabError('usage', `there is no track "${options.track}"`, { hint: 'List them: kubedrill list' });
  }
  if (options.changedSince !== undefined)
    chosen = changedLabs(chosen, (await changedPaths(options.changedSince, options.labs, context)).join('\n'));
  if (options.shard !== undefined) {
    const shard = parseShard(options.shard);
    if (!shard) throw new LabError('usage', `--shard takes i/n such as 2/3, not "${options.shard}"`);
    chosen = shardOf(chosen, shard.index, shard.of);
  }
  return chosen;
}
