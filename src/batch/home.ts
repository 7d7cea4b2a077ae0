import { type OpenContext, openOwnedCluster } from '../cluster/open.ts';
import { makeProbes } from '../kube/probes.ts';
import type { HomeCluster } from './sources.ts';

/** The owned cluster, opened when somebody first asks for it, once. */
export function openHome(context: OpenContext, name: string | undefined): { open(): Promise<HomeCluster>; close(): Promise<void> } {
  let opening: Promise<{ home: HomeCluster; close(): Promise<void> }> | undefined;
  const open = async () => {
    const cluster = await openOwnedCluster(context, name);
    const { api, facts, nodes } = cluster;
    const { clock } = context;
    const nodeExec = (node: string, command: readonly string[]) => nodes.exec(node, command, { timeoutMs: 10_000 });
    const home: HomeCluster = {
      key: `home ${cluster.id}`,
      api,
      facts,
      probes: (namespace, signal) => makeProbes({ api, namespace, nodeExec, clock, signal, facts }),
    };
    return { home, close: () => cluster.close() };
  };
  return {
    async open() {
      opening ??= open();
      return (await opening).home;
    },
    async close() {
      const [opened] = await Promise.allSettled([opening]);
      if (opened?.status === 'fulfilled') await opened.value?.close();
    },
  };
}
