import { describe, expect, it } from 'vitest';
import { mustParseRoster, namespaceOf, parseRoster, sharedPlaces, slugOf } from '../../src/batch/roster.ts';
import { formatProblem } from '../../src/lab/diagnostics.ts';

const problems = (text: string) => parseRoster(text, 'roster.yaml').problems.map(formatProblem);

describe('a roster', () => {
  it('fills in its defaults', () => {
    const { roster } = parseRoster(
      `due: 2026-03-01T12:00:00Z
defaults: {kubeconfig: class.kubeconfig, namespace: "drill-{{id}}"}
learners:
  - {id: ada, name: Ada Lovelace}
  - {id: ben, kubeconfig: ben.kubeconfig, context: kind-ben, namespace: work}
`,
      'roster.yaml',
    );
    expect(roster).toEqual({
      due: Date.UTC(2026, 2, 1, 12),
      learners: [
        { id: 'ada', name: 'Ada Lovelace', kubeconfig: 'class.kubeconfig', context: undefined, namespace: 'drill-{{id}}' },
        { id: 'ben', name: undefined, kubeconfig: 'ben.kubeconfig', context: 'kind-ben', namespace: 'work' },
      ],
    });
  });

  it('says everything that is wrong with it, with its place', () => {
    expect(problems('learners:\n  - {id: ada, nane: Ada}\n  - {id: "", namespace: Upper}\n')).toEqual([
      'roster.yaml:2:15  learners[0].nane  unknown key "nane"',
      'roster.yaml:3:10  learners[1].id  Too small: expected string to have >=1 characters',
      'roster.yaml:3:10  learners[1].id  an id without control characters',
      'roster.yaml:3:25  learners[1].namespace  a namespace; {{id}} and {{lab}} are filled in',
    ]);
  });

  it('does not take two learners of one id, also when only capitals differ', () => {
    expect(problems('learners: [{id: ada}, {id: Ada}]')).toEqual([
      'roster.yaml:1:28  learners[1].id  the id "Ada" is taken by learners[0] (capitals do not tell ids apart)',
    ]);
  });

  it('may not be empty', () => {
    expect(problems('')).toEqual(['roster.yaml:1:1  the roster is empty']);
    expect(problems('learners: []')).toHaveLength(1);
  });

  it('that cannot be used is a usage error that lists it all', () => {
    expect(() => mustParseRoster('learners: [{id: 1}]', 'r.yaml')).toThrow(
      /the roster cannot be used:\n {2}r\.yaml:1:17 {2}learners\[0\]\.id/,
    );
  });
});

describe('the namespace of a learner', () => {
  it('is that of the drill unless the roster says otherwise', () => {
    expect(namespaceOf({ id: 'ada', namespace: undefined }, 'scale-it')).toBe('drill-scale-it');
    expect(namespaceOf({ id: 'Ada Ü.', namespace: '{{lab}}-{{id}}' }, 'scale-it')).toBe('scale-it-ada-u');
  });

  it('is made of what namespaces may have', () => {
    expect(['Ada L.', 'ÜBUNG', '李', '--x--'].map(slugOf)).toEqual(['ada-l', 'ubung', 'learner', 'x']);
  });

  it('may not be one place for two learners', () => {
    const { roster } = parseRoster('learners: [{id: a}, {id: b}, {id: c, namespace: other}]', 'r');
    expect(sharedPlaces(roster!, 'lab')).toEqual([['a', 'b']]);
  });
});
