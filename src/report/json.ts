import type { ReportFormat } from './format.ts';

/** The document that `kubedrill grade --json` prints; written as a file it has no times. */
export const json: ReportFormat = {
  id: 'json',
  says: 'everything, for programs (docs/json.md)',
  files: ({ book }) => [{ path: 'gradebook.json', text: `${JSON.stringify(book, null, 2)}\n` }],
};
