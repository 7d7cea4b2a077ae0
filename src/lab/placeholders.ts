import { LabError } from '../lab-error.ts';

/** What placeholders stand for on one cluster. */
export interface PlaceholderValues {
  namespace: string;
  controlPlane: string;
  workers: readonly string[];
  ingressClass?: string;
  storageClass?: string;
}

/** One placeholder in a text. `{{nodeOf web}}` is the node of the Pod of Deployment (or Pod) `web`, asked when it is used. */
export type Placeholder =
  | { type: 'namespace' | 'control-plane' | 'ingress-class' | 'storage-class' }
  | { type: 'worker'; index: number }
  | { type: 'node-of'; workload: string }
  | { type: 'unknown'; name: string };

export const placeholderNames = ['cp', 'worker0', 'worker1', 'ns', 'nodeOf', 'ingressClass', 'storageClass'] as const;

const pattern = /\{\{([^{}]*)\}\}|\$NS\b/g;

/** Go templates (`-o go-template='{{.status.phase}}'`) use the same braces and are left alone. */
const goTemplate =
  /^-?\s*([.$"'`(]|\/\*|(range|if|else|end|with|template|block|define|break|continue|len|index|slice|printf?|println|eq|ne|lt|le|gt|ge|and|or|not|base64decode|html|js|call|exists)\b)|-$/;

function read(inner: string | undefined): Placeholder | undefined {
  if (inner === undefined) return { type: 'namespace' };
  const name = inner.trim();
  const worker = /^worker(\d)$/.exec(name);
  const workload = /^nodeOf\s+([a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/.exec(name);
  if (name === 'ns') return { type: 'namespace' };
  if (name === 'cp') return { type: 'control-plane' };
  if (worker) return { type: 'worker', index: Number(worker[1]) };
  if (workload) return { type: 'node-of', workload: workload[1]! };
  if (name === 'ingressClass') return { type: 'ingress-class' };
  if (name === 'storageClass') return { type: 'storage-class' };
  return goTemplate.test(name) ? undefined : { type: 'unknown', name };
}

/** All placeholders of a text, in its order; unknown ones too. */
export function placeholdersIn(text: string): Placeholder[] {
  return [...text.matchAll(pattern)].flatMap(([, inner]) => read(inner) ?? []);
}

/** Puts in every value that is fixed for a cluster. `{{nodeOf ...}}` stays as it is: see `renderLive`. */
export function render(text: string, values: PlaceholderValues): string {
  return text.replace(pattern, (written, inner: string | undefined) => {
    const placeholder = read(inner);
    switch (placeholder?.type) {
      case 'namespace':
        return values.namespace;
      case 'control-plane':
        return values.controlPlane;
      case 'worker':
        return values.workers[placeholder.index] ?? missing(written, `the cluster has ${values.workers.length} workers`);
      case 'ingress-class':
        return values.ingressClass ?? missing(written, 'the cluster has no ingress controller');
      case 'storage-class':
        return values.storageClass ?? missing(written, 'the cluster has no default StorageClass');
      default:
        return written;
    }
  });
}

/** Like `render`, and asks `nodeOf` where the Pod of a workload runs, once for each. */
export async function renderLive(text: string, values: PlaceholderValues, nodeOf: (workload: string) => Promise<string>): Promise<string> {
  const nodes = new Map<string, string>();
  for (const workload of workloadsIn(text)) nodes.set(workload, await nodeOf(workload));
  const filled = text.replace(pattern, (written, inner: string | undefined) => {
    const placeholder = read(inner);
    return placeholder?.type === 'node-of' ? nodes.get(placeholder.workload)! : written;
  });
  return render(filled, values);
}

/** Names that `{{nodeOf ...}}` asks for. */
export function workloadsIn(text: string): string[] {
  return [...new Set(placeholdersIn(text).flatMap((one) => (one.type === 'node-of' ? [one.workload] : [])))];
}

/**
 * The text with each placeholder replaced by as many letters, so that a file can be parsed before any cluster is there.
 * `$NS` may stay as it is: YAML reads it as a plain word.
 */
export function withoutPlaceholders(text: string, options: { keepNamespace?: boolean } = {}): string {
  return text.replace(pattern, (written, inner: string | undefined) => {
    if (read(inner) === undefined || (options.keepNamespace && inner === undefined)) return written;
    return 'x'.repeat(written.length);
  });
}

function missing(written: string, fact: string): never {
  throw new LabError('not-possible-here', `the lab asks for ${written}, but ${fact}`, {
    hint: 'See what the cluster has: kubedrill status',
  });
}
