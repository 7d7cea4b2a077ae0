import type { LabelSelector } from './mirror-view.ts';
import type { KubeObject } from './object.ts';

/** Every one of these labels is there with this value. An empty map matches everything. */
export function hasLabels(object: KubeObject, labels: Record<string, string>): boolean {
  const own = object.metadata.labels ?? {};
  return Object.entries(labels).every(([key, value]) => own[key] === value);
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function matchesSelector(object: KubeObject, selector: LabelSelector): boolean {
  const own = object.metadata.labels ?? {};
  if (!hasLabels(object, selector.matchLabels ?? {})) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = own[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
