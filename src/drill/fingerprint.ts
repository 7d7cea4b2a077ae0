import { createHash } from 'node:crypto';
import type { KindName } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';

/** Kinds whose objects make up a drill's start state. */
export const fingerprintKinds: KindName[] = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Pod',
  'Service',
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'ServiceAccount',
  'Job',
  'CronJob',
  'Ingress',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'Role',
  'RoleBinding',
  'ResourceQuota',
  'LimitRange',
];

const volatileAnnotations =
  /^(deployment\.kubernetes\.io\/|kubectl\.kubernetes\.io\/last-applied|pv\.kubernetes\.io\/|volume\.|batch\.kubernetes\.io\/|node\.alpha|kubeadm\.|csi\.)/;
/** Fields that the API server, the scheduler or a controller fills in anew each time. */
const volatileFields = new Set([
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'nodeName',
  'volumeName',
  'healthCheckNodePort',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
]);

type Rewrite = (text: string) => string;

function stable(value: unknown, rewrite: Rewrite): unknown {
  if (Array.isArray(value)) return value.map((one) => stable(one, rewrite));
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? rewrite(value) : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !volatileFields.has(key))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, stable(inner, rewrite)]),
  );
}

/** Texts without what is random in them: names of token volumes, and cluster IPs of these Services (a traffic Pod is given one). */
function withoutChance(objects: readonly [KindName, KubeObject][]): Rewrite {
  const services = objects.filter(([kind]) => kind === 'Service').map(([, object]) => object);
  const nameOf = new Map<string, string>(
    services.flatMap(({ metadata, spec }) => (spec?.clusterIPs ?? []).map((ip: string) => [ip, metadata.name] as const)),
  );
  return (text) =>
    text
      .replace(/kube-api-access-\w{5}/, 'kube-api-access')
      .replace(/\d{1,3}(?:\.\d{1,3}){3}/g, (ip) => (nameOf.has(ip) ? `clusterIP of ${nameOf.get(ip)}` : ip));
}

const hash = (value: unknown, rewrite: Rewrite) =>
  createHash('sha256')
    .update(JSON.stringify(stable(value, rewrite)))
    .digest('hex')
    .slice(0, 16);

const keep = (annotations: Record<string, string> | undefined) =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !volatileAnnotations.test(key)));

/** What the start state must have again after a reset: by `kind/name`, a hash without what changes by itself. */
export function fingerprintOf(objects: Iterable<[KindName, KubeObject]>, extra: Record<string, unknown> = {}): Record<string, string> {
  const prints: Record<string, string[]> = {};
  const all = [...objects];
  const rewrite = withoutChance(all);
  for (const [kind, object] of all) {
    const { metadata, spec, data, stringData, rules, roleRef, subjects, type } = object;
    if (metadata.deletionTimestamp) continue;
    if (metadata.name === 'kube-root-ca.crt' && kind === 'ConfigMap') continue;
    const owner = metadata.ownerReferences?.find((reference) => reference.controller);
    // owned objects have random names: they are counted under their owner
    const key = owner && kind === 'Pod' ? `${kind} of ${owner.kind}/${owner.name}` : `${kind}/${metadata.name}`;
    const seen = {
      labels: metadata.labels ?? {},
      annotations: keep(metadata.annotations),
      spec,
      data,
      stringData,
      rules,
      roleRef,
      subjects,
      type,
    };
    prints[key] = [...(prints[key] ?? []), hash(owner && kind === 'Pod' ? { ...seen, spec: withoutIdentity(spec) } : seen, rewrite)];
  }
  const result = Object.fromEntries(Object.entries(prints).map(([key, hashes]) => [key, hashes.sort().join(',')]));
  for (const [key, value] of Object.entries(extra)) result[key] = hash(value, rewrite);
  return result;
}

/** The spec of an owned Pod without its own name (StatefulSets write it into hostname). */
function withoutIdentity(spec: Record<string, unknown>): Record<string, unknown> {
  const { hostname: _, affinity: __, ...rest } = spec;
  return rest;
}

/** In words, what differs between two fingerprints. */
export function differences(before: Record<string, string>, after: Record<string, string>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    if (before[key] === after[key]) return [];
    if (before[key] === undefined) return [`${key} is left over`];
    if (after[key] === undefined) return [`${key} is missing`];
    return [`${key} differs`];
  });
}
