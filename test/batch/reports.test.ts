import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { columnsOf } from '../../src/batch/mark.ts';
import { writeReports } from '../../src/batch/reports.ts';
import { gradebookOf, type LearnerGrade } from '../../src/report/gradebook.ts';
import { reportFormats } from '../../src/report/index.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { sampleLab } from './sample-lab.ts';

const lab = sampleLab();

/** A learner's row, graded in so many milliseconds. */
function rowIn(ms: number): LearnerGrade {
  const checks = columnsOf(lab).map((column) => ({
    ...column,
    verdict: 'pass' as const,
    points: column.of,
    observed: null,
    expected: null,
    field: null,
    look: null,
    evidence: 'seen',
    ms,
  }));
  const rest = { name: null, reason: null, submitted: null, late: null, notes: [], ungraded: [] };
  return { id: 'ada', status: 'graded', score: 5, of: 5, checks, seconds: ms / 1000, ...rest };
}

function written(ms: number): Record<string, string> {
  const folder = scratchFolder();
  writeReports(gradebookOf(lab.id, columnsOf(lab), [rowIn(ms)]), lab, reportFormats, folder);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

it('reports of the same work are the same bytes in every format, however fast it was graded', () => {
  expect(Object.keys(written(1))).toHaveLength(reportFormats.length);
  expect(written(1)).toEqual(written(2345));
});
