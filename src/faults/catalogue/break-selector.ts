import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { getObject, mustRevise, type ObjectRef, revise, sameValue } from '../objects.ts';
import { found, labelSelector, labelsOf, objectName, refused, selectorOf } from '../parameters.ts';
import { readyAddresses } from '../pods.ts';

type Labels = Record<string, string>;
type Change = { namespace: string; service: string; uid: string; before: Labels; injected: Labels; addresses: number };

const refOf = ({ namespace, service }: Change): ObjectRef => ({ kind: 'Service', namespace, name: service });

/** A merge patch that leaves exactly `to`. */
const towards = (from: Labels, to: Labels) => ({
  spec: { selector: { ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to } },
});

export default defineFault({
  id: 'break-selector',
  title: 'Break the selector of a Service',
  what: 'Changes the selector of a Service so that it matches no Pod; the Service stays, its endpoints go.',
  why: 'A Service finds its Pods by labels and says nothing when it finds none.',
  look: 'kubectl get endpointslices',
  scope: 'namespace',
  params: z.strictObject({
    service: objectName.describe('Name of the Service.'),
    selector: labelSelector.optional().describe('The wrong selector; the present one with -old behind its first value if not given.'),
  }),
  seconds: { effect: 2, effectBound: 30, recovery: 2, recoveryBound: 30 },

  async plan(context, params) {
    const { namespace } = context;
    const look = `kubectl -n ${namespace} get services -o wide`;
    const service = found(
      await getObject(context, { kind: 'Service', namespace, name: params.service }),
      `Service ${namespace}/${params.service}`,
      look,
    );
    const before: Labels = service.spec?.selector ?? {};
    const [first] = Object.entries(before);
    if (!first) throw refused(`Service ${params.service} has no selector`, `Look: ${look}`);
    const injected = params.selector ? labelsOf(params.selector) : { ...before, [first[0]]: `${first[1].slice(0, 59)}-old` };
    if (sameValue(before, injected)) throw refused(`Service ${params.service} has the selector ${selectorOf(before)} already`);
    const addresses = await readyAddresses(context, namespace, params.service);
    const record: Change = { namespace, service: params.service, uid: service.metadata.uid ?? '', before, injected, addresses };
    return {
      record,
      steps: [`kubectl -n ${namespace} set selector service ${params.service} ${selectorOf(injected)} (now ${selectorOf(before)})`],
    };
  },

  async inject(context, record) {
    await mustRevise(context, refOf(record), (service) =>
      sameValue(service.spec?.selector, record.before) ? towards(record.before, record.injected) : undefined,
    );
  },

  async effect(context, { namespace, service }) {
    const addresses = await readyAddresses(context, namespace, service);
    return { done: addresses === 0, seen: `Service ${service} has ${addresses} ready addresses` };
  },

  async undo(context, record) {
    await revise(context, refOf(record), (service) =>
      service.metadata.uid === record.uid && sameValue(service.spec?.selector, record.injected)
        ? towards(record.injected, record.before)
        : undefined,
    );
  },

  async recovered(context, record) {
    const service = await getObject(context, refOf(record));
    if (!service) return { done: true, seen: `Service ${record.service} is gone` };
    if (service.metadata.uid !== record.uid) return { done: true, seen: `Service ${record.service} was made anew` };
    const now: Labels = service.spec?.selector ?? {};
    if (sameValue(now, record.injected)) return { done: false, seen: `Service ${record.service} still selects ${selectorOf(now)}` };
    return { done: true, seen: `Service ${record.service} selects ${selectorOf(now)}` };
  },

  inForce: ({ namespace, service, injected }) => `Service ${namespace}/${service} selects ${selectorOf(injected)}`,
  touches: ({ namespace, service }) => [`Service ${namespace}/${service} spec.selector`],
  mend: ({ namespace, service, before }) => `kubectl -n ${namespace} set selector service ${service} ${selectorOf(before)}`,
});
