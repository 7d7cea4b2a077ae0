import type { Lab } from '../lab/schema.ts';

/** Renders every text of a lab (titles, commands, parameters, CEL), leaving the shape as it is. */
export function renderLab(lab: Lab, render: (text: string) => string): Lab {
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return render(value);
    if (Array.isArray(value)) return value.map(deep);
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]));
    return value;
  };
  const { files, ...data } = lab;
  return { ...(deep(data) as Omit<Lab, 'files'>), files };
}
