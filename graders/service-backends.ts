import { z } from 'zod';
import { backendsOf } from '../src/grading/backends.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { hasLabels } from '../src/grading/labels.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { podReady, worstOf } from '../src/grading/pods.ts';
import { nameOfTarget, oneTarget, oneTargetMessage, podsOfTarget, readsOfTarget, type Target, targetShape } from '../src/grading/target.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { count, kubectl, labelWords, listing } from '../src/grading/words.ts';

const { namespace: namespaceParam, ...podsShape } = targetShape;
const shape = z
  .strictObject({
    service: z.string().min(1),
    equalsPodsOf: z.record(z.string(), z.string()).optional().describe('Short for `labels`.'),
    ...podsShape,
    count: z.number().int().min(0).optional().describe('How many ready backends there are.'),
    port: z.number().int().min(1).max(65535).optional().describe('The port that the backends are reached on.'),
    servicePort: z.number().int().min(1).max(65535).optional().describe('A port of the Service itself.'),
    namespace: namespaceParam,
  })
  .refine((params) => oneTarget(targetOf(params)), oneTargetMessage);

type Params = { equalsPodsOf?: Record<string, string> } & Target;
const targetOf = (params: Params): Target => ({
  of: params.of,
  pod: params.pod,
  labels: params.labels ?? params.equalsPodsOf,
  namespace: params.namespace,
});

/** A Service's backends are exactly the ready Pods that are meant, by its selector. @see discovery.k8s.io/v1 EndpointSlice */
export default defineGrader({
  id: 'service-backends',
  says: "A Service's selector gives it exactly the ready Pods that are meant as backends; EndpointSlices made by hand do not count.",
  params: shape,
  reads: (params) => [
    ...(['Service', 'EndpointSlice'] as const).map((kind) => (params.namespace ? { kind, namespace: params.namespace } : kind)),
    ...readsOfTarget(targetOf(params)),
  ],
  looks: 'state',
  example: '{grader: service-backends, with: {service: web, of: {kind: Deployment, name: web}, count: 3, port: 80}}',
  grade({ mirror, params }) {
    const { service: name, namespace } = params;
    const target = targetOf(params);
    const slicesLook = kubectl(['get', 'endpointslices', '-l', `kubernetes.io/service-name=${name}`], namespace);
    const serviceLook = kubectl(['describe', 'service', name], namespace);
    const service = mirror.get('Service', name, namespace);
    if (!service) return notThere('Service', name, namespace);
    if (service.metadata.deletionTimestamp)
      return fail({ observed: `Service ${name} is being deleted`, expected: 'it stays', look: serviceLook });
    if (service.spec?.type === 'ExternalName') {
      return fail({ observed: 'ExternalName', expected: 'a type with backends', field: `Service ${name} spec.type`, look: serviceLook });
    }
    const selector: Record<string, string> = service.spec?.selector ?? {};
    const selectorField = `Service ${name} spec.selector`;
    if (Object.keys(selector).length === 0)
      return fail({
        observed: 'no selector',
        expected: `one that matches ${nameOfTarget(target)}`,
        field: selectorField,
        look: serviceLook,
      });

    const { backends, ports, byHand } = backendsOf(mirror, service);
    if (byHand.length > 0) {
      return fail({
        observed: `EndpointSlice ${listing(byHand)} made by hand`,
        expected: 'only those that the EndpointSlice controller makes from the selector',
        look: slicesLook,
      });
    }
    const found = podsOfTarget(mirror, target);
    if ('missing' in found && params.count !== 0) return found.missing;
    const meant = 'missing' in found ? [] : found.pods;
    const unselected = meant.filter((pod) => !hasLabels(pod, selector));
    if (unselected.length > 0) {
      return fail({
        observed: `${labelWords(selector)}: not on ${listing(unselected.map((pod) => pod.metadata.name))}`,
        expected: `it matches every Pod of ${nameOfTarget(target)}`,
        field: selectorField,
        look: kubectl(['get', 'pods', '--show-labels'], namespace),
      });
    }
    const serving = backends.filter((backend) => backend.ready);
    const extra = serving.filter((backend) => !meant.some((pod) => isPod(backend, pod)));
    if (extra.length > 0) {
      const living = extra.filter((backend) => backend.pod && isAlive(mirror.get('Pod', backend.pod, namespace)));
      const seen = {
        observed: `also ${listing(extra.map((backend) => backend.pod ?? backend.address))}`,
        expected: `only the Pods of ${nameOfTarget(target)}`,
        field: `Service ${name} backends`,
        look: living.length > 0 ? kubectl(['get', 'pods', '-l', labelWords(selector), '-o', 'wide'], namespace) : slicesLook,
      };
      return living.length > 0 ? fail(seen) : waiting({ ...seen, observed: `${seen.observed}, which is gone` });
    }
    const ready = meant.filter(podReady);
    const absent = ready.filter((pod) => !serving.some((backend) => isPod(backend, pod)));
    if (absent.length > 0) {
      return waiting({
        observed: `${listing(absent.map((pod) => pod.metadata.name))} ${absent.length === 1 ? 'is' : 'are'} not among them yet`,
        expected: `every ready Pod of ${nameOfTarget(target)}`,
        field: `Service ${name} backends`,
        look: slicesLook,
      });
    }
    const expected = params.count === undefined ? 'at least 1 ready backend' : count(params.count, 'ready backend');
    if (params.count === undefined ? serving.length === 0 : serving.length !== params.count) {
      const trouble = worstOf(meant);
      const observed = `${serving.length}${trouble ? `; ${trouble.reason}` : ''}`;
      const seen = {
        observed,
        expected,
        field: `Service ${name} backends`,
        look: trouble ? kubectl(['describe', 'pod', trouble.pod], namespace) : slicesLook,
      };
      return trouble && !trouble.stuck ? waiting(seen) : fail(seen);
    }
    if (params.port !== undefined && serving.length > 0 && !ports.some((port) => port.port === params.port)) {
      return fail({
        observed: listing(ports.map((port) => `${port.port}`)),
        expected: `${params.port}`,
        field: `Service ${name} spec.ports targetPort`,
        look: slicesLook,
      });
    }
    const own: { port: number }[] = service.spec?.ports ?? [];
    if (params.servicePort !== undefined && !own.some((port) => port.port === params.servicePort)) {
      return fail({
        observed: listing(own.map((port) => `${port.port}`)),
        expected: `${params.servicePort}`,
        field: `Service ${name} spec.ports port`,
        look: serviceLook,
      });
    }
    return pass(
      `Service ${name}: ${count(serving.length, 'backend')} (${listing(serving.map((backend) => backend.pod ?? backend.address))})`,
    );
  },
});

const isPod = (backend: { uid: string | undefined; address: string }, pod: KubeObject): boolean =>
  backend.uid === undefined ? backend.address === pod.status?.podIP : backend.uid === pod.metadata.uid;

const isAlive = (pod: KubeObject | undefined): boolean => pod !== undefined && pod.metadata.deletionTimestamp === undefined;
