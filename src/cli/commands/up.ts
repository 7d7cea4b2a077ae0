import { bringUp } from '../cluster-handle.ts';
import type { CommandModule } from '../command.ts';
import { sayProgress } from '../progress.ts';

interface UpOptions {
  name: string;
  workers: string;
  yes?: boolean;
  json?: boolean;
}

/** Makes the cluster and whatever it needs, or starts it again. */
export const command: CommandModule = {
  name: 'up',
  summary: 'make the cluster (and what it needs), or start it again',
  group: 'cluster',
  example: 'kubedrill up --workers 2 --yes',
  build: (command) =>
    void command
      .option('--name <cluster>', 'name of the cluster', 'kubedrill')
      .option('--workers <n>', 'worker nodes', '2')
      .option('--provider <provider>', 'kind', 'kind')
      .option('--yes', 'do not ask before what is missing is installed')
      .option('--json', 'the result as JSON'),
  async run(_, options, context) {
    const { name, workers, yes, json } = options as unknown as UpOptions;
    const outcome = await bringUp(context, name, sayProgress(context), context.signal, { yes: yes ?? false, workers: Number(workers) });
    if (json) context.json({ cluster: name, outcome });
    else context.print(outcome === 'already-there' ? `The cluster "${name}" is there and well.` : `The cluster "${name}" is ${outcome}.`);
    return 0;
  },
};
