/** Writes `docs/lab.schema.json` from the schema that reads lab files. `--check` only compares. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labJsonSchema } from '../src/lab/json-schema.ts';

const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'lab.schema.json');

/** Whether the file differs from what the schema says; written unless `check`. */
export function generateLabDocs(check: boolean): boolean {
  const text = `${JSON.stringify(labJsonSchema(), null, 2)}\n`;
  let before = '';
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    // a first run has no file yet
  }
  if (before === text) return false;
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  if (generateLabDocs(check)) {
    console.log(`${check ? 'stale' : 'written'}: docs/lab.schema.json`);
    if (check) process.exit(1);
  }
}
