import { LabError } from '../../lab-error.ts';
import { bringUp } from '../cluster-handle.ts';
import type { CommandModule } from '../command.ts';
import { sayProgress } from '../progress.ts';

interface UpOptions {
  name: string;
  workers: string;
  yes?: boolean;
  json?: boolean;
  provider: string;
  minikubeArg?: string[];
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
      .option('--provider <provider>', 'kind or minikube', 'kind')
      .option('--minikube-arg <arg...>', 'passed through to minikube start, e.g. --minikube-arg=--driver=kvm2')
      .option('--yes', 'do not ask before what is missing is installed')
      .option('--json', 'the result as JSON'),
  async run(_, options, context) {
    const { name, workers, yes, json, provider, minikubeArg } = options as unknown as UpOptions;
    if (provider !== 'kind' && provider !== 'minikube')
      throw new LabError('usage', `there is no provider "${provider}"`, { hint: 'It is kind or minikube' });
    if (minikubeArg && provider !== 'minikube') throw new LabError('usage', '--minikube-arg goes with --provider minikube');
    const outcome = await bringUp(context, name, sayProgress(context), context.signal, {
      yes: yes ?? false,
      workers: Number(workers),
      provider,
      providerArgs: minikubeArg,
    });
    if (json) context.json({ cluster: name, outcome });
    else context.print(outcome === 'already-there' ? `The cluster "${name}" is there and well.` : `The cluster "${name}" is ${outcome}.`);
    return 0;
  },
};
