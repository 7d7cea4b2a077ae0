import { takeClusterDown } from '../../cluster/lifecycle.ts';
import { providerNamed } from '../../cluster/providers.ts';
import { readRecord } from '../../cluster/records.ts';
import { ask } from '../ask.ts';
import type { CommandModule } from '../command.ts';
import { sayProgress } from '../progress.ts';

/** Takes the cluster away. */
export const command: CommandModule = {
  name: 'down',
  summary: 'take the cluster away',
  group: 'cluster',
  example: 'kubedrill down --yes',
  build: (command) =>
    void command
      .option('--name <cluster>', 'name of the cluster', 'kubedrill')
      .option('--yes', 'do not ask')
      .option('--json', 'the result as JSON'),
  async run(_, options, context) {
    const { name, yes, json } = options as { name: string; yes?: boolean; json?: boolean };
    const provider = providerNamed(readRecord(context.paths, name)?.provider ?? 'kind', context);
    const asks = context.stdin.isTTY && !yes;
    if (asks && !(await ask(context, `Take the cluster "${name}" away, with everything in it?`))) return 0;
    const outcome = await takeClusterDown(name, provider, context, sayProgress(context));
    if (json) context.json({ cluster: name, outcome });
    else context.print(outcome === 'deleted' ? `The cluster "${name}" is gone.` : `There is no cluster "${name}".`);
    return 0;
  },
};
