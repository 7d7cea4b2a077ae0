import type { KindName } from './kinds.ts';
import type { KubeObject } from './object.ts';

/** The state right after set-up, against which "kept", "changed" and "untouched" are graded. */
export interface Baseline {
  takenAt: number;
  get(kind: KindName, name: string, namespace?: string): KubeObject | undefined;
  list(kind: KindName, namespace?: string): KubeObject[];
  /** SHA-256 of each static Pod manifest of the control plane, by file name; only taken for exclusive labs. */
  manifests: Record<string, string>;
}
