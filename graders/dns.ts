import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import type { MirrorView, Read } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import { podReady } from '../src/grading/pods.ts';
import type { DnsAnswer } from '../src/grading/probes.ts';
import { mustSee } from '../src/grading/see.ts';
import { labelsParam, podsOfTarget, readsOfTarget, type Target, workloadParam } from '../src/grading/target.ts';
import { type Fail, fail, pass } from '../src/grading/verdict.ts';
import { kubectl, listing } from '../src/grading/words.ts';

const shape = z
  .strictObject({
    name: z.string().min(1).describe('Resolved as a Pod of the drill would, by its search path, unless it ends with a dot.'),
    addressOf: z.string().min(1).optional().describe('The answer is the cluster IP of this Service.'),
    podIpOf: z.string().min(1).optional().describe('The answer is the IP of this Pod.'),
    podIpsOf: z
      .union([z.strictObject({ of: workloadParam }), z.strictObject({ labels: labelsParam })])
      .optional()
      .describe('The answers are the IPs of exactly these ready Pods.'),
    cname: z.string().min(1).optional().describe('The name is an alias of this one.'),
    missing: z.boolean().optional().describe('There is no such name.'),
  })
  .refine(
    (params) =>
      [params.addressOf, params.podIpOf, params.podIpsOf, params.cname, params.missing].filter((one) => one !== undefined).length === 1,
    'exactly one of `addressOf`, `podIpOf`, `podIpsOf`, `cname` and `missing` says what the answer is',
  );

/** A name resolves inside the cluster as it must. @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
export default defineGrader({
  id: 'dns',
  says: "The cluster's DNS gives the answer that it must for a name: a Service's IP, Pods' IPs, an alias, or none.",
  params: shape,
  reads: ({ addressOf, podIpOf, podIpsOf }): Read[] => [
    ...(addressOf ? (['Service'] as const) : []),
    ...(podIpOf ? (['Pod'] as const) : []),
    ...(podIpsOf ? readsOfTarget(podIpsOf as Target) : []),
  ],
  looks: 'behaviour',
  example: '{grader: dns, with: {name: counter-0.counter-app, podIpOf: counter-0}}',
  async grade({ mirror, params, probes }) {
    const { name } = params;
    const field = `DNS ${name}`;
    const look = kubectl(['get', 'service,endpointslices']);
    const wanted = addressesOf(mirror, params);
    if (wanted && 'missing' in wanted) return wanted.missing;
    const answer = mustSee(await probes.dns({ name }));
    const observed = describe(answer);
    if (params.missing !== undefined) {
      const none = answer.rcode === 'NXDOMAIN';
      return none === params.missing
        ? pass(`${name}: ${observed}`)
        : fail({ observed, expected: params.missing ? 'NXDOMAIN' : 'an answer', field, look });
    }
    if (params.cname !== undefined) {
      const bare = (text: string | undefined): string => (text ?? '').replace(/\.$/, '');
      if (bare(answer.cname) === bare(params.cname)) return pass(`${name} is an alias of ${params.cname}`);
      return fail({
        observed: answer.cname ? `an alias of ${answer.cname}` : observed,
        expected: `an alias of ${params.cname}`,
        field,
        look,
      });
    }
    const expected = wanted?.addresses ?? [];
    const same = expected.length > 0 && answer.answers.length === expected.length && expected.every((one) => answer.answers.includes(one));
    return same ? pass(`${name} is ${listing(expected)}`) : fail({ observed, expected: listing(expected), field, look });
  },
});

const describe = (answer: DnsAnswer): string =>
  answer.rcode !== 'NOERROR' ? answer.rcode : answer.answers.length === 0 ? 'no address' : listing([...answer.answers].sort());

/** The addresses that the name must have, or why there can be none. */
function addressesOf(mirror: MirrorView, params: z.output<typeof shape>): { addresses: string[] } | { missing: Fail } | undefined {
  const { addressOf, podIpOf, podIpsOf } = params;
  if (addressOf !== undefined) {
    const service = mirror.get('Service', addressOf);
    if (!service) return { missing: notThere('Service', addressOf) };
    const ips: string[] = service.spec?.clusterIPs ?? (service.spec?.clusterIP ? [service.spec.clusterIP] : []);
    if (ips.length === 0 || ips.includes('None')) {
      return {
        missing: fail({
          observed: ips[0] ?? 'nothing',
          expected: 'a cluster IP',
          field: `Service ${addressOf} spec.clusterIP`,
          look: kubectl(['get', 'service', addressOf]),
        }),
      };
    }
    return { addresses: ips.filter((ip) => !ip.includes(':') || ips.length === 1) };
  }
  const target: Target | undefined = podIpOf === undefined ? (podIpsOf as Target | undefined) : { pod: podIpOf };
  if (!target) return undefined;
  const found = podsOfTarget(mirror, target);
  if ('missing' in found) return found;
  const ready = podIpOf === undefined ? found.pods.filter(podReady) : found.pods;
  const addresses = ready.flatMap((pod) => (pod.status?.podIP ? [String(pod.status.podIP)] : [])).sort();
  if (addresses.length > 0) return { addresses };
  return { missing: fail({ observed: 'no Pod with an IP', expected: 'ready Pods', look: kubectl(['get', 'pods', '-o', 'wide']) }) };
}
