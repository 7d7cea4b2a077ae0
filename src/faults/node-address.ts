import type { FaultContext } from './fault.ts';
import { tryOnNode } from './node-acts.ts';

/** The address that a node has now: the source of its packets. An engine may give another one each time that it starts a node. */
export async function addressOf(context: FaultContext, node: string): Promise<string | undefined> {
  // nothing is sent: the kernel is only asked which way it would go
  const route = await tryOnNode(context, node, ['ip', '-4', 'route', 'get', '192.0.2.1']);
  return /\bsrc (\d+\.\d+\.\d+\.\d+)\b/.exec(route.stdout)?.[1];
}

/** Where kubeadm writes the node's address into a manifest. */
const advertised = /kubeadm\.kubernetes\.io\/[\w.-]*advertise-(?:address\.endpoint|client-urls): (?:https:\/\/)?(\d+\.\d+\.\d+\.\d+):/;

/**
 * A static Pod manifest for the address that its node has now. The node mends those that are at home when it starts;
 * one that was kept elsewhere at that moment still has the address of before.
 */
export function readdressed(manifest: string, address: string | undefined): string {
  const before = advertised.exec(manifest)?.[1];
  if (before === undefined || address === undefined || before === address) return manifest;
  return manifest.replaceAll(new RegExp(`(?<![\\d.])${before.replaceAll('.', '\\.')}(?![\\d.])`, 'g'), address);
}
