import type { ClusterFacts } from './cluster-facts.ts';
import { CannotSee } from './mirror-view.ts';

/** Which node is meant: the control plane, a worker by its place, or a name. Throws `CannotSee` when the cluster has no such node. */
export function nodeNamed(cluster: ClusterFacts, node: string): string {
  if (node === 'control-plane') return cluster.controlPlane;
  const worker = /^worker(\d)$/.exec(node);
  const name = worker ? cluster.workers[Number(worker[1])] : node;
  if (name === undefined || (name !== cluster.controlPlane && !cluster.workers.includes(name)))
    throw new CannotSee(`this cluster has no node ${node}`);
  return name;
}

/** A program that tells the SHA-256 of each file of a folder; see {@link hashesIn}. */
export const hashing = (folder: string): string[] => ['find', folder, '-maxdepth', '1', '-type', 'f', '-exec', 'sha256sum', '{}', '+'];

/** SHA-256 of each file that {@link hashing} told of, by the file's name. */
export function hashesIn(text: string): Map<string, string> {
  const lines = text.split('\n').filter(Boolean).sort();
  return new Map(lines.map((line) => [line.slice(line.lastIndexOf('/') + 1), line.slice(0, 64)]));
}
