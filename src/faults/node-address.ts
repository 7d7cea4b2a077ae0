import type { FaultContext } from './fault.ts';
import { tryOnNode } from './node-acts.ts';

/** Asks the kernel which way it would send something; nothing is sent. See {@link addressIn}. */
export const asksRoute = ['ip', '-4', 'route', 'get', '192.0.2.1'];

export const addressIn = (route: string): string | undefined => /\bsrc (\d+\.\d+\.\d+\.\d+)\b/.exec(route)?.[1];

/** The address that a node has now: the source of its packets. An engine may give another one each time that it starts a node. */
export async function addressOf(context: FaultContext, node: string): Promise<string | undefined> {
  return addressIn((await tryOnNode(context, node, asksRoute)).stdout);
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
