import { describe, expect, it } from 'vitest';
import { at, sameValue, stepsOf } from '../../src/grading/fields.ts';
import { nanosOf } from '../../src/grading/quantity.ts';
import { kubectl, listing, seconds, shown } from '../../src/grading/words.ts';

describe('the words of verdicts', () => {
  it('show values on one line, short, without control characters', () => {
    expect(shown('a\n  b\n')).toBe('a ⏎ b');
    expect(shown('x'.repeat(200))).toHaveLength(120);
    expect(shown('\u001b[2Jgone\u0007')).toBe('·[2Jgone·');
    expect(shown({ a: 1n, b: [undefined] })).toBe('{"a":1,"b":[null]}');
    expect([shown(undefined), shown(''), shown(null)]).toEqual(['nothing', '""', 'null']);
  });

  it('list names and tell times', () => {
    expect(listing(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d and 2 more');
    expect(listing([])).toBe('none');
    expect([seconds(1500), seconds(3000), seconds(41_600)]).toEqual(['1.5 s', '3 s', '42 s']);
  });

  it('give commands that can be pasted', () => {
    expect(kubectl(['get', 'pods', '-o', 'jsonpath={.items[*]}'], 'kube-system')).toBe(
      "kubectl -n kube-system get pods -o 'jsonpath={.items[*]}'",
    );
  });
});

describe('paths into objects', () => {
  const object = {
    metadata: { annotations: { 'a.b/c': 'x' } },
    spec: { containers: [{ name: 'web', image: 'i' }], ports: [{ port: 80 }] },
  };

  it('go through fields, indexes, quoted keys and named elements', () => {
    expect(at(object, 'spec.ports[0].port')).toBe(80);
    expect(at(object, 'metadata.annotations["a.b/c"]')).toBe('x');
    expect(at(object, 'spec.containers[name=web].image')).toBe('i');
  });

  it('end in nothing where anything is missing', () => {
    for (const path of ['spec.containers[name=db].image', 'spec.ports[3].port', 'status.x', 'spec.ports.port', 'constructor'])
      expect(at(object, path)).toBeUndefined();
  });

  it('are refused when they cannot be read', () => {
    expect(stepsOf('spec..x')).toBeUndefined();
    expect(stepsOf('')).toBeUndefined();
  });

  it('compare values whatever the order of their keys', () => {
    expect(sameValue({ a: [1, { b: 2, c: 3 }] }, { a: [1, { c: 3, b: 2 }] })).toBe(true);
    expect(sameValue({ a: undefined }, {})).toBe(false);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
    expect(sameValue([], {})).toBe(false);
    expect(sameValue(undefined, undefined)).toBe(true);
  });
});

describe('quantities', () => {
  it('are read exactly', () => {
    expect([nanosOf('128Mi'), nanosOf('0.5'), nanosOf('250m'), nanosOf('1e3'), nanosOf('-1k'), nanosOf('12E')]).toEqual([
      134217728n * 10n ** 9n,
      5n * 10n ** 8n,
      25n * 10n ** 7n,
      10n ** 12n,
      -(10n ** 12n),
      12n * 10n ** 27n,
    ]);
    for (const text of ['', 'Mi', '1 Gi', '1gi', '1.2.3']) expect(nanosOf(text)).toBeUndefined();
  });
});
