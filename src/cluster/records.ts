import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeWhole } from '../system/files.ts';
import type { Paths } from '../system/paths.ts';

const recordSchema = z.strictObject({
  name: z.string(),
  provider: z.enum(['kind', 'minikube', 'external']),
  /** The ownership id: random, in the record, with the nodes and in the cluster. */
  id: z.string(),
  createdAt: z.string(),
  workers: z.number(),
  kubernetes: z.string(),
  /** Path of the kubectl that fits it; `up` writes it anew. */
  kubectl: z.string().default('kubectl'),
  /** `creating` is written before the first act: whatever lies under that name after a crash is half made, and ours. */
  state: z.enum(['creating', 'ready']).default('ready'),
  /** The nodes have the images that labs run. */
  hasLabImages: z.boolean().default(false),
  /** What was passed through to the provider: its nodes are started again with the same. */
  providerArgs: z.array(z.string()).optional(),
});

/** What kubedrill keeps of a cluster that it made. */
export type ClusterRecord = z.output<typeof recordSchema>;

const folderOf = (paths: Paths) => join(paths.state, 'clusters');
const fileOf = (paths: Paths, name: string) => join(folderOf(paths), `${name}.json`);

/** The private kubeconfig of a cluster, mode 0600; the only one that kubedrill reads or writes. */
export const kubeconfigOf = (paths: Paths, name: string): string => join(folderOf(paths), `${name}.kubeconfig`);

export function readRecord(paths: Paths, name: string): ClusterRecord | undefined {
  const text = readIfThere(fileOf(paths, name));
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // not ours: ownership then says what is missing
  }
}

export function writeRecord(paths: Paths, record: ClusterRecord): void {
  writeWhole(fileOf(paths, record.name), `${JSON.stringify(record, null, 1)}\n`);
}

export function removeRecord(paths: Paths, name: string): void {
  rmSync(fileOf(paths, name), { force: true });
  rmSync(kubeconfigOf(paths, name), { force: true });
}

/** Names of the clusters that there are records of. */
export function recordedClusters(paths: Paths): string[] {
  try {
    return readdirSync(folderOf(paths)).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
  } catch {
    return [];
  }
}
