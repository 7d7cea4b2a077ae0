import type { Look } from '../system/wait.ts';
import { folderBeside } from './components.ts';
import type { FaultContext } from './fault.ts';
import { hashesIfAny, hashesOn, kubeletActive, nodeAnswers, onNode, readFileOn, sha256, writeFileOn } from './node-acts.ts';
import { addressOf, readdressed } from './node-address.ts';

/** What is noted of one node machine. */
export type KeptMachine = {
  node: string;
  kubelet: boolean;
  /** Static Pod manifests by file name. */
  manifests: { [file: string]: { sha256: string; text: string } };
};

export async function noteMachine(context: FaultContext, node: string): Promise<KeptMachine> {
  const { staticPodPath } = context.cluster;
  const files = [...(await hashesOn(context, node, staticPodPath)).keys()];
  const texts = await Promise.all(files.map((file) => readFileOn(context, node, `${staticPodPath}/${file}`)));
  const manifests = Object.fromEntries(
    files.map((file, index) => [file, { sha256: sha256(texts[index] ?? ''), text: texts[index] ?? '' }]),
  );
  return { node, kubelet: await kubeletActive(context, node), manifests };
}

/** A second copy beside the manifests on the node, for a person who mends by hand. */
export async function copyManifests(context: FaultContext, { node, manifests }: KeptMachine): Promise<void> {
  const kept = folderBeside(context, 'kubedrill-kept');
  if (Object.keys(manifests).length === 0) return;
  const there = await hashesIfAny(context, node, kept);
  for (const [file, { sha256: hash, text }] of Object.entries(manifests))
    if (there.get(file) !== hash) await writeFileOn(context, node, `${kept}/${file}`, text, kept);
}

/** The manifests as they were noted, for the address that the node has now. */
async function forAddress(context: FaultContext, { node, manifests }: KeptMachine): Promise<KeptMachine['manifests']> {
  const address = await addressOf(context, node);
  return Object.fromEntries(
    Object.entries(manifests).map(([file, kept]) => {
      const text = readdressed(kept.text, address);
      return [file, text === kept.text ? kept : { text, sha256: sha256(text) }];
    }),
  );
}

/** Brings a machine back to what was noted: unpaused, its manifests as they were and no others, its kubelet running. */
export async function restoreMachine(context: FaultContext, machine: KeptMachine): Promise<void> {
  const { node, kubelet, manifests } = machine;
  const { staticPodPath } = context.cluster;
  const aside = folderBeside(context, 'kubedrill-stopped');
  if (!(await nodeAnswers(context, node)).answers) await context.nodes.unpause(node, context.signal);
  const found = await hashesOn(context, node, staticPodPath);
  for (const [file, { sha256: hash, text }] of Object.entries(await forAddress(context, machine))) {
    if (found.get(file) !== hash) await writeFileOn(context, node, `${staticPodPath}/${file}`, text, aside);
  }
  for (const file of found.keys()) {
    if (Object.hasOwn(manifests, file)) continue;
    await onNode(context, node, ['mkdir', '-p', aside]);
    await onNode(context, node, ['mv', '-f', `${staticPodPath}/${file}`, `${aside}/${file}`]);
  }
  if (kubelet && !(await kubeletActive(context, node))) await onNode(context, node, ['systemctl', 'start', 'kubelet']);
}

/** Everything on the machine is as it was noted. Throws `no-cluster` when it does not answer. */
export async function machineWell(context: FaultContext, machine: KeptMachine): Promise<Look> {
  const { node, kubelet, manifests } = machine;
  const { staticPodPath } = context.cluster;
  const found = await hashesOn(context, node, staticPodPath);
  for (const [file, { sha256: hash }] of Object.entries(await forAddress(context, machine))) {
    const now = found.get(file);
    if (now === undefined) return { done: false, seen: `there is no ${staticPodPath}/${file} on ${node}` };
    if (now !== hash) return { done: false, seen: `${staticPodPath}/${file} on ${node} is not what it was` };
  }
  const extra = [...found.keys()].find((file) => !Object.hasOwn(manifests, file));
  if (extra) return { done: false, seen: `${staticPodPath}/${extra} on ${node} was not there before` };
  if (kubelet && !(await kubeletActive(context, node))) return { done: false, seen: `the kubelet of ${node} does not run` };
  return { done: true, seen: `${node} is as it was` };
}
