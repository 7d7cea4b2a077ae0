import { join } from 'node:path';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { ReportFormat } from '../report/format.ts';
import { type Gradebook, withoutTimes } from '../report/gradebook.ts';
import { reportFormat, reportFormats } from '../report/index.ts';
import { writeWhole } from '../system/files.ts';

/** `csv,html` -> the formats, or an error that names those there are. */
export function formatsNamed(text: string): ReportFormat[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      const format = reportFormat(name);
      if (format) return format;
      throw new LabError('usage', `there is no report format "${name}"`, {
        hint: `There are: ${reportFormats.map(({ id }) => id).join(', ')}`,
      });
    });
}

/** Writes the reports of one lab; each file as a whole. The same work gives the same bytes, however fast it was graded. Gives their paths. */
export function writeReports(book: Gradebook, lab: Lab, formats: readonly ReportFormat[], folder: string): string[] {
  const steps = Object.fromEntries(lab.steps.map((step) => [step.id, step.title]));
  const timeless = withoutTimes(book);
  return formats.flatMap((format) =>
    format.files({ book: timeless, title: lab.title, steps }).map((file) => {
      const path = join(folder, file.path);
      writeWhole(path, file.text, 0o644);
      return path;
    }),
  );
}
