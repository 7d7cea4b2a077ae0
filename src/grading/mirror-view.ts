import type { KindName } from './kinds.ts';
import type { KubeObject } from './object.ts';

/** What a grader must be able to see: a kind in the drill's namespace, or in the namespace that is named. */
export type Read = KindName | { kind: KindName; namespace: string };

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

/** Thrown by a view for a kind that it does not hold; the grading loop turns it into an `error` verdict. */
export class CannotSee extends Error {}

/**
 * A consistent look at the mirrored part of the cluster. Reading a kind that is not synced throws `CannotSee`,
 * so "absent" always means that the API said so.
 */
export interface MirrorView {
  /** The drill's namespace; the default for namespaced kinds. */
  readonly namespace: string;
  get(kind: KindName, name: string, namespace?: string): KubeObject | undefined;
  list(kind: KindName, options?: { namespace?: string; labels?: Record<string, string>; selector?: LabelSelector }): KubeObject[];
}
