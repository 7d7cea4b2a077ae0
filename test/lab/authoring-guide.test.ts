import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCommand } from '../../src/lab/command.ts';
import { placeholderNames } from '../../src/lab/placeholders.ts';
import { labSchema } from '../../src/lab/schema.ts';

const guide = readFileSync(new URL('../../docs/lab-authoring.md', import.meta.url), 'utf8');

test('every act in the guide is one, and none is left out', () => {
  const rows = [...guide.matchAll(/^\| (`@.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, act = '']) => act),
  );
  const examples = rows.map((act) => (act === '@may-fail kubectl ...' ? '@may-fail kubectl get pods' : act));
  expect(examples.map((act) => parseCommand(act)).filter((read) => 'problem' in read)).toEqual([]);
  const unknown = parseCommand('@none');
  const all = 'problem' in unknown ? [...unknown.problem.matchAll(/@[a-z-]+/g)].map(([name]) => name).slice(1) : [];
  expect([...new Set(rows.map((act) => act.split(' ')[0]!))].sort()).toEqual(all.sort());
});

test('every placeholder is in the guide', () => {
  expect(placeholderNames.filter((name) => !guide.includes(`{{${name}`))).toEqual([]);
});

test('every part of a lab that is more than a line is in the guide', () => {
  const plain = ['id', 'title', 'track', 'order', 'source', 'minutes', 'steps', 'errata'];
  const parts = Object.keys(labSchema.shape).filter((key) => !plain.includes(key));
  expect(parts.filter((key) => !guide.includes(`**${key}`))).toEqual([]);
});
