import type { KubeObject } from '../../grading/object.ts';
import { slugOf } from '../roster.ts';
import { allowedKinds, groupOf } from './allowed-kinds.ts';

export interface GuardOptions {
  /** The throwaway namespace. */
  namespace: string;
  /** Namespaces that learners write into their manifests: the drill's. They are replaced. */
  known: readonly string[];
  maxObjects: number;
}

export type Guarded = { ok: true; objects: KubeObject[]; notes: string[] } | { ok: false; reason: string };

const readVerbs = ['get', 'list', 'watch'];
const isMap = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What an object may not ask for although its kind is allowed; the API server's own rules (Pod Security, quota) come after these. */
function faultOf(object: KubeObject): string | undefined {
  const { spec } = object;
  switch (object.kind) {
    case 'Service':
      if (listOf(spec?.externalIPs).length > 0) return 'externalIPs would catch the traffic of others';
      return undefined;
    case 'Secret':
      if (object.type === 'kubernetes.io/service-account-token') return 'a token for a ServiceAccount would outlive its Pod';
      return undefined;
    case 'Role':
      for (const rule of listOf(object.rules)) {
        if (!isMap(rule)) continue;
        const beyond = listOf(rule.verbs).find((verb) => !readVerbs.includes(String(verb)));
        if (beyond !== undefined) return `the verb ${JSON.stringify(beyond)} may not be granted here, only ${readVerbs.join(', ')}`;
        if (listOf(rule.resources).includes('*') || listOf(rule.apiGroups).includes('*')) return 'everything ("*") may not be granted here';
      }
      return undefined;
    case 'RoleBinding': {
      const role = isMap(object.roleRef) ? object.roleRef : {};
      if (role.kind === 'ClusterRole' && role.name !== 'view')
        return `the ClusterRole ${String(role.name)} may not be granted here, only view`;
      return undefined;
    }
    default:
      return podFault(podSpecOf(object));
  }
}

/** The Pod template of a workload, or the Pod itself. */
function podSpecOf(object: KubeObject): Record<string, unknown> | undefined {
  const spec =
    object.kind === 'Pod'
      ? object.spec
      : object.kind === 'CronJob'
        ? object.spec?.jobTemplate?.spec?.template?.spec
        : object.spec?.template?.spec;
  return isMap(spec) ? spec : undefined;
}

function podFault(spec: Record<string, unknown> | undefined): string | undefined {
  if (String(spec?.priorityClassName ?? '').startsWith('system-'))
    return `the priority ${String(spec?.priorityClassName)} would drive the cluster's own Pods away`;
  return undefined;
}

/** Takes out what would reach beyond the throwaway namespace although the learner meant no harm by it; says what it took out. */
function detached(object: KubeObject, namespace: string, notes: string[]): KubeObject {
  const what = `${object.kind} ${object.metadata.name}`;
  const {
    finalizers,
    ownerReferences,
    uid: _,
    resourceVersion: __,
    generation: ___,
    creationTimestamp: ____,
    ...metadata
  } = object.metadata;
  const {
    managedFields: _____,
    generateName: ______,
    ...named
  } = metadata as typeof metadata & { managedFields?: unknown; generateName?: unknown };
  if (finalizers) notes.push(`${what}: its finalizers were left out`);
  if (ownerReferences) notes.push(`${what}: its ownerReferences were left out`);
  const { status: ___status, ...rest } = object;
  const free = { ...rest, metadata: { ...named, namespace } } as KubeObject;
  if (object.kind !== 'Service') return free;
  const ports = listOf(free.spec?.ports);
  const fixed = ports.some((port) => isMap(port) && port.nodePort !== undefined) || free.spec?.healthCheckNodePort !== undefined;
  if (!fixed) return free;
  notes.push(`${what}: its nodePort was left to the cluster, as others may have asked for the same`);
  const { healthCheckNodePort: _port, ...spec } = free.spec;
  return { ...free, spec: { ...spec, ports: ports.map((port) => (isMap(port) ? withoutNodePort(port) : port)) } };
}

const withoutNodePort = ({ nodePort: _, ...port }: Record<string, unknown>) => port;

/**
 * Decides what of a submission is applied. Either everything may be, with what was adapted in `notes`, or nothing is, with everything that
 * is wrong in the reason: half of a submission is graded by nobody.
 */
export function guardManifests(objects: readonly KubeObject[], options: GuardOptions): Guarded {
  const { namespace, known, maxObjects } = options;
  if (objects.length > maxObjects) return { ok: false, reason: `it has ${objects.length} objects, at most ${maxObjects} are graded` };
  const notes: string[] = [];
  const faults: string[] = [];
  const kept: KubeObject[] = [];
  const seen = new Set<string>();
  for (const object of objects) {
    const { apiVersion = '', kind = '', metadata } = object;
    const what = `${kind} ${String(metadata.name).slice(0, 80)}`;
    const group = groupOf(apiVersion);
    const home = metadata.namespace;
    if (kind === 'Namespace' && [...known, 'default'].includes(metadata.name)) {
      notes.push(`${what} was left out: grading has a namespace of its own`);
      continue;
    }
    if (!allowedKinds[group]?.includes(kind)) faults.push(`${what} (${apiVersion}) is of a kind that is not graded from manifests`);
    else if (home !== undefined && home !== namespace && ![...known, 'default'].includes(home))
      faults.push(`${what} is meant for the namespace ${JSON.stringify(home)}`);
    else {
      const fault = faultOf(object);
      if (fault) faults.push(`${what}: ${fault}`);
    }
    const key = `${group} ${kind} ${metadata.name}`;
    if (seen.has(key)) faults.push(`${what} is there twice`);
    seen.add(key);
    kept.push(detached(object, namespace, notes));
  }
  if (faults.length > 0) {
    const more = faults.length > 5 ? ` and ${faults.length - 5} more` : '';
    return { ok: false, reason: `refused: ${faults.slice(0, 5).join('; ')}${more}` };
  }
  return { ok: true, objects: kept, notes };
}

/** A namespace for one grading of one learner: never one that anybody has. */
export const throwawayName = (id: string, random: string): string => `grade-${slugOf(id).slice(0, 40)}-${random}`.replaceAll(/-{2,}/g, '-');
