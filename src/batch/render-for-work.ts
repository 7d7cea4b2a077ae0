import { renderLab } from '../drill/render-lab.ts';
import { type PlaceholderValues, placeholdersIn, render } from '../lab/placeholders.ts';
import type { Lab } from '../lab/schema.ts';
import type { OpenWork } from './work.ts';

const known = new WeakMap<Lab, boolean>();

/** Most labs grade without a single placeholder: then all learners share one lab, and what was prepared for its checks. */
function hasPlaceholders(lab: Lab): boolean {
  const before = known.get(lab);
  if (before !== undefined) return before;
  const found = placeholdersIn(JSON.stringify(lab.steps.map((step) => step.checks))).length > 0;
  known.set(lab, found);
  return found;
}

/** The lab as it is where this work lies. Throws `CannotSee` when it needs to know nodes that are not known. */
export function renderForWork(lab: Lab, work: Pick<OpenWork, 'namespace' | 'cluster'>): Lab {
  if (!hasPlaceholders(lab)) return lab;
  const values: PlaceholderValues = {
    namespace: work.namespace,
    get controlPlane() {
      return work.cluster().controlPlane;
    },
    get workers() {
      return work.cluster().workers;
    },
    get storageClass() {
      return work.cluster().storage.className;
    },
    get ingressClass() {
      return work.cluster().ingressClass;
    },
  };
  return { ...renderLab({ ...lab, files: {} }, (text) => render(text, values)), files: lab.files };
}
