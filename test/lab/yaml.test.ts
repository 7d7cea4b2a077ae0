import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/lab/diagnostics.ts';
import { parseKubeYaml } from '../../src/lab/yaml.ts';

const values = (text: string) => parseKubeYaml(text, 'x.yaml').documents.map(({ value }) => value);
const problems = (text: string) => parseKubeYaml(text, 'x.yaml').problems.map(formatProblem);

describe("Kubernetes' YAML dialect", () => {
  test('reads yes and no as booleans and a leading zero as octal, as kubectl does', () => {
    expect(values('a: yes\nb: off\nc: 0644\nd: 0x1F')).toEqual([{ a: true, b: false, c: 420, d: 31 }]);
  });

  test('keeps dates and times as strings', () => {
    expect(values('a: 2001-01-01\nb: 22:22\nc: 190:20:30')).toEqual([{ a: '2001-01-01', b: '22:22', c: '190:20:30' }]);
  });

  test('leaves empty documents out', () => {
    expect(values('---\n---\n# a comment\n---\na: 1\n---\n')).toEqual([{ a: 1 }]);
    expect(values('')).toEqual([]);
    expect(values('null')).toEqual([]);
  });

  test('reads JSON, tabs and all', () => {
    expect(values('{"a": {"b": [1,\n\t2]}}')).toEqual([{ a: { b: [1, 2] } }]);
  });

  test('expands anchors and merges', () => {
    expect(values('a: &x {b: 1}\nc: {<<: *x, d: 2}')).toEqual([{ a: { b: 1 }, c: { b: 1, d: 2 } }]);
  });

  test('__proto__ is a key like any other', () => {
    const [value] = values('{"__proto__": {"polluted": 1}}') as [object];
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('what is wrong with a YAML text', () => {
  test('a key that is written twice', () => {
    expect(problems('a: 1\n"b c": 2\na: 3\n"b c": 4')).toEqual([
      'x.yaml:3:1  the key a is written twice',
      'x.yaml:4:1  the key b c is written twice',
    ]);
  });

  test('an alias bomb is not expanded', () => {
    const ten = (name: string) => `[${Array(10).fill(name).join(',')}]`;
    expect(problems(`a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: &d ${ten('*c')}\ne: ${ten('*d')}`)).toEqual([
      'x.yaml:1:1  aliases that multiply (an alias bomb) are not read',
    ]);
  });

  test('nesting that would overflow the stack', () => {
    expect(problems('['.repeat(100_000))).toEqual([expect.stringMatching(/^x\.yaml:1:\d+ {2}nested too deeply to be read$/)]);
    expect(problems(`${'- '.repeat(50_000)}a`)).toEqual([expect.stringMatching(/^x\.yaml:1:\d+ {2}nested too deeply to be read$/)]);
  });

  test('an alias without its anchor', () => {
    expect(problems('a: *nope')).toEqual(['x.yaml:1:1  Unresolved alias (the anchor must be set before the alias): nope']);
  });

  test('data that contains itself', () => {
    expect(problems('a: &x\n  b: [1, *x]')).toEqual(['x.yaml:2:10  *x would contain itself']);
  });

  test('values that JSON cannot hold, and tags that Kubernetes does not know', () => {
    expect(problems('a: .inf\n? [k]\n: 1')).toEqual([
      'x.yaml:1:4  .inf is not a number that JSON can hold',
      'x.yaml:2:3  a key must be a string, this one is a collection (text that begins with {{ needs quotes)',
    ]);
    expect(problems('a: !!binary aGVsbG8=')).toEqual(['x.yaml:1:4  Unresolved tag: tag:yaml.org,2002:binary']);
  });

  test('a syntax error names its line, and the other documents are still read', () => {
    const read = parseKubeYaml('a: 1\n---\nb:\n\t- 1\n---\nc: 3', 'x.yaml');
    expect(read.problems.map(formatProblem)).toEqual(['x.yaml:4:1  Tabs are not allowed as indentation']);
    expect(read.documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }]);
  });

  test('texts beyond the limits are not parsed', () => {
    const long = parseKubeYaml('a: 1234567890', 'x.yaml', { maxLength: 5 });
    expect(long.problems.map(formatProblem)).toEqual(['x.yaml:1:1  the file has 13 characters, at most 5 are read']);
    const many = parseKubeYaml('---\na: 1\n---\nb: 1\n', 'x.yaml', { maxDocuments: 1 });
    expect(many.problems.map(formatProblem)).toEqual(['x.yaml:1:1  the file has 2 documents, at most 1 are read']);
  });
});

test('positions are those of the value, of the key, or of the nearest part that was written', () => {
  const [document] = parseKubeYaml('a:\n  - b: 1\n    c: 2\n', 'x.yaml').documents;
  expect(document!.positionOf(['a', 0, 'c'])).toEqual({ line: 3, column: 8 });
  expect(document!.keyPositionOf(['a', 0, 'c'])).toEqual({ line: 3, column: 5 });
  expect(document!.positionOf(['a', 0, 'missing'])).toEqual({ line: 2, column: 5 });
  expect(document!.positionOf([])).toEqual({ line: 1, column: 1 });
});

test('positions are found through an alias', () => {
  const [document] = parseKubeYaml('a: &x\n  b: 1\nc: *x\n', 'x.yaml').documents;
  expect(document!.positionOf(['c', 'b'])).toEqual({ line: 2, column: 6 });
});
