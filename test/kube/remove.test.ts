import { describe, expect, it } from 'vitest';
import { pathOf } from '../../src/kube/path.ts';
import { deleteAndWait, deleteNamespace } from '../../src/kube/remove.ts';
import { api, server } from '../support/each-api.ts';
import { statusAnswer } from '../support/fake-api-server.ts';
import { FakeClock } from '../support/fake-clock.ts';

const web = pathOf('Pod', 'shop', 'web');
const put = (more: object = {}) => server.put({ kind: 'Pod', metadata: { name: 'web', namespace: 'shop', ...more } });
const remove = (signal?: AbortSignal) => deleteAndWait(api, web, { boundMs: 10_000, clock: new FakeClock(), signal });

describe('deleting an object', () => {
  it('waits until it is gone', async () => {
    put();
    expect(await remove()).toMatchObject({ outcome: 'gone' });
    expect(server.get('Pod', 'web', 'shop')).toBeUndefined();
  });

  it('says that there was none', async () => {
    expect(await remove()).toEqual({ outcome: 'absent', ms: 0 });
  });

  it('is done when another one has its name', async () => {
    const first = put({ finalizers: ['example.com/wait'] });
    server.react(({ type, object }) => {
      if (type !== 'MODIFIED' || object.metadata.uid !== first.metadata.uid) return;
      server.put({ kind: 'Pod', metadata: { ...object.metadata, finalizers: [] } });
      put();
    });
    expect(await remove()).toMatchObject({ outcome: 'gone' });
    expect(server.get('Pod', 'web', 'shop')?.metadata.uid).not.toBe(first.metadata.uid);
  });

  it('means the object that was seen, not one that came after it', async () => {
    const { uid } = put().metadata;
    await remove();
    expect(server.requests.find(({ method }) => method === 'DELETE')?.body).toEqual({
      propagationPolicy: 'Background',
      preconditions: { uid },
    });
  });

  it('says what it waits for at its bound', async () => {
    put({ finalizers: ['example.com/wait'] });
    expect(await remove()).toMatchObject({ outcome: 'bound', seen: 'it waits for its finalizers example.com/wait' });
  });

  it('says that it was refused', async () => {
    put();
    server.when(({ method }) => method === 'DELETE', statusAnswer(403, 'Forbidden', 'no'));
    expect(await remove()).toMatchObject({ outcome: 'failed', failure: { reason: 'Forbidden' } });
  });

  it('goes on waiting while nobody answers', async () => {
    put();
    server.when(
      ({ method, path }) => method === 'GET' && path === web && server.requests.some((one) => one.method === 'DELETE'),
      'drop',
      3,
    );
    expect(await remove()).toMatchObject({ outcome: 'gone' });
  });

  it('is cancelled by its signal', async () => {
    put({ finalizers: ['example.com/wait'] });
    const controller = new AbortController();
    server.react(() => controller.abort());
    expect(await remove(controller.signal)).toMatchObject({ outcome: expect.stringMatching(/cancelled|failed/) });
  });
});

describe('deleting a namespace', () => {
  const removeShop = () => deleteNamespace(api, 'shop', { boundMs: 5000, clock: new FakeClock() });
  const condition = (type: string, message: string) => ({ conditions: [{ type, status: 'True', message }] });
  /** Plays the namespace controller's conditions. */
  const held = (status: object) =>
    server.react(({ type, object }) => {
      if (type === 'MODIFIED' && object.kind === 'Namespace' && !object.status?.conditions)
        server.store.put({ ...object, status: { ...object.status, ...status } });
    });

  it('takes what is in it along', async () => {
    put();
    await removeShop();
    expect([server.get('Namespace', 'shop'), server.list('Pod', 'shop')]).toEqual([undefined, []]);
  });

  it('ends its Pods at once, after its own deletion, so that nobody makes them again', async () => {
    put();
    await removeShop();
    const deleted = server.requests.filter(({ method }) => method === 'DELETE');
    expect(deleted.map(({ path }) => path)).toEqual([pathOf('Namespace', undefined, 'shop'), pathOf('Pod', 'shop')]);
    expect(deleted[1]?.body).toEqual({ gracePeriodSeconds: 1 });
  });

  it('does not end the Pods of another one that has its name by now', async () => {
    put();
    server.when(({ method }) => method === 'DELETE', statusAnswer(409, 'Conflict', 'another uid'));
    await expect(removeShop()).rejects.toThrow('still there');
    expect(server.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      pathOf('Namespace', undefined, 'shop'),
    ]);
  });

  it('does not need the right to end Pods', async () => {
    put();
    server.when(({ method, path }) => method === 'DELETE' && path === pathOf('Pod', 'shop'), statusAnswer(403, 'Forbidden', 'no'));
    await removeShop();
    expect(server.get('Namespace', 'shop')).toBeUndefined();
  });

  it('is nothing to do when there is none', async () => {
    await expect(removeShop()).resolves.toBeUndefined();
  });

  it('names the object and the finalizer that hold it', async () => {
    server.put({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop', finalizers: ['kubernetes.io/pvc-protection'] },
    });
    held(condition('NamespaceContentRemaining', 'Some resources are remaining: persistentvolumeclaims. has 1 resource instances'));
    await expect(removeShop()).rejects.toMatchObject({
      code: 'reset-failed',
      message: 'namespace shop is still there after 5 s: PersistentVolumeClaim data waits for its finalizers kubernetes.io/pvc-protection',
      hint: 'Look: kubectl -n shop get persistentvolumeclaims data -o yaml',
    });
  });

  it('names kinds that kubedrill does not know', async () => {
    put({ finalizers: ['x'] });
    held(condition('NamespaceContentRemaining', 'Some resources are remaining: widgets.example.com has 2 resource instances'));
    await expect(removeShop()).rejects.toMatchObject({
      message: 'namespace shop is still there after 5 s: widgets are left',
      hint: 'Look: kubectl -n shop get widgets.example.com -o yaml',
    });
  });

  it('says that nobody empties it when the controller manager is away', async () => {
    server.put({ kind: 'Namespace', metadata: { name: 'shop' } });
    put({ finalizers: ['x'] });
    await expect(removeShop()).rejects.toMatchObject({
      message: 'namespace shop is still there after 5 s: nobody empties it',
      hint: 'Is the controller manager well? See how the cluster is: kubedrill doctor',
    });
  });

  it('says which API cannot be asked for what is left', async () => {
    put({ finalizers: ['x'] });
    held(condition('NamespaceDeletionDiscoveryFailure', 'Discovery failed for some groups: metrics.k8s.io/v1beta1'));
    await expect(removeShop()).rejects.toMatchObject({
      message: 'namespace shop is still there after 5 s: Discovery failed for some groups: metrics.k8s.io/v1beta1',
      hint: 'An API is registered that does not answer: kubectl get apiservices',
    });
  });

  it('says that it was refused', async () => {
    put();
    server.when(({ method }) => method === 'DELETE', statusAnswer(403, 'Forbidden', 'namespaces "shop" is forbidden'));
    await expect(removeShop()).rejects.toMatchObject({
      code: 'reset-failed',
      message: 'namespace shop cannot be deleted: namespaces "shop" is forbidden',
    });
  });
});
