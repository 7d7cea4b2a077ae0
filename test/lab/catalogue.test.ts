import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gradersById } from '../../graders/index.generated.ts';
import { faultsById } from '../../src/faults/index.generated.ts';
import { checkCel } from '../../src/grading/cel.ts';
import { formatProblem } from '../../src/lab/diagnostics.ts';
import { loadCatalogue } from '../../src/lab/load.ts';
import { readLabFiles } from '../../src/system/lab-files.ts';

test('the labs that are delivered have no problems, not even warnings', () => {
  const home = fileURLToPath(new URL('../..', import.meta.url));
  const { labs, problems } = loadCatalogue(readLabFiles(['labs'], home), { graders: gradersById, faults: faultsById, checkCel });
  expect(problems.map(formatProblem)).toEqual([]);
  expect(labs.length).toBeGreaterThan(0);
});
