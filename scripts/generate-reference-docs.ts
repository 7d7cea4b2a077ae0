/**
 * Fills the generated parts of docs/batch-grading.md and docs/json.md from the code: between `<!-- generated: ... -->` and `<!-- end -->`.
 * `--check` only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { allowedKinds } from '../src/batch/manifests/allowed-kinds.ts';
import { rosterSchema } from '../src/batch/roster.ts';
import { reportFormats } from '../src/report/index.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Pages with generated parts. */
export const pages = ['docs/batch-grading.md', 'docs/json.md'];

interface Property {
  type?: string;
  description?: string;
  maxLength?: number;
}

function roster(): string {
  const schema = z.toJSONSchema(rosterSchema, { io: 'input', unrepresentable: 'any' }) as unknown as {
    properties: {
      due: Property;
      defaults: { properties: Record<string, Property> };
      learners: { items: { properties: Record<string, Property>; required: string[] } };
    };
  };
  const { due, learners } = schema.properties;
  const row = (name: string, { description = '' }: Property, required: boolean) =>
    `| \`${name}\` | ${required ? 'yes' : ''} | ${description} |`;
  return [
    '| key | required | |',
    '|---|---|---|',
    row('due', due, false),
    row('defaults', { description: '`kubeconfig`, `context` and `namespace` for learners that do not say them.' }, false),
    ...Object.entries(learners.items.properties).map(([name, one]) =>
      row(`learners[].${name}`, one, learners.items.required.includes(name)),
    ),
  ].join('\n');
}

const allowed = (): string =>
  Object.entries(allowedKinds)
    .map(([group, kinds]) => `- ${group === '' ? 'core' : `\`${group}\``}: ${kinds.join(', ')}`)
    .join('\n');

const formats = (): string => ['| format | |', '|---|---|', ...reportFormats.map(({ id, says }) => `| \`${id}\` | ${says} |`)].join('\n');

/** The text of an exported interface or type, with the docstring above it. */
function declaration(file: string, name: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const found = new RegExp(
    `((?:^/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?)^export ((?:interface ${name}\\b[^{]*\\{\\n[\\s\\S]*?^\\})|(?:type ${name} =[\\s\\S]*?;$(?!\\n *\\|)))`,
    'm',
  ).exec(text);
  if (!found) throw new Error(`${file} exports no ${name}`);
  return `${found[1]}${found[2]}`;
}

function partOf(what: string): string {
  const [first = '', ...names] = what.split(' ');
  const own: Record<string, (what: string) => string> = { roster, kinds: allowed, formats };
  if (!first.includes('/')) return (own[first] ?? unknown)(what);
  return ['```ts', names.map((name) => declaration(first, name)).join('\n\n'), '```'].join('\n');
}

function unknown(what: string): never {
  throw new Error(`nothing is known of the generated part "${what}"`);
}

/** The page as it should be. */
export function filled(page: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  return text.replace(
    /<!-- generated: (.+?) -->\n[\s\S]*?<!-- end -->/g,
    (_, what: string) => `<!-- generated: ${what} -->\n${partOf(what)}\n<!-- end -->`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of pages) {
    const text = filled(page);
    if (text === readFileSync(join(root, page), 'utf8')) console.log(`${page} is up to date`);
    else if (process.argv.includes('--check')) {
      console.error(`${page} is stale: node scripts/generate-reference-docs.ts`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, page), text);
      console.log(`${page} written`);
    }
  }
}
