import { LabError } from '../lab-error.ts';
import type { Look } from '../system/wait.ts';
import type { FaultContext } from './fault.ts';
import { getObject, revise } from './objects.ts';

const unschedulableTaint = 'node.kubernetes.io/unschedulable';

export async function cordon(context: FaultContext, name: string): Promise<void> {
  const outcome = await revise(context, { kind: 'Node', name }, (node) =>
    node.spec?.unschedulable ? undefined : { spec: { unschedulable: true } },
  );
  if (outcome === 'absent') throw new LabError('fault-failed', `Node ${name} is gone`);
}

/** Opens the Node that was cordoned; a Node that was made anew since never was. */
export async function uncordon(context: FaultContext, record: { node: string; uid: string }): Promise<void> {
  await revise(context, { kind: 'Node', name: record.node }, (node) =>
    node.spec?.unschedulable && node.metadata.uid === record.uid ? { spec: { unschedulable: null } } : undefined,
  );
}

/** Open for new Pods; the taint follows the field, by the controller manager. */
export async function isOpen(context: FaultContext, name: string): Promise<Look> {
  const node = await getObject(context, { kind: 'Node', name });
  if (!node) return { done: true, seen: `Node ${name} is gone` };
  if (node.spec?.unschedulable) return { done: false, seen: `Node ${name} is cordoned` };
  const tainted = (node.spec?.taints ?? []).some((taint: { key: string }) => taint.key === unschedulableTaint);
  return { done: !tainted, seen: tainted ? `Node ${name} is open, but still has the taint ${unschedulableTaint}` : `Node ${name} is open` };
}
