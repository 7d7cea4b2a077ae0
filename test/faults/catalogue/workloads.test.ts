import { describe, expect, test } from 'vitest';
import { backgroundLoops } from '../../../src/faults/background.ts';
import { type FakeCluster, fakeCluster } from '../fake/cluster.ts';
import { fakeLife, outcomes } from '../fake/life.ts';

const edit = (cluster: FakeCluster, kind: string, name: string, namespace: string, spec: object) => {
  const object = cluster.objects.get(kind, name, namespace);
  if (object) cluster.objects.put(kind, { ...object, spec: { ...object.spec, ...spec } });
  cluster.settle();
};
const imageOf = (cluster: FakeCluster) => cluster.objects.get('Deployment', 'web', 'shop')?.spec.template.spec.containers[0].image;
const withImage = (image: string) => ({
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
});

describe('bad-image', () => {
  test('rolls out an image that cannot be pulled, and the one before again', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('bad-image', { deployment: 'web', image: 'kd/web:22' });
    expect(imageOf(cluster)).toBe('kd/web:22');
    expect(life.journal.open()[0]).toMatchObject({
      what: 'Deployment shop/web has the image kd/web:22',
      mend: 'kubectl -n shop set image deployment/web web=kd/web:1.0',
    });
    expect(outcomes(await life.recover())).toEqual(['bad-image: undone: Deployment web has the image kd/web:1.0']);
  });

  test('takes the present image with a tag that nobody pushed, if none is given', async () => {
    const cluster = fakeCluster();
    await fakeLife(cluster).strike('bad-image', { deployment: 'web' });
    expect(imageOf(cluster)).toBe('kd/web:no-such-tag');
  });

  test('an image that somebody repaired in the meantime stays', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('bad-image', { deployment: 'web' });
    edit(cluster, 'Deployment', 'web', 'shop', withImage('kd/web:1.1'));
    expect(outcomes(await life.recover())).toEqual(['bad-image: already-fine: Deployment web has the image kd/web:1.1']);
    expect(imageOf(cluster)).toBe('kd/web:1.1');
  });

  test('a Deployment that was deleted, or deleted and applied again, is left alone', async () => {
    for (const again of [false, true]) {
      const cluster = fakeCluster();
      const life = fakeLife(cluster);
      await life.strike('bad-image', { deployment: 'web' });
      const spec = cluster.objects.get('Deployment', 'web', 'shop')?.spec;
      cluster.objects.remove('Deployment', 'web', 'shop');
      if (again) cluster.objects.put('Deployment', { metadata: { name: 'web', namespace: 'shop' }, spec });
      expect(outcomes(await life.recover())).toEqual([`bad-image: already-fine: Deployment web ${again ? 'was made anew' : 'is gone'}`]);
      if (again) expect(imageOf(cluster)).toBe('kd/web:no-such-tag');
    }
  });

  test('two on top of each other are undone newest first, back to the very first image', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('bad-image', { deployment: 'web', image: 'kd/web:22' });
    await life.strike('bad-image', { deployment: 'web' });
    await life.recover();
    expect(imageOf(cluster)).toBe('kd/web:1.0');
  });

  test('refuses a Deployment that is not there, and one that would pull nothing', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await expect(life.strike('bad-image', { deployment: 'shop' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'there is no Deployment shop/shop',
      hint: 'Look: kubectl -n shop get deployments',
    });
    edit(cluster, 'Deployment', 'web', 'shop', { replicas: 0 });
    await expect(life.strike('bad-image', { deployment: 'web' })).rejects.toMatchObject({
      message: 'Deployment web has no replicas: nothing would be pulled',
    });
  });

  test('what shows no effect within its bound is undone and reported', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await expect(life.strike('bad-image', { deployment: 'web', image: 'kd/web:1.1' })).rejects.toMatchObject({
      code: 'fault-failed',
      message: 'bad-image had no effect within 90 s: no Pod waits for kd/web:1.1 yet; it was undone',
    });
    expect(imageOf(cluster)).toBe('kd/web:1.0');
    expect(life.journal.open()).toEqual([]);
  });

  test('does not strike where the cluster itself lives', async () => {
    const life = fakeLife(fakeCluster(), { context: { namespace: 'kube-system' } });
    await expect(life.strike('bad-image', { deployment: 'coredns' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'bad-image does not strike in kube-system, which the cluster itself lives on',
    });
  });
});

describe('break-selector', () => {
  const selectorOf = (cluster: FakeCluster) => cluster.objects.get('Service', 'web', 'shop')?.spec.selector;

  test('leaves a Service without endpoints, and gives it exactly its old selector back', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('break-selector', { service: 'web', selector: 'tier=front' });
    expect(selectorOf(cluster)).toEqual({ tier: 'front' });
    expect(outcomes(await life.recover())).toEqual(['break-selector: undone: Service web selects app=web']);
    expect(selectorOf(cluster)).toEqual({ app: 'web' });
  });

  test('a selector that somebody repaired in the meantime stays', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('break-selector', { service: 'web' });
    expect(selectorOf(cluster)).toEqual({ app: 'web-old' });
    edit(cluster, 'Service', 'web', 'shop', { selector: { app: 'web', tier: 'front' } });
    expect(outcomes(await life.recover())).toEqual(['break-selector: already-fine: Service web selects app=web,tier=front']);
  });
});

describe('scale-to-zero', () => {
  const replicasOf = (cluster: FakeCluster) => cluster.objects.get('Deployment', 'coredns', 'kube-system')?.spec.replicas;

  test('takes every Pod of CoreDNS away, and brings as many back', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('scale-to-zero');
    expect(cluster.objects.list('Pod', 'kube-system')).toEqual([]);
    expect(outcomes(await life.recover())).toEqual(['scale-to-zero: undone: 2 of 2 replicas of coredns are available']);
    expect(replicasOf(cluster)).toBe(2);
  });

  test('a number that somebody chose in the meantime stays', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('scale-to-zero', { namespace: 'kube-system', deployment: 'coredns' });
    edit(cluster, 'Deployment', 'coredns', 'kube-system', { replicas: 3 });
    expect(outcomes(await life.recover())).toEqual(['scale-to-zero: already-fine: 3 of 3 replicas of coredns are available']);
    expect(replicasOf(cluster)).toBe(3);
  });
});

describe('kill-pods', () => {
  const uids = (cluster: FakeCluster) => cluster.objects.list('Pod', 'shop').map((pod) => pod.metadata.uid);

  test('kills once, spares as many as it should, and there is nothing to undo', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    const before = uids(cluster);
    await life.strike('kill-pods', { selector: 'app=web', keep: 1 });
    expect(uids(cluster).filter((uid) => before.includes(uid))).toHaveLength(1);
    expect(uids(cluster)).toHaveLength(3);
    expect(outcomes(await life.recover())).toEqual(['kill-pods: already-fine: it happened once']);
  });

  test('kills again and again until its time is over', async () => {
    const cluster = fakeCluster();
    const started = cluster.clock.now();
    const deaths: number[] = [];
    const api: typeof cluster.api = {
      ...cluster.api,
      request: (method, path, request) => {
        if (method === 'DELETE') deaths.push((cluster.clock.now() - started) / 1000);
        return cluster.api.request(method, path, request);
      },
    };
    const background = backgroundLoops(new AbortController().signal, () => true);
    const life = fakeLife(cluster, { context: { api, background } });
    await life.strike('kill-pods', { selector: 'app=web', keep: 1, seconds: 3 });
    await background.ended(String(life.journal.open()[0]?.record.id));
    expect(deaths).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('ends at once when it is undone, also by another process', async () => {
    const cluster = fakeCluster();
    let wanted = true;
    const background = backgroundLoops(new AbortController().signal, () => wanted);
    const life = fakeLife(cluster, { context: { background } });
    await life.strike('kill-pods', { selector: 'app=web', seconds: 300 });
    wanted = false;
    const { id } = life.journal.open()[0]?.record ?? {};
    await background.ended(String(id));
    expect(background.runs(String(id))).toBe(false);
  });

  test('refuses when there is nobody to kill', async () => {
    const life = fakeLife(fakeCluster());
    await expect(life.strike('kill-pods', { selector: 'app=nobody' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'there is no Pod with app=nobody to kill',
      hint: 'Look: kubectl -n shop get pods -l app=nobody',
    });
    await expect(life.strike('kill-pods', { selector: 'app=web', keep: '3' })).rejects.toMatchObject({
      message: 'there is no Pod with app=web to kill beyond the 3 to be spared',
    });
  });
});

describe('fill-quota', () => {
  test('allows exactly the Pods that are there, until it is undone', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('fill-quota');
    edit(cluster, 'Deployment', 'web', 'shop', { replicas: 5 });
    expect(cluster.objects.list('Pod', 'shop')).toHaveLength(3);
    expect(outcomes(await life.recover())).toEqual(['fill-quota: undone: ResourceQuota kubedrill-fill-quota is gone']);
    cluster.settle();
    expect(cluster.objects.list('Pod', 'shop')).toHaveLength(5);
  });

  test('a quota that somebody raised stays', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('fill-quota');
    edit(cluster, 'ResourceQuota', 'kubedrill-fill-quota', 'shop', { hard: { pods: '10' } });
    expect(outcomes(await life.recover())).toEqual([
      'fill-quota: already-fine: ResourceQuota kubedrill-fill-quota was changed since, and is left as it is',
    ]);
    expect(cluster.objects.get('ResourceQuota', 'kubedrill-fill-quota', 'shop')?.spec.hard).toEqual({ pods: '10' });
  });
});

describe('deny-traffic', () => {
  test('adds a NetworkPolicy, and removes it', async () => {
    const cluster = fakeCluster();
    const life = fakeLife(cluster);
    await life.strike('deny-traffic', { to: 'app=web', from: 'app=probe' });
    expect(cluster.objects.list('NetworkPolicy').map(({ spec }) => spec)).toEqual([
      {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'probe' } } }] }],
      },
    ]);
    expect(outcomes(await life.recover())).toEqual(['deny-traffic: undone: NetworkPolicy kubedrill-deny-traffic is gone']);
  });

  test('is refused where the network would not enforce it', async () => {
    await expect(fakeLife(fakeCluster({ networkPolicy: false })).strike('deny-traffic', { to: 'app=web' })).rejects.toMatchObject({
      code: 'fault-refused',
      message: 'the network of this cluster does not enforce NetworkPolicies: deny-traffic would deny nothing',
    });
  });
});
