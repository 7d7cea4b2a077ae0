import type { ClusterFacts } from '../grading/cluster-facts.ts';
import { CannotSee } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import type { KubeApi } from '../kube/api.ts';
import { ownNamespace } from '../kube/own-namespace.ts';
import { pathOf } from '../kube/path.ts';
import { makeProbes } from '../kube/probes.ts';
import type { Clock } from '../system/clock.ts';

const never = (reason: string) => (): never => {
  throw new CannotSee(reason);
};

export interface LiveProbesOptions {
  api: KubeApi;
  clock: Clock;
  /** A probe Pod may be made in this cluster, in a namespace of its own. */
  mayMakePod: boolean;
}

/** Probes of a cluster that somebody else made: nothing is asked of its nodes, and nothing is made in it without leave. */
export const liveProbes =
  ({ api, clock, mayMakePod }: LiveProbesOptions) =>
  (namespace: string, facts: ClusterFacts | undefined, signal: AbortSignal): Probes => {
    const asked = never("it asks the node machine itself, which is out of reach in a learner's cluster");
    const made = makeProbes({ api, namespace, clock, signal, nodeExec: asked, ...(facts ? { facts } : {}) });
    const { ensureProbe: _, ...probes } = made;
    const withoutNodes: Probes = { ...probes, node: asked };
    if (mayMakePod) return withoutNodes;
    // one that is there already may be asked: a learner's own kubedrill made it
    let there: Promise<boolean> | undefined;
    const ifThere =
      <Q, A>(ask: (question: Q) => Promise<A>) =>
      async (question: Q): Promise<A> => {
        there ??= probeIsThere(api, signal);
        if (await there) return ask(question);
        throw new CannotSee("it needs a probe Pod in the learner's cluster; allow it with --probe");
      };
    const canary = never("it would make a Pod in the learner's cluster; allow it with --probe");
    return { ...withoutNodes, http: ifThere(probes.http), dns: ifThere(probes.dns), canary };
  };

async function probeIsThere(api: KubeApi, signal: AbortSignal): Promise<boolean> {
  const pod = await api.request('GET', pathOf('Pod', ownNamespace, 'probe'), { signal });
  if (pod.ok) return pod.body.status?.phase === 'Running' && pod.body.metadata.deletionTimestamp === undefined;
  // not allowed to look at it is not the same as not there: it may still be asked
  return pod.reason === 'Forbidden';
}
