import { hashesIn, hashing } from '../grading/on-node.ts';
import { LabError } from '../lab-error.ts';
import type { Look } from '../system/wait.ts';
import { folderBeside } from './components.ts';
import type { FaultContext } from './fault.ts';
import { askNode, hashesIfAny, nodeAnswers, onNode, sha256, writeFileOn } from './node-acts.ts';
import { addressIn, asksRoute, readdressed } from './node-address.ts';

/** What is noted of one node machine. */
export type KeptMachine = {
  node: string;
  kubelet: boolean;
  /** Static Pod manifests by file name. */
  manifests: { [file: string]: { sha256: string; text: string } };
};

/** What a machine tells of itself now. */
interface MachineLook {
  /** SHA-256 of its static Pod manifests, by file name. */
  found: Map<string, string>;
  address: string | undefined;
  kubelet: boolean;
}

async function lookAtMachine(context: FaultContext, node: string): Promise<MachineLook> {
  const { staticPodPath } = context.cluster;
  const [hashes, route, kubelet] = await askNode(context, node, [hashing(staticPodPath), asksRoute, ['systemctl', 'is-active', 'kubelet']]);
  if (!hashes?.ok) throw new LabError('fault-failed', `could not read ${staticPodPath} on ${node}`);
  return { found: hashesIn(hashes.stdout), address: addressIn(route?.stdout ?? ''), kubelet: kubelet?.stdout === 'active' };
}

export async function noteMachine(context: FaultContext, node: string): Promise<KeptMachine> {
  const { staticPodPath } = context.cluster;
  const { found, kubelet } = await lookAtMachine(context, node);
  const files = [...found.keys()];
  const questions = files.map((file) => ['base64', '-w0', `${staticPodPath}/${file}`]);
  const texts = (await askNode(context, node, questions)).map(({ ok, stdout }, index) => {
    if (!ok) throw new LabError('fault-failed', `could not read ${staticPodPath}/${files[index]} on ${node}`);
    return Buffer.from(stdout, 'base64').toString('utf8');
  });
  const manifests = Object.fromEntries(texts.map((text, index) => [files[index], { sha256: sha256(text), text }]));
  return { node, kubelet, manifests };
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
function forAddress({ manifests }: KeptMachine, address: string | undefined): KeptMachine['manifests'] {
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
  const { found, address, kubelet: active } = await lookAtMachine(context, node);
  for (const [file, { sha256: hash, text }] of Object.entries(forAddress(machine, address))) {
    if (found.get(file) !== hash) await writeFileOn(context, node, `${staticPodPath}/${file}`, text, aside);
  }
  for (const file of found.keys()) {
    if (Object.hasOwn(manifests, file)) continue;
    await onNode(context, node, ['mkdir', '-p', aside]);
    await onNode(context, node, ['mv', '-f', `${staticPodPath}/${file}`, `${aside}/${file}`]);
  }
  if (kubelet && !active) await onNode(context, node, ['systemctl', 'start', 'kubelet']);
}

/** Everything on the machine is as it was noted. Throws `no-cluster` when it does not answer. */
export async function machineWell(context: FaultContext, machine: KeptMachine): Promise<Look> {
  const { node, kubelet, manifests } = machine;
  const { staticPodPath } = context.cluster;
  const { found, address, kubelet: active } = await lookAtMachine(context, node);
  for (const [file, { sha256: hash }] of Object.entries(forAddress(machine, address))) {
    const now = found.get(file);
    if (now === undefined) return { done: false, seen: `there is no ${staticPodPath}/${file} on ${node}` };
    if (now !== hash) return { done: false, seen: `${staticPodPath}/${file} on ${node} is not what it was` };
  }
  const extra = [...found.keys()].find((file) => !Object.hasOwn(manifests, file));
  if (extra) return { done: false, seen: `${staticPodPath}/${extra} on ${node} was not there before` };
  if (kubelet && !active) return { done: false, seen: `the kubelet of ${node} does not run` };
  return { done: true, seen: `${node} is as it was` };
}
