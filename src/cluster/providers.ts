import { LabError } from '../lab-error.ts';
import { type BootstrapPorts, kubectlIfReady, type prepare, toolsIfReady } from './bootstrap/prepare.ts';
import { kindProvider } from './kind/kind-provider.ts';
import { minikubeProvider } from './minikube/minikube-provider.ts';
import type { Provider } from './provider.ts';
import { kubeconfigOf } from './records.ts';

/** The provider of that name; what it needs of the machine is looked for when it is first used. */
export function providerNamed(id: Provider['id'], ports: BootstrapPorts & { signal: AbortSignal }): Provider {
  switch (id) {
    case 'kind': {
      let tools: ReturnType<typeof prepare> | undefined;
      return kindProvider({
        run: ports.run,
        tools: () => {
          tools ??= toolsIfReady(ports).then((found) => {
            if (found) return found;
            throw new LabError('missing-program', 'kind, kubectl or the node image are not there', { hint: 'Bring them: kubedrill up' });
          });
          return tools;
        },
      });
    }
    case 'minikube':
      return minikubeProvider({
        run: ports.run,
        env: ports.env,
        kubeconfigOf: (profile) => kubeconfigOf(ports.paths, profile),
        kubectl: async () => (await kubectlIfReady(ports)) ?? 'kubectl',
      });
    default:
      throw new LabError('not-possible-here', `the provider ${id} is not there`, { hint: 'Use kind: kubedrill up' });
  }
}
