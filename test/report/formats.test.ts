import { describe, expect, it } from 'vitest';
import { csv, textCell } from '../../src/report/csv.ts';
import { fileNameOf } from '../../src/report/format.ts';
import { gradescope } from '../../src/report/gradescope.ts';
import { html } from '../../src/report/html.ts';
import { htmlText } from '../../src/report/html-text.ts';
import { reportFormats } from '../../src/report/index.ts';
import { json } from '../../src/report/json.ts';
import { junit } from '../../src/report/junit.ts';
import { markdown, markdownText } from '../../src/report/markdown.ts';
import { xmlText } from '../../src/report/xml.ts';
import { input, learner, passed, stuck } from './sample.ts';

const only = (files: { path: string; text: string }[]) => files[0]!.text;

describe('every format', () => {
  it.each(reportFormats.map((format) => [format.id, format] as const))('%s writes the same bytes for the same gradebook', (_, format) => {
    expect(format.files(input())).toEqual(format.files(structuredClone(input())));
    expect(format.files(input()).every(({ text }) => text.endsWith('\n') && text.length > 100)).toBe(true);
  });

  it.each(reportFormats.map((format) => [format.id, format] as const))('%s survives names that are hostile or strange', (_, format) => {
    const names = [
      '<script>alert(1)</script>',
      '=cmd|"/c calc"!A0',
      '\u0000\uD800\u202E',
      '](javascript:alert(1))',
      "Robert'); DROP TABLE",
      '../../etc/passwd',
    ];
    const rows = names.map((name) => learner(name, { name, notes: [name] }));
    const text = format
      .files(input(...rows))
      .map((file) => `${file.path}\n${file.text}`)
      .join('\n');
    expect(text).not.toContain(
      format.id === 'json' || format.id === 'gradescope' || format.id === 'csv' ? '\u0000\uD800' : '<script>alert',
    );
    expect(format.files(input(...rows)).every(({ path }) => !path.split('/').some((part) => part === '..' || part === ''))).toBe(true);
  });
});

describe('JSON', () => {
  it('is the gradebook itself', () => {
    const document = JSON.parse(only(json.files(input())));
    expect(document.lab).toBe('service-endpoints');
    expect(document.learners[3]).toMatchObject({
      id: 'dee',
      status: 'error',
      score: null,
      reason: 'the cluster does not answer: connection refused',
    });
    expect(document.learners[1].checks[1]).toEqual({
      id: 'C2',
      step: 'answers',
      title: 'the page answers',
      guard: false,
      of: 3,
      points: 0,
      ms: 4,
      verdict: 'fail',
      observed: 'no endpoints',
      expected: '2 endpoints',
      field: 'EndpointSlice web',
      look: 'kubectl get endpointslices',
      evidence: null,
    });
  });
});

describe('CSV', () => {
  it('leaves the score of an ungradable and of a missing learner empty, and says so', () => {
    expect(only(csv.files(input())).split('\r\n')).toEqual([
      '"lab","id","name","status","score","of","standing","submitted","late_seconds","reason","C1 (of 2)","C2 (of 3)","G1 (guard)"',
      '"service-endpoints","ada","Ada Lovelace","graded",5,5,"graded",,,,2,3,"kept"',
      '"service-endpoints","ben","Ben","graded",2,5,"graded, late by 2 h 3 min","2026-03-01T12:03:00Z",7380,,2,0,"kept"',
      '"service-endpoints","cyd",,"graded",2,5,"partly graded: C2 left out",,,,2,"not graded","kept"',
      '"service-endpoints","dee",,"error",,5,"not graded",,,"the cluster does not answer: connection refused",,,',
      '"service-endpoints","eve",,"missing",,5,"missing",,,"nothing was handed in",,,',
      '',
    ]);
  });

  it.each([
    ['=1+1', `"'=1+1"`],
    ['+49 170', `"'+49 170"`],
    ['-2', `"'-2"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['  =1', `"'  =1"`],
    ['\uFEFF=1', `"'\uFEFF=1"`],
    ['＝1', `"'＝1"`],
    ['\u0000=1', `"'=1"`],
    ['"=1', `"'""=1"`],
    ["O'Brien", `"O'Brien"`],
    ['a;=b', '"a;=b"'],
    ['a "quoted", word\n', '"a ""quoted"", word\n"'],
  ])('writes %j as %s', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });
});

describe('JUnit', () => {
  it('has failures for failed checks, errors for what could not be graded, and skips who handed in nothing', () => {
    const text = only(junit.files(input()));
    expect(text).toContain('<testsuites name="service-endpoints" tests="11" failures="1" errors="2" skipped="1">');
    expect(text).toContain('<testcase classname="service-endpoints.ben.answers" name="C2: the page answers" time="0.004">\n');
    expect(text).toContain('<failure message="observed no endpoints, expected 2 endpoints" type="fail">');
    expect(text).toContain('<error message="needs a live cluster">');
    expect(text).toContain('<error message="the cluster does not answer: connection refused"/>');
    expect(text).toContain('<skipped message="nothing was handed in"/>');
  });

  it('escapes markup, and replaces what XML cannot hold', () => {
    expect(xmlText(`<a href="x">&'\u0001\uD800\n`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&apos;\uFFFD\uFFFD&#10;');
  });
});

describe('Markdown', () => {
  it('has the class, the checks and what is open', () => {
    const text = only(markdown.files(input()));
    expect(text).toContain(
      '3 of 5 graded, 1 passed, **1 could not be graded**, 1 missing, 1 late, 1 partly graded, mean 3.5 of 5, median 3.5.',
    );
    expect(text).toContain('| Ben (ben) | 2 / 5 | graded, late by 2 h 3 min |');
    expect(text).toContain('| C2 | the page answers | 1 | 1 | 1 |');
    expect(text).toContain('- failed: **C2** the page answers\n  - field: EndpointSlice web\n  - observed: no endpoints');
  });

  it.each([
    ['a|b', 'a\\|b'],
    ['<img src=x>', '&lt;img src\\=x&gt;'],
    ['![x](http://evil)', '\\!\\[x\\]\\(http:\u200B//evil\\)'],
    ['@everyone', '@\u200Beveryone'],
    ['# title\n# two', '\\# title \\# two'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['www.evil.test', 'www\u200B.evil.test'],
    ['`rm -rf`', '\\`rm -rf\\`'],
  ])('keeps %j a text', (text, written) => {
    expect(markdownText(text)).toBe(written);
  });
});

describe('HTML', () => {
  const text = only(html.files(input()));

  it('loads nothing and runs nothing', () => {
    expect(text).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`);
    expect(text).not.toMatch(/<script|<link|<img|src=|https?:/);
  });

  it('says who is stuck where, with a way to the evidence', () => {
    expect(text).toContain('<tr><th>Make it answer</th><td class="n">1</td><td><a href="#learner-ben">Ben</a></td></tr>');
    expect(text).toContain('<details id="learner-ben">');
    expect(text).toContain('observed: no endpoints\nexpected: 2 endpoints');
  });

  it('shows an ungradable learner without a score', () => {
    expect(text).toContain('<th><a href="#learner-dee">dee</a></th><td class="n">–</td><td class="error">not graded</td>');
  });

  it('escapes names and evidence, and drops what turns text around', () => {
    expect(htmlText(`<b onclick='x'>"&\u202Eabc\u0007`)).toBe('&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;abc\uFFFD');
    expect(only(html.files(input(learner('<img/src=x onerror=alert(1)>'))))).not.toContain('<img');
  });
});

describe('Gradescope', () => {
  it('writes results.json for a single learner where the autograder expects it', () => {
    const files = gradescope.files(input(passed));
    expect(files.map(({ path }) => path)).toEqual(['results.json']);
    expect(JSON.parse(files[0]!.text)).toMatchObject({
      score: 5,
      tests: [
        { name: 'C1: the Service has backends', score: 2, max_score: 2, status: 'passed', number: '1' },
        { score: 3, max_score: 3 },
        { score: 0, max_score: 0, status: 'passed' },
      ],
    });
  });

  it('writes no file for a learner who could not be graded, and no points for a check that could not', () => {
    const files = gradescope.files(input());
    expect(files.map(({ path }) => path)).toEqual([
      'gradescope/ada/results.json',
      'gradescope/ben/results.json',
      'gradescope/cyd/results.json',
    ]);
    const ungraded = JSON.parse(files[2]!.text).tests[1];
    expect(ungraded.output).toBe('Not graded. could not look: needs a live cluster');
    expect(ungraded).not.toHaveProperty('score');
    expect(ungraded).not.toHaveProperty('status');
  });

  it('gives late work as it is, and says that it is late', () => {
    expect(JSON.parse(gradescope.files(input(stuck))[0]!.text).output).toBe('graded, late by 2 h 3 min');
  });
});

describe('a file name made from an id', () => {
  it.each([
    ['ada', 'ada'],
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ['..', '%2E.'],
    ['', '_'],
    ['Ünal', '%DCnal'],
  ])('%j is %s', (id, name) => {
    expect(fileNameOf(id)).toBe(name);
  });

  it('keeps two long ids apart', () => {
    const long = 'x'.repeat(200);
    expect(fileNameOf(`${long}a`)).not.toBe(fileNameOf(`${long}b`));
    expect(fileNameOf(`${long}a`).length).toBeLessThan(110);
  });
});
