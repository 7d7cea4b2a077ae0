import type { KubeApi } from '../../kube/api.ts';
import { connect } from '../../kube/connect.ts';
import { LabError } from '../../lab-error.ts';
import type { HomeCluster } from '../sources.ts';

export interface JobCluster {
  api: KubeApi;
  /** It is the cluster that kubedrill made: learners without a kubeconfig have their work there. */
  owned: boolean;
  close(): Promise<void>;
}

/**
 * Opens the cluster that a Job is to run on. Without a kubeconfig it is kubedrill's own, checked to be so; with one it is whatever the person
 * who asks points at: their own file, which is used as it is, and a namespace of its own is all that is made there.
 */
export async function openJobCluster(options: {
  context: string;
  kubeconfig: string | undefined;
  home(): Promise<HomeCluster>;
  name: string | undefined;
}): Promise<JobCluster> {
  const { context, kubeconfig, name = 'kubedrill' } = options;
  if (kubeconfig !== undefined) {
    const api = await connect(kubeconfig, { context });
    return { api, owned: false, close: () => api.close() };
  }
  if (![name, `kind-${name}`].includes(context)) {
    throw new LabError('usage', `the context "${context}" is not that of kubedrill's own cluster (kind-${name})`, {
      hint: 'Name the kubeconfig that it is in: --kubeconfig <file>',
    });
  }
  const { api } = await options.home();
  // the one who opened it closes it
  return { api, owned: true, close: async () => undefined };
}
