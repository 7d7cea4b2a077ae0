import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { askAnswers, hostInUrl, httpShape, judgeAnswers } from '../src/grading/http-check.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import { podReady } from '../src/grading/pods.ts';
import { nodeAddresses, portOf } from '../src/grading/service-address.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, ownPodsShape, podsOfTarget, readsOfTarget } from '../src/grading/target.ts';
import { fail, pass } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

/** Which nodes answer on a node port: every one, or with policy Local only those with a ready Pod. @see v1 ServiceSpec.externalTrafficPolicy */
export default defineGrader({
  id: 'node-port-everywhere',
  says: 'A node port answers on every Ready node (policy Cluster), or on exactly those that run a ready Pod (policy Local).',
  params: z
    .strictObject({
      service: z.string().min(1),
      ...ownPodsShape,
      port: z.union([z.number().int().min(1), z.string().min(1)]).optional(),
      policy: z.enum(['Cluster', 'Local']).default('Cluster').describe('`externalTrafficPolicy`, which the Service must have.'),
      type: z.enum(['NodePort', 'LoadBalancer']).optional(),
      path: httpShape.path,
      status: httpShape.status,
      body: httpShape.body,
    })
    .refine(oneTarget, oneTargetMessage),
  reads: (params) => ['Service', 'Node', ...readsOfTarget(params)],
  looks: 'behaviour',
  example: '{grader: node-port-everywhere, with: {service: solo-node, of: {kind: Deployment, name: solo}, policy: Local}}',
  async grade({ mirror, params, probes, cluster }) {
    const { service: name, policy } = params;
    const service = mirror.get('Service', name);
    if (!service) return notThere('Service', name);
    const look = kubectl(['describe', 'service', name]);
    const type: string = service.spec?.type ?? 'ClusterIP';
    if (params.type !== undefined && type !== params.type)
      return fail({ observed: type, expected: params.type, field: `Service ${name} spec.type`, look });
    const port = portOf(service, params.port);
    if (!port?.nodePort)
      return fail({ observed: `type ${type}`, expected: 'a node port', field: `Service ${name} spec.ports nodePort`, look });
    const own: string = service.spec?.externalTrafficPolicy ?? 'Cluster';
    if (own !== policy) return fail({ observed: own, expected: policy, field: `Service ${name} spec.externalTrafficPolicy`, look });
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const homes = new Set(found.pods.filter(podReady).map((pod) => String(pod.spec?.nodeName)));
    if (homes.size === 0)
      return fail({
        observed: 'no ready Pod',
        expected: `ready Pods of ${nameOfTarget(params)}`,
        look: kubectl(['get', 'pods', '-o', 'wide']),
      });
    const nodes = nodeAddresses(mirror, cluster());
    if (nodes.length === 0) throw new CannotSee('no node is Ready');
    const expected = { path: params.path, count: 1, status: params.status, body: params.body, timeoutMs: 2000 };
    // for what a node sends to its own port kube-proxy passes over the policy, so the node of the probe Pod tells nothing about it
    const { controlPlane: probeNode } = cluster();
    const wrong: string[] = [];
    for (const [node, address] of nodes) {
      const must = policy === 'Cluster' || homes.has(node);
      if (!must && node === probeNode) continue;
      const url = `http://${hostInUrl(address)}:${port.nodePort}${params.path}`;
      const verdict = judgeAnswers(await askAnswers(probes, url, expected), expected, { url, look });
      if (must && verdict.verdict === 'fail') wrong.push(`${node}: ${verdict.observed}`);
      if (!must && verdict.verdict === 'pass') wrong.push(`${node} answers without a Pod`);
    }
    const answering = policy === 'Cluster' ? nodes.map(([node]) => node) : nodes.map(([node]) => node).filter((node) => homes.has(node));
    if (wrong.length > 0)
      return fail({
        observed: listing(wrong),
        expected: `exactly ${listing(answering)} answer`,
        field: `node port ${port.nodePort}`,
        look,
      });
    return pass(`node port ${port.nodePort}: ${listing(answering)} of ${nodes.length} Ready nodes answer`);
  },
});
