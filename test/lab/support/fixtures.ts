import { fileURLToPath } from 'node:url';
import { formatProblem } from '../../../src/lab/diagnostics.ts';
import { type LabSource, loadLab } from '../../../src/lab/load.ts';
import { readLabFiles } from '../../../src/system/lab-files.ts';
import { registry } from './registry.ts';

export const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** The two sample labs, read from disk as any lab is. */
export const source = () => readLabFiles(['labs'], fixtures);

export function sampleLab(id: string): LabSource {
  const lab = source().labs.find(({ folder }) => folder.endsWith(`/${id}`));
  if (!lab) throw new Error(`no fixture ${id}`);
  return lab;
}

/** A sample lab with some of its texts changed: `[file, before, after]`; `before` must be there. */
export function changed(id: string, ...changes: [file: string, before: string | RegExp, after: string][]): LabSource {
  const lab = sampleLab(id);
  const files = { ...lab.files };
  for (const [file, before, after] of changes) {
    const text = files[file] ?? '';
    const next = text.replace(before, after);
    if (next === text) throw new Error(`${file} of ${id} has no ${String(before)}`);
    files[file] = next;
  }
  return { ...lab, files };
}

/** The problems of a lab as lines, without the folder that all of them begin with. */
export function problemsOf(lab: LabSource): string[] {
  return loadLab(lab, registry).problems.map((problem) => formatProblem({ ...problem, file: problem.file.slice(lab.folder.length + 1) }));
}

/** Problems of the simple sample lab after a change of its `lab.yaml`. */
export const afterChange = (before: string | RegExp, after: string) => problemsOf(changed('empty-service', ['lab.yaml', before, after]));
