import type { KubeObject } from './object.ts';
import { isTerminating, type WorkloadKind } from './ownership.ts';
import { conditionOf, podReady, worstOf } from './pods.ts';
import { fail, pass, type Verdict, waiting } from './verdict.ts';
import { count, kindWord, kubectl, shown } from './words.ts';

interface Shape {
  /** Pods that are wanted. */
  wanted: number;
  /** Pods of any version that the controller counts. */
  total: number;
  updated: number;
  available: number;
}

/** The counters of a workload's status under the same four names. @see apps/v1 DeploymentStatus, StatefulSetStatus, DaemonSetStatus, ReplicaSetStatus */
function shapeOf(kind: WorkloadKind, object: KubeObject): Shape {
  const { spec = {}, status = {} } = object;
  const replicas = spec.replicas ?? 1;
  switch (kind) {
    case 'DaemonSet':
      return {
        wanted: status.desiredNumberScheduled ?? 0,
        total: status.currentNumberScheduled ?? 0,
        updated: status.updatedNumberScheduled ?? 0,
        available: status.numberAvailable ?? 0,
      };
    case 'ReplicaSet': {
      const total = status.replicas ?? 0;
      return { wanted: replicas, total, updated: total, available: status.availableReplicas ?? 0 };
    }
    case 'StatefulSet': {
      // After a finished update the controller empties updatedReplicas where currentRevision has caught up.
      const done = status.currentRevision !== undefined && status.currentRevision === status.updateRevision;
      const total = status.replicas ?? 0;
      return { wanted: replicas, total, updated: done ? total : (status.updatedReplicas ?? 0), available: status.availableReplicas ?? 0 };
    }
    default:
      return {
        wanted: replicas,
        total: status.replicas ?? 0,
        updated: status.updatedReplicas ?? 0,
        available: status.availableReplicas ?? 0,
      };
  }
}

/**
 * Whether a workload has all its Pods of the current template, available, and its controller has seen the last change.
 * `pods` are the ones it owns: they tell why it does not get there. A workload scaled to 0 is not available.
 */
export function availability(kind: WorkloadKind, object: KubeObject, pods: readonly KubeObject[], namespace?: string): Verdict {
  const { name, generation } = object.metadata;
  const here = `${kind} ${name}`;
  const look = kubectl(['get', kindWord(kind), name], namespace);
  if (isTerminating(object)) return fail({ observed: `${here} is being deleted`, expected: 'it stays', look });
  if (kind === 'Job') return jobCompletion(object, namespace);
  const { wanted, total, updated, available } = shapeOf(kind, object);
  if (wanted === 0) {
    const field = kind === 'DaemonSet' ? `${here} status.desiredNumberScheduled` : `${here} spec.replicas`;
    return fail({ observed: '0', expected: 'at least 1', field, look });
  }
  const seen = object.status?.observedGeneration;
  if (generation !== undefined && (seen ?? 0) < generation) {
    return waiting({
      observed: `the controller has seen generation ${seen ?? 0}`,
      expected: `generation ${generation}`,
      field: `${here} status.observedGeneration`,
      look,
    });
  }
  if (updated === wanted && total === wanted && available === wanted) {
    return pass(`${here}: ${count(wanted, 'Pod')} wanted, updated and available`);
  }
  const expected = `${wanted} updated and available, none of an older version`;
  const counts = `${available} of ${wanted} available, ${updated} updated${total > updated ? `, ${total - updated} old` : ''}`;
  const trouble = worstOf(pods.filter((pod) => !podReady(pod)));
  const describe = trouble ? kubectl(['describe', 'pod', trouble.pod], namespace) : look;
  if (object.spec?.paused === true && updated < wanted) {
    return fail({ observed: `${counts}; the rollout is paused`, expected, field: `${here} spec.paused`, look });
  }
  if (trouble?.stuck) return fail({ observed: `${counts}; ${trouble.reason}`, expected, field: `${here} status`, look: describe });
  const conditions: { type: string; status: string; reason?: string; message?: string }[] = object.status?.conditions ?? [];
  const refused = conditions.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
  if (refused)
    return fail({ observed: `${counts}; ${shown(refused.message ?? refused.reason)}`, expected, field: `${here} status.conditions`, look });
  if (conditions.some((one) => one.type === 'Progressing' && one.reason === 'ProgressDeadlineExceeded')) {
    return fail({ observed: `${counts}; the rollout exceeded its progress deadline`, expected, field: `${here} status.conditions`, look });
  }
  return waiting({ observed: trouble ? `${counts}; ${trouble.reason}` : counts, expected, field: `${here} status`, look: describe });
}

function jobCompletion(job: KubeObject, namespace?: string): Verdict {
  const here = `Job ${job.metadata.name}`;
  const look = kubectl(['describe', 'job', job.metadata.name], namespace);
  if (conditionOf(job, 'Complete') === 'True') return pass(`${here} is complete`);
  const failed = job.status?.conditions?.find((one: { type: string; status: string }) => one.type === 'Failed' && one.status === 'True');
  if (failed) return fail({ observed: `failed: ${failed.reason}`, expected: 'Complete', field: `${here} status.conditions`, look });
  return waiting({
    observed: `${job.status?.succeeded ?? 0} of ${job.spec?.completions ?? 1} done`,
    expected: 'Complete',
    field: `${here} status`,
    look,
  });
}
