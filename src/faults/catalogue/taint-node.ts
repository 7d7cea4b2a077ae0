import { z } from 'zod';
import { LabError } from '../../lab-error.ts';
import { defineFault } from '../fault.ts';
import { getObject, revise } from '../objects.ts';
import { found, refused, workerNamed } from '../parameters.ts';

type Taint = { key: string; value?: string; effect: string };

const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect && (a.value ?? '') === (b.value ?? '');
const text = ({ key, value, effect }: Taint) => `${key}${value ? `=${value}` : ''}:${effect}`;

export default defineFault({
  id: 'taint-node',
  title: 'Taint a worker',
  what: 'Adds a taint to a worker: Pods that do not tolerate it are kept away (NoSchedule), or also driven off (NoExecute).',
  why: 'Taints belong to nodes and keep Pods away; tolerations belong to Pods and only allow.',
  look: 'kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints',
  scope: 'cluster',
  params: z.strictObject({
    node: z.string().min(1).describe('A worker.'),
    key: z
      .string()
      .regex(/^[\w./-]+$/)
      .refine((key) => !/(^|\.)kubernetes\.io\//.test(key), 'a key that Kubernetes does not own')
      .default('kubedrill.io/fault')
      .describe('Key of the taint.'),
    value: z.string().default('').describe('Value of the taint.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .default('NoSchedule')
      .describe('What it does to Pods that do not tolerate it.'),
  }),
  seconds: { effect: 1, effectBound: 30, recovery: 1, recoveryBound: 30 },

  async plan(context, { key, value, effect, ...params }) {
    const name = workerNamed(context, params.node);
    const node = found(await getObject(context, { kind: 'Node', name }), `Node ${name}`, 'kubectl get nodes');
    const taint: Taint = { key, ...(value ? { value } : {}), effect };
    const before = (node.spec?.taints ?? []).find((one: Taint) => one.key === key && one.effect === effect);
    if (before) throw refused(`Node ${name} has the taint ${text(before)} already`);
    return { record: { node: name, uid: node.metadata.uid ?? '', taint }, steps: [`kubectl taint node ${name} ${text(taint)}`] };
  },

  async inject(context, { node: name, taint }) {
    const outcome = await revise(context, { kind: 'Node', name }, (node) => {
      const taints: Taint[] = node.spec?.taints ?? [];
      return taints.some((one) => same(one, taint)) ? undefined : { spec: { taints: [...taints, taint] } };
    });
    if (outcome === 'absent') throw new LabError('fault-failed', `Node ${name} is gone`);
  },

  async effect(context, { node: name, taint }) {
    const node = await getObject(context, { kind: 'Node', name });
    const has = (node?.spec?.taints ?? []).some((one: Taint) => same(one, taint));
    return { done: has, seen: `Node ${name} ${has ? 'has' : 'does not have'} the taint ${text(taint)}` };
  },

  async undo(context, { node: name, uid, taint }) {
    await revise(context, { kind: 'Node', name }, (node) => {
      const taints: Taint[] = node.spec?.taints ?? [];
      const ours = node.metadata.uid === uid && taints.some((one) => same(one, taint));
      return ours ? { spec: { taints: taints.filter((one) => !same(one, taint)) } } : undefined;
    });
  },

  async recovered(context, { node: name, taint }) {
    const node = await getObject(context, { kind: 'Node', name });
    const has = (node?.spec?.taints ?? []).some((one: Taint) => same(one, taint));
    return { done: !has, seen: `Node ${name} ${has ? 'still has' : 'does not have'} the taint ${text(taint)}` };
  },

  inForce: ({ node, taint }) => `${node} has the taint ${text(taint)}`,
  touches: ({ node }) => [`Node ${node} spec.taints`],
  mend: ({ node, taint }) => `kubectl taint node ${node} ${taint.key}:${taint.effect}-`,
});
