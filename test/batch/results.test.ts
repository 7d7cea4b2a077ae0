import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeRows, openResults, type ResultLine, type ResultsOptions } from '../../src/batch/results.ts';
import { absent, dead, learner, passed, stuck } from '../report/sample.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

function file(given: Partial<ResultsOptions> = {}) {
  const path = join(scratchFolder(), 'results.jsonl');
  const open = (more: Partial<ResultsOptions> = {}) =>
    openResults({
      path,
      lab: 'scale-it',
      fingerprint: 'f1',
      source: 'roster r.yaml',
      mode: 'go-on',
      now: '2026-01-01T00:00:00Z',
      ...given,
      ...more,
    });
  return {
    path,
    open,
    lines: () =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ResultLine),
  };
}

describe('results on disk', () => {
  it('hold a row as soon as it is there', () => {
    const { open, lines } = file();
    const results = open();
    results.add('k1', passed);
    expect(lines()).toEqual([
      { type: 'run', lab: 'scale-it', fingerprint: 'f1', source: 'roster r.yaml', started: '2026-01-01T00:00:00Z' },
      { type: 'learner', key: 'k1', grade: passed },
    ]);
  });

  it('go on after an interruption: who has a score keeps it, who could not be graded is graded again', () => {
    const { open } = file();
    const first = open();
    first.add('k1', passed);
    first.add('k2', dead);
    first.add('k3', absent);
    const second = open();
    expect(second.kept(passed.id, 'k1')).toEqual(passed);
    expect(second.kept(dead.id, 'k2')).toBeUndefined();
    expect(second.kept(absent.id, 'k3')).toBeUndefined();
  });

  it('keep no score of work that has changed since', () => {
    const { open } = file();
    open().add('k1', passed);
    expect(open().kept(passed.id, 'other')).toBeUndefined();
  });

  it.each([
    ['after all rows were there', (results: ReturnType<typeof openResults>) => results.done(), {}],
    ['for another version of the lab', () => undefined, { fingerprint: 'f2' }],
    ['for another source', () => undefined, { source: 'roster other.yaml' }],
    ['when asked to', () => undefined, { mode: 'fresh' as const }],
  ])('begin anew %s', (_, act, more) => {
    const { open } = file();
    const first = open();
    first.add('k1', passed);
    act(first);
    expect(open(more).kept(passed.id, 'k1')).toBeUndefined();
  });

  it('survive a line that was torn by a crash: what follows is whole', () => {
    const { open, path, lines } = file();
    open().add('k1', passed);
    appendFileSync(path, '{"type":"learner","key":"k2","gra');
    const second = open();
    second.add('k2', stuck);
    expect(lines().map((line) => (line.type === 'learner' ? line.grade.id : line.type))).toEqual(['run', 'ada', 'ben']);
  });

  it('are graded again for those without a score alone, and only of the same lab', () => {
    const { open, path } = file();
    expect(() => open({ mode: 'only-errors' })).toThrow(`there are no earlier results in ${path}`);
    const first = open();
    first.add('k1', passed);
    first.add('k2', dead);
    first.done();
    expect(() => open({ mode: 'only-errors', fingerprint: 'f2' })).toThrow(`the results in ${path} are of an earlier version of the lab`);
    const again = open({ mode: 'only-errors' });
    expect(again.kept(passed.id, 'k1')).toEqual(passed);
    expect(again.kept(dead.id, 'k2')).toBeUndefined();
  });

  it('say so when they cannot be written', () => {
    const { open, path } = file();
    const results = open();
    rmSync(path);
    mkdirSync(path);
    expect(() => results.add('k1', passed)).toThrow(/^cannot write .*results\.jsonl: EISDIR$/);
  });
});

describe('rows of several shards', () => {
  const line = (grade: typeof passed): ResultLine => ({ type: 'learner', key: 'k', grade });

  it('are one set: a score is never lost to an error that came later', () => {
    const failedLater = { ...dead, id: 'ada' };
    const rows = mergeRows([[line(passed)], [line(failedLater), line(stuck), { type: 'done' }]]);
    expect([...rows.values()]).toEqual([passed, stuck]);
  });

  it('take the later of two scores', () => {
    const better = learner('ben');
    expect(mergeRows([[line(stuck)], [line(better)]]).get('ben')).toEqual(better);
  });
});
