import { describe, expect, it } from 'vitest';
import { parseManifests } from '../../src/kube/manifests.ts';
import { formatProblem } from '../../src/lab/diagnostics.ts';

const said = (text: string) => parseManifests(text, 'start.yaml').problems.map(formatProblem);

describe('the objects of a manifest', () => {
  it('are read as kubectl reads them, from all documents', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {on: "x"}\n---\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\nmode: 0644\nready: yes\n';
    const { objects, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    expect(objects.map((one) => [one.kind, one.metadata.name, one.mode, one.ready])).toEqual([
      ['ConfigMap', 'a', undefined, undefined],
      ['Secret', 'b', 420, true],
    ]);
  });

  it('are taken out of a List, in JSON too', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }] };
    expect(parseManifests(JSON.stringify(list)).objects.map((one) => one.metadata.name)).toEqual(['a']);
  });

  it('are all refused when one is wrong, with every place', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nkind: Pod\nmetadata: {name: b}\n---\napiVersion: v1\nkind: Pod\nmetadata: {}\n---\n- 1\n';
    expect(parseManifests(text).objects).toEqual([]);
    expect(said(text)).toEqual([
      'start.yaml:5:1  apiVersion  apiVersion is missing',
      'start.yaml:10:11  metadata  Pod has no metadata.name',
      'start.yaml:12:1  an object of Kubernetes is a map with apiVersion, kind and metadata',
    ]);
  });

  it('say where an item of a List is wrong', () => {
    expect(said('apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n')).toEqual([
      'start.yaml:4:3  items.0.metadata  Pod has no metadata.name',
    ]);
  });

  it('have the problems of their YAML', () => {
    expect(said('a: 1\na: 2\n')).toEqual(['start.yaml:2:1  the key a is written twice']);
  });
});
