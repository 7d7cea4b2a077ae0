import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { gradeUrls, httpShape } from '../src/grading/http-check.ts';
import { CannotSee } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import { addressesOf, nodeAddresses } from '../src/grading/service-address.ts';
import { namespaceParam } from '../src/grading/target.ts';
import { kubectl } from '../src/grading/words.ts';

/** For so long after a Service was made, kube-proxy may not have it on every node yet. */
const kubeProxyMs = 3000;

/** A Service answers over HTTP, asked from inside the cluster through kube-proxy. */
export default defineGrader({
  id: 'http-through-service',
  says: 'A Service answers over HTTP as it must, through its name, its cluster IP or its node port on every node.',
  params: z.strictObject({
    service: z.string().min(1),
    port: z
      .union([z.number().int().min(1), z.string().min(1)])
      .optional()
      .describe("Number or name of the Service's port. Default: its first."),
    through: z
      .enum(['name', 'cluster-ip', 'node-port'])
      .default('name')
      .describe('`node-port` asks every Ready node, unless `nodes` says otherwise.'),
    nodes: z.enum(['each', 'one']).default('each').describe('With `node-port`: every Ready node, or only the first.'),
    host: z.string().min(1).optional().describe('Host header.'),
    ...httpShape,
    namespace: namespaceParam,
  }),
  reads: ({ namespace, through }) => [
    namespace ? { kind: 'Service' as const, namespace } : 'Service',
    ...(through === 'node-port' ? (['Node'] as const) : []),
  ],
  looks: 'behaviour',
  example: '{grader: http-through-service, with: {service: web, port: 80, body: "Welcome to nginx", count: 5}}',
  async grade({ mirror, params, probes, cluster, now }) {
    const { service: name, namespace, through } = params;
    const service = mirror.get('Service', name, namespace);
    if (!service) return notThere('Service', name, namespace);
    const nodes = (): [string, string][] => {
      const all = nodeAddresses(mirror, cluster());
      if (all.length === 0) throw new CannotSee('no node is Ready');
      return params.nodes === 'one' ? all.slice(0, 1) : all;
    };
    const found = addressesOf(service, through, { port: params.port, namespace, nodes });
    if ('missing' in found) return found.missing;
    const look = kubectl(['describe', 'service', name], namespace);
    const verdict = await gradeUrls(
      probes,
      found.urls.map((url) => `${url}${params.path}`),
      params,
      { look, host: params.host },
    );
    const age = now - Date.parse(service.metadata.creationTimestamp ?? '');
    return verdict.verdict === 'fail' && age >= 0 && age < kubeProxyMs ? { ...verdict, verdict: 'waiting' } : verdict;
  },
});
