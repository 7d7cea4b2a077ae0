import { z } from 'zod';
import type { KubeObject } from '../grading/object.ts';
import { LabError } from '../lab-error.ts';
import type { FaultContext } from './fault.ts';

/** A whole number, also as the text that a command line gives. */
export const whole = (min: number, max: number) =>
  z.preprocess((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value), z.number().int().min(min).max(max));

/** The name of an object. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'the name of an object: lower-case letters, digits, dashes and dots');

/** `app=web,tier=frontend`: equalities only. */
export const labelSelector = z.string().regex(/^[\w./-]+=[\w.-]*(,[\w./-]+=[\w.-]*)*$/, 'labels such as app=web,tier=frontend');

export const labelsOf = (selector: string): Record<string, string> =>
  Object.fromEntries(selector.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

/** The value as `app=web,tier=frontend`. */
export const selectorOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

export const refused = (message: string, hint?: string): LabError => new LabError('fault-refused', message, { hint });

/** Only workers are ever stopped, paused or emptied: the control plane's kubelet is what brings everything else back. */
export function workerNamed(context: FaultContext, node: string): string {
  const { controlPlane, workers } = context.cluster;
  if (workers.includes(node)) return node;
  const offer =
    workers.length > 0
      ? `The workers are: ${workers.join(', ')}`
      : 'This cluster has no worker: kubedrill up --workers 2 makes one that has';
  throw refused(
    node === controlPlane ? `${node} is the control plane: its kubelet is what brings everything else back` : `there is no worker ${node}`,
    offer,
  );
}

export function found(object: KubeObject | undefined, what: string, look: string): KubeObject {
  if (!object) throw refused(`there is no ${what}`, `Look: ${look}`);
  return object;
}
