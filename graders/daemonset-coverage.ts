import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { hasLabels } from '../src/grading/labels.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { podsOfOwner } from '../src/grading/ownership.ts';
import { podReady } from '../src/grading/pods.ts';
import { labelsParam, namespaceParam } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, labelWords, listing } from '../src/grading/words.ts';
import { availability } from '../src/grading/workloads.ts';

/** A DaemonSet has a ready Pod on each of the nodes that are meant, and on no other. @see apps/v1 DaemonSetStatus */
export default defineGrader({
  id: 'daemonset-coverage',
  says: 'A DaemonSet runs one ready Pod of its current template on every node that is meant, and nowhere else.',
  params: z.strictObject({
    name: z.string().min(1),
    nodes: z
      .union([z.enum(['all', 'workers']), z.strictObject({ labels: labelsParam })])
      .default('all')
      .describe('Every node of the cluster, its workers, or those with labels.'),
    count: z.number().int().min(1).optional().describe('There are exactly so many such nodes.'),
    namespace: namespaceParam,
  }),
  reads: ({ namespace }) => [...(['DaemonSet', 'Pod'] as const).map((kind) => (namespace ? { kind, namespace } : kind)), 'Node' as const],
  looks: 'state',
  example: '{grader: daemonset-coverage, with: {name: disk-watch, nodes: {labels: {disk: ssd}}, count: 1}}',
  grade({ mirror, params, cluster }) {
    const { name, nodes, namespace } = params;
    const set = mirror.get('DaemonSet', name, namespace);
    if (!set) return notThere('DaemonSet', name, namespace);
    const workers = nodes === 'workers' ? cluster().workers : [];
    const meant = mirror
      .list('Node')
      .filter((node) =>
        nodes === 'all' ? true : nodes === 'workers' ? workers.includes(node.metadata.name) : hasLabels(node, nodes.labels),
      )
      .map((node) => node.metadata.name)
      .sort();
    const which = typeof nodes === 'string' ? (nodes === 'all' ? 'node' : 'worker') : `node with ${labelWords(nodes.labels)}`;
    const nodesLook = kubectl(['get', 'nodes', ...(typeof nodes === 'string' ? [] : ['-l', labelWords(nodes.labels)])]);
    if (meant.length === 0 || (params.count !== undefined && meant.length !== params.count)) {
      return fail({
        observed: listing(meant),
        expected: params.count === undefined ? `at least 1 ${which}` : `exactly ${params.count} ${which}`,
        field: 'nodes',
        look: nodesLook,
      });
    }
    const pods = podsOfOwner(mirror, set, 'DaemonSet');
    const look = kubectl(['get', 'pods', '-o', 'wide'], namespace);
    const on = (node: string) => pods.filter((pod) => nodeOf(pod) === node);
    const bare = meant.filter((node) => on(node).length === 0);
    const desired: number = set.status?.desiredNumberScheduled ?? 0;
    const seenAll = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
    if (bare.length > 0) {
      const coming = !seenAll || desired >= meant.length;
      const seen = {
        observed: `no Pod on ${listing(bare)}`,
        expected: `one on each of ${count(meant.length, which, which.replace(/^(node|worker)/, '$1s'))}`,
        field: `DaemonSet ${name}`,
        look,
      };
      return coming ? waiting(seen) : fail(seen);
    }
    const outside = [...new Set(pods.map(nodeOf))].filter((node): node is string => node !== undefined && !meant.includes(node));
    if (outside.length > 0)
      return fail({ observed: `also on ${listing(outside)}`, expected: `only on ${listing(meant)}`, field: `DaemonSet ${name}`, look });
    const available = availability('DaemonSet', set, pods, namespace);
    if (available.verdict !== 'pass') return available;
    const unready = meant.filter((node) => !on(node).some(podReady));
    if (unready.length > 0)
      return waiting({ observed: `not ready on ${listing(unready)}`, expected: 'a ready Pod on each', field: `DaemonSet ${name}`, look });
    return pass(`DaemonSet ${name}: a ready Pod on ${listing(meant)}`);
  },
});

const nodeOf = (pod: KubeObject): string | undefined => pod.spec?.nodeName;
