import { join } from 'node:path';
import type { DrillCluster } from '../drill/cluster.ts';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import { gatherFacts } from '../kube/cluster-facts.ts';
import { connect } from '../kube/connect.ts';
import { LabError } from '../lab-error.ts';
import { readIfThere, writeWhole } from '../system/files.ts';
import type { BootstrapPorts } from './bootstrap/prepare.ts';
import { nodeAccess } from './node-access.ts';
import { verifyOwnership } from './ownership.ts';
import type { Provider } from './provider.ts';
import { providerNamed } from './providers.ts';
import { type ClusterRecord, kubeconfigOf, readRecord } from './records.ts';

export type OpenContext = BootstrapPorts & { signal: AbortSignal };

/** A cluster of kubedrill's own, checked to be so, with everything that drills and faults need of it. */
export interface OwnedCluster extends DrillCluster {
  /** The ownership id. */
  id: string;
  provider: Provider;
  record: ClusterRecord;
  close(): Promise<void>;
}

export const defaultClusterName = 'kubedrill';

/**
 * Opens the cluster of this name, once it is proved that kubedrill made it; nothing is written.
 * While its API server is away it opens all the same, with the facts of the last time: faults are undone on the nodes.
 */
export async function openOwnedCluster(context: OpenContext, name = defaultClusterName): Promise<OwnedCluster> {
  const { paths, signal } = context;
  const record = readRecord(paths, name);
  const kubeconfig = kubeconfigOf(paths, name);
  if (!record || readIfThere(kubeconfig) === undefined)
    throw new LabError('no-cluster', `there is no cluster "${name}" of kubedrill's`, {
      hint: `Make it: kubedrill up${name === defaultClusterName ? '' : ` --name ${name}`}`,
    });
  if (record.state === 'creating')
    throw new LabError('no-cluster', `the cluster "${name}" was never finished`, {
      hint: `Make it anew: kubedrill up${name === defaultClusterName ? '' : ` --name ${name}`}`,
    });
  const provider = providerNamed(record.provider, context);
  const api = await connect(kubeconfig);
  try {
    const status = await provider.status(name, signal);
    if (status.state === 'absent')
      throw new LabError('no-cluster', `the cluster "${name}" is gone`, {
        hint: `Make it anew: kubedrill up${name === defaultClusterName ? '' : ` --name ${name}`}`,
      });
    if (status.state === 'stopped')
      throw new LabError('no-cluster', `the nodes of "${name}" are stopped`, {
        hint: `Start them: kubedrill up${name === defaultClusterName ? '' : ` --name ${name}`}`,
      });
    const owned = await verifyOwnership(record, { name, provider, kubeconfig, api, signal });
    const factsFile = join(paths.state, 'clusters', `${name}.facts`);
    const facts =
      owned.api === 'answers' ? await gatherFacts(api, await provider.facts(name, signal), { signal }) : lastFacts(factsFile, name);
    if (owned.api === 'answers') writeWhole(factsFile, `${JSON.stringify(facts)}\n`);
    return {
      name,
      id: owned.id,
      provider,
      record,
      api,
      facts,
      kubeconfig,
      kubectl: record.kubectl,
      nodes: nodeAccess(provider, name, signal),
      close: () => api.close(),
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

function lastFacts(file: string, name: string): ClusterFacts {
  const text = readIfThere(file);
  if (text) return JSON.parse(text) as ClusterFacts;
  throw new LabError('no-cluster', `the API server of "${name}" does not answer`, { hint: 'See why: kubedrill doctor' });
}
