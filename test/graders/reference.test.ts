import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { graderDocs } from '../../scripts/generate-grader-docs.ts';

it('docs/graders.md says what the graders say: node scripts/generate-grader-docs.ts', async () => {
  expect(readFileSync(new URL('../../docs/graders.md', import.meta.url), 'utf8')).toBe(await graderDocs());
});
