import { expect, test } from 'vitest';
import { generateLabDocs } from '../../scripts/generate-lab-docs.ts';
import { labJsonSchema } from '../../src/lab/json-schema.ts';

test('docs/lab.schema.json is what the schema says (else: node scripts/generate-lab-docs.ts)', () => {
  expect(generateLabDocs(true)).toBe(false);
});

test('the JSON Schema names its parts, and every reference leads to one', () => {
  const schema = labJsonSchema();
  const parts = Object.keys(schema.$defs as object);
  expect(parts.sort()).toEqual([
    'check',
    'check-id',
    'command',
    'condition',
    'duration',
    'fault',
    'hint',
    'id',
    'markdown',
    'predict',
    'set-up-action',
    'step',
    'wrong-fix',
  ]);
  const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name);
  expect([...new Set(references)].sort()).toEqual(parts.sort());
});

test('what has a default may be left out', () => {
  expect(labJsonSchema().required).toEqual(['id', 'title', 'track', 'order', 'source', 'minutes', 'brief', 'steps', 'wrong', 'debrief']);
});
