import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/grading/object.ts';
import { type ApplyOptions, applyObjects } from '../../src/kube/apply.ts';
import { discover } from '../../src/kube/discovery.ts';
import { api, server } from '../support/each-api.ts';
import { statusAnswer } from '../support/fake-api-server.ts';
import { FakeClock } from '../support/fake-clock.ts';

const apply = (objects: KubeObject[], more: Partial<ApplyOptions> = {}) =>
  applyObjects(api, objects, { namespace: 'shop', clock: new FakeClock(), ...more });

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: { a: '1' } };
const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true }],
  },
};
const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };

describe('applying objects', () => {
  it('makes namespaces and definitions of kinds first, whatever their place in the file', async () => {
    const results = await apply([widget, config, widgets, namespace]);
    expect(results.map((one) => [one.what, one.ok])).toEqual([
      ['Namespace shop', true],
      ['CustomResourceDefinition widgets.example.com', true],
      ['Widget w', true],
      ['ConfigMap config', true],
    ]);
    expect(server.get('Widget', 'w', 'shop')?.spec).toEqual({ size: 3 });
  });

  it('is server-side apply, as kubedrill, with force and strict fields', async () => {
    server.put(namespace);
    await apply([config]);
    const { method, path, query, headers } = server.requests.at(-1)!;
    expect([method, path, query.toString(), headers['content-type']]).toEqual([
      'PATCH',
      '/api/v1/namespaces/shop/configmaps/config',
      'fieldManager=kubedrill&force=true&fieldValidation=Strict',
      'application/apply-patch+yaml',
    ]);
  });

  it('says what was created and what was there', async () => {
    server.put(namespace);
    expect(await apply([config])).toMatchObject([{ ok: true, created: true }]);
    expect(await apply([config])).toMatchObject([{ ok: true, created: false }]);
  });

  it('leaves an object in the namespace that it names', async () => {
    server.put({ kind: 'Namespace', metadata: { name: 'other' } });
    await apply([{ ...config, metadata: { name: 'config', namespace: 'other' } }]);
    expect(server.list('ConfigMap', 'other')).toHaveLength(1);
  });

  it('names the field that the API server does not know, which answers only 500', async () => {
    server.put(namespace);
    const message = 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema';
    server.when(({ method }) => method === 'PATCH', statusAnswer(500, '', message));
    const [result] = await apply([config]);
    expect(result).toMatchObject({
      ok: false,
      what: 'ConfigMap config',
      failure: { reason: 'Invalid', message: 'unknown field spec.replica' },
    });
  });

  it('goes on after an object was refused', async () => {
    server.put(namespace);
    const results = await apply([widget, config]);
    expect(results).toMatchObject([{ ok: false, failure: { message: 'the cluster does not serve example.com/v1' } }, { ok: true }]);
  });

  it('stops when nobody answers', async () => {
    await server.away();
    expect(await apply([config, namespace])).toMatchObject([{ ok: false, what: 'Namespace shop', failure: { kind: 'away' } }]);
  });

  it('says that a definition was not accepted', async () => {
    const status = { conditions: [{ type: 'NamesAccepted', status: 'False', message: '"Widget" is already in use' }] };
    expect(await apply([{ ...widgets, status }])).toMatchObject([
      { ok: false, failure: { message: 'widgets.example.com is not established after 30 s: "Widget" is already in use' } },
    ]);
  });

  it('changes nothing in a dry run', async () => {
    server.put(namespace);
    expect(await apply([config], { dryRun: true })).toMatchObject([{ ok: true }]);
    expect(server.list('ConfigMap', 'shop')).toEqual([]);
  });
});

describe('discovery', () => {
  it('knows the kinds of the labs without asking', async () => {
    expect(await discover(api).kindOf({ apiVersion: 'apps/v1', kind: 'Deployment' })).toMatchObject({
      ok: true,
      kind: { plural: 'deployments' },
    });
    expect(server.requests).toEqual([]);
  });

  it('asks for an unknown kind once', async () => {
    server.store.put(widgets as KubeObject);
    const discovery = discover(api);
    expect(await discovery.pathOf(widget, 'shop')).toMatchObject({ ok: true, path: '/apis/example.com/v1/namespaces/shop/widgets/w' });
    await discovery.pathOf(widget, 'shop');
    expect(server.requests.map(({ path }) => path)).toEqual(['/apis/example.com/v1']);
  });

  it('says that the cluster has no such kind, and asks again the next time', async () => {
    const discovery = discover(api);
    expect(await discovery.kindOf({ apiVersion: 'apps/v1', kind: 'Deploymint' })).toMatchObject({
      ok: false,
      reason: 'NotFound',
      message: 'the cluster has no kind Deploymint in apps/v1',
    });
    expect(await discovery.kindOf(widget)).toMatchObject({ ok: false, message: 'the cluster does not serve example.com/v1' });
    server.store.put(widgets as KubeObject);
    expect(await discovery.kindOf(widget)).toMatchObject({ ok: true });
  });

  it('says that an object names no namespace', async () => {
    expect(await discover(api).pathOf(config, undefined)).toMatchObject({ ok: false, message: 'ConfigMap config names no namespace' });
  });
});
