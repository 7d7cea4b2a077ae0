import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { evaluateCheck, readsOfCheck } from '../../src/grading/evaluate.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { kinds } from '../../src/grading/kinds.ts';
import { check } from '../../src/lab/schema.ts';
import { blindMirror, emptyMirror } from '../support/fake-mirror.ts';
import { contextOf, timelineOf } from '../support/grade.ts';
import { baselineOf, clusterFacts } from '../support/objects.ts';

const folder = fileURLToPath(new URL('../../graders/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.includes('.generated.'));
const graders: Grader[] = await Promise.all(files.map(async (file) => ((await import(`${folder}${file}`)) as { default: Grader }).default));
const byId = new Map(graders.map((grader) => [grader.id, grader]));

/** The grader's own example, as the check of a lab. */
const exampleOf = (grader: Grader) => check.parse({ id: 'C1', title: 'an example', ...(parse(grader.example) as object) });

describe.each(graders.map((grader, index) => ({ id: grader.id, grader, file: files[index]! })))('grader $id', ({ id, grader, file }) => {
  it('lives in a file of its name, and says in a sentence what it grades', () => {
    expect(file).toBe(`${id}.ts`);
    expect(grader.says).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('has an example that a lab could hold', () => {
    const example = exampleOf(grader);
    expect('grader' in example && example.grader).toBe(id);
    expect('grader' in example && grader.params.safeParse(example.with).error).toBeUndefined();
  });

  it('refuses parameters that it does not know', () => {
    const example = exampleOf(grader);
    const params = 'with' in example ? example.with : {};
    expect(grader.params.safeParse({ ...params, noSuchParameter: 1 }).success).toBe(false);
  });

  it('reads kinds that there are', () => {
    for (const read of readsOfCheck(exampleOf(grader), byId)) expect(kinds).toHaveProperty(typeof read === 'string' ? read : read.kind);
  });

  it('is an error where nothing can be seen', async () => {
    const verdict = await evaluateCheck(exampleOf(grader), contextOf({ mirror: blindMirror() }), byId);
    expect(verdict).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/./) });
    expect(verdict).not.toMatchObject({ reason: expect.stringContaining('broke') });
  });

  it('passes nothing on an empty cluster', async () => {
    const empty = { mirror: emptyMirror(), cluster: clusterFacts() };
    const bare = await evaluateCheck(exampleOf(grader), contextOf(empty), byId);
    expect(bare.verdict).not.toBe('pass');
    const recorded = contextOf({ ...empty, baseline: baselineOf([]), timeline: timelineOf([{ at: 0, type: 'recording-started' }]) });
    expect((await evaluateCheck(exampleOf(grader), recorded, byId)).verdict).not.toBe('pass');
  });
});

describe('all graders together', () => {
  it('have an id of their own each', () => {
    expect(byId.size).toBe(graders.length);
    expect(graders.length).toBeGreaterThan(9);
  });
});
