import { csv } from './csv.ts';
import type { ReportFormat } from './format.ts';
import { gradescope } from './gradescope.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';

/** Every way to write a gradebook, by the name that `--format` takes. */
export const reportFormats: readonly ReportFormat[] = [json, csv, html, markdown, junit, gradescope];

export const reportFormat = (id: string): ReportFormat | undefined => reportFormats.find((format) => format.id === id);
