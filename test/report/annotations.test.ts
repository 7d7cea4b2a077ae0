import { describe, expect, it } from 'vitest';
import type { LabProof } from '../../src/drill/prove.ts';
import { annotationOf, githubAnnotation } from '../../src/report/annotations.ts';
import { codeQuality } from '../../src/report/code-quality.ts';
import { placesOf, proofAnnotations } from '../../src/report/proof-annotations.ts';

const labText = `id: x
steps:
  - id: one
    checks:
      - {id: C1, title: a}
      - id: C2
        title: b
wrong:
  - {id: lazy, step: one}
`;

const sound: LabProof = {
  id: 'x',
  ok: true,
  untouched: { ok: true, passed: [], notes: [] },
  solution: { ok: true, failed: [], notes: [] },
  wrong: [{ id: 'lazy', ok: true, failed: ['C1'], notes: [] }],
  reset: { ok: true, difference: [] },
  seconds: 12,
};

describe("GitHub's annotations", () => {
  it('name file, line and column', () => {
    const problem = {
      severity: 'error',
      file: 'labs/x/lab.yaml',
      line: 12,
      column: 7,
      at: 'steps[0].checks[1].grader',
      message: 'unknown grader',
    } as const;
    expect(githubAnnotation(annotationOf(problem))).toBe(
      '::error file=labs/x/lab.yaml,line=12,col=7,title=steps[0].checks[1].grader::unknown grader',
    );
  });

  it('cannot be broken out of by what a message or a file name contains', () => {
    expect(githubAnnotation({ level: 'warning', file: 'a,line=1:b', message: 'x\n::set-env name=y::z 100%' })).toBe(
      '::warning file=a%2Cline=1%3Ab::x%0A::set-env name=y::z 100%25',
    );
  });
});

describe("GitLab's code quality report", () => {
  const one = {
    level: 'error',
    file: 'labs/x/lab.yaml',
    at: { line: 5, column: 9 },
    title: 'x: its solution does not pass',
    message: 'C1',
  } as const;

  it('names file and line, and is the same issue when the lines above it change', () => {
    const [issue, ...others] = JSON.parse(codeQuality([one]));
    expect(issue).toMatchObject({
      description: 'x: its solution does not pass: C1',
      check_name: 'kubedrill',
      severity: 'major',
      location: { path: 'labs/x/lab.yaml', lines: { begin: 5 } },
    });
    expect(others).toEqual([]);
    const [moved] = JSON.parse(codeQuality([{ ...one, at: { line: 50, column: 9 } }]));
    expect(moved.fingerprint).toBe(issue.fingerprint);
  });

  it('tells two issues with the same words apart', () => {
    const [first, second] = JSON.parse(codeQuality([one, one]));
    expect(first.fingerprint).not.toBe(second.fingerprint);
  });

  it('is an empty list when everything holds', () => {
    expect(JSON.parse(codeQuality([]))).toEqual([]);
  });
});

describe('what a proved lab says at its lines', () => {
  const places = placesOf('labs/x/lab.yaml', labText);
  const written = (given: Partial<LabProof>, at = places) => proofAnnotations({ ...sound, ok: false, ...given }, at).map(githubAnnotation);

  it('is nothing when the proof holds', () => {
    expect(proofAnnotations(sound, places)).toEqual([]);
  });

  it('points at each check that stood wrong', () => {
    expect(
      written({
        solution: { ok: false, failed: ['C1', 'C2'], notes: ['C1: fail: observed 1, expected 2', 'at the end, C2: could not look: gone'] },
      }),
    ).toEqual([
      '::error file=labs/x/lab.yaml,line=5,col=9,title=x%3A its solution does not pass::C1: fail: observed 1, expected 2',
      '::error file=labs/x/lab.yaml,line=6,col=9,title=x%3A its solution does not pass::at the end, C2: could not look: gone',
    ]);
    expect(written({ untouched: { ok: false, passed: ['C1'], notes: ['C1: passes: there is one'] } })).toEqual([
      '::error file=labs/x/lab.yaml,line=5,col=9,title=x%3A untouched it does not fail as it must::C1: passes: there is one',
    ]);
  });

  it('points at the wrong fix that did not fail', () => {
    expect(written({ wrong: [{ id: 'lazy', ok: false, failed: [], notes: ['C1: passes: seen'] }] })).toEqual([
      '::error file=labs/x/lab.yaml,line=9,col=5,title=x%3A wrong fix lazy does not fail as declared::C1: passes: seen',
    ]);
  });

  it('points at the first line where there is no better place', () => {
    const unreadable = placesOf('l.yaml', ': : :');
    expect(written({ reset: { ok: false, difference: ['Pod/a is left over', 'Service/b differs'] } }, unreadable)).toEqual([
      '::error file=l.yaml,line=1,col=1,title=x%3A reset does not give the start state back::Pod/a is left over%0AService/b differs',
    ]);
    expect(written({ error: 'no cluster', reset: { ok: false, difference: [] } }, unreadable)).toEqual([
      '::error file=l.yaml,line=1,col=1,title=x%3A could not be proved::no cluster',
    ]);
  });
});
