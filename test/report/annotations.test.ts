import { describe, expect, it } from 'vitest';
import { annotationOf, githubAnnotation } from '../../src/report/annotations.ts';
import { placesOf, verifyAnnotations } from '../../src/report/verify-annotations.ts';
import type { VerifiedLab } from '../../src/report/verify-document.ts';
import { verifyJunit } from '../../src/report/verify-junit.ts';

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

const sound: VerifiedLab = {
  id: 'x',
  ok: true,
  untouched: { ok: true, passed: [] },
  solution: { ok: true, failed: [] },
  wrong: [{ id: 'lazy', ok: true, failed: ['C1'] }],
  reset: { ok: true, difference: [] },
  seconds: 12,
};

describe("GitHub's annotations", () => {
  it('name file, line and column', () => {
    expect(
      githubAnnotation(
        annotationOf({
          severity: 'error',
          file: 'labs/x/lab.yaml',
          line: 12,
          column: 7,
          at: 'steps[0].checks[1].grader',
          message: 'unknown grader',
        }),
      ),
    ).toBe('::error file=labs/x/lab.yaml,line=12,col=7,title=steps[0].checks[1].grader::unknown grader');
  });

  it('cannot be broken out of by what a message or a file name contains', () => {
    expect(githubAnnotation({ level: 'warning', file: 'a,line=1:b', message: 'x\n::set-env name=y::z 100%' })).toBe(
      '::warning file=a%2Cline=1%3Ab::x%0A::set-env name=y::z 100%25',
    );
  });
});

describe('what a verified lab says at its lines', () => {
  const places = placesOf('labs/x/lab.yaml', labText);

  it('says nothing of a lab that holds', () => {
    expect(verifyAnnotations(sound, places)).toEqual([]);
  });

  it('points at each check that stood wrong, and at the wrong fix', () => {
    const broken: VerifiedLab = {
      ...sound,
      ok: false,
      solution: { ok: false, failed: ['C1', 'C2'] },
      wrong: [{ id: 'lazy', ok: false, failed: [] }],
    };
    expect(verifyAnnotations(broken, places).map(githubAnnotation)).toEqual([
      '::error file=labs/x/lab.yaml,line=5,col=9,title=x%3A not so%3A its solution passes::these checks fail after the solution: C1, C2',
      '::error file=labs/x/lab.yaml,line=6,col=9,title=x%3A not so%3A its solution passes::these checks fail after the solution: C1, C2',
      '::error file=labs/x/lab.yaml,line=9,col=5,title=x%3A not so%3A wrong fix lazy fails as declared::what failed instead of mustFail: none',
    ]);
  });

  it('points at the first line where there is no better place', () => {
    expect(
      verifyAnnotations({ ...sound, reset: { ok: false, difference: ['Pod/a is left over'] } }, placesOf('l.yaml', ': : :')).map(
        githubAnnotation,
      ),
    ).toEqual([
      '::error file=l.yaml,line=1,col=1,title=x%3A not so%3A reset gives the start state back::after a reset: Pod/a is left over',
    ]);
  });
});

describe('verify --junit', () => {
  it('has a case for each proof, and an error for a lab that could not be verified', () => {
    const text = verifyJunit({
      ok: false,
      labs: [
        { ...sound, solution: { ok: false, failed: ['C2'] } },
        { ...sound, id: 'y', reason: 'no cluster' },
      ],
    });
    expect(text).toContain('<testsuites name="kubedrill verify" tests="5" failures="1" errors="1">');
    expect(text).toContain('<failure message="these checks fail after the solution: C2" type="proof"/>');
    expect(text).toContain('<testcase classname="x" name="wrong fix lazy fails as declared"/>');
    expect(text).toContain('<error message="no cluster"/>');
  });
});
