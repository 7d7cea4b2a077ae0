import { describe, expect, it } from 'vitest';
import serviceBackends from '../../graders/service-backends.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { endpointSlice, object, pod, rolledOut, service } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[]) =>
  gradeWith(serviceBackends as unknown as Grader, { service: 'web', ...params }, { mirror });
const of = { kind: 'Deployment', name: 'web' };
const web = rolledOut({ name: 'web', replicas: 2 });
const front = service({ name: 'web', selector: { app: 'web' } });

describe('the backends of a Service', () => {
  it('pass when they are exactly the ready Pods that are meant', async () => {
    const mirror = [...web.all, front, endpointSlice(front, web.pods)];
    expect(await grade({ of, count: 2, port: 80, servicePort: 80 }, mirror)).toEqual({
      verdict: 'pass',
      evidence: 'Service web: 2 backends (web-abc-1, web-abc-2)',
    });
    expect((await grade({ equalsPodsOf: { app: 'web' } }, mirror)).verdict).toBe('pass');
  });

  it('fail without the Service, without a selector, and for an ExternalName', async () => {
    expect(await grade({ of }, web.all)).toMatchObject({
      verdict: 'fail',
      observed: 'Service web does not exist',
      look: 'kubectl get services',
    });
    expect(await grade({ of }, [...web.all, service({ name: 'web' })])).toMatchObject({
      verdict: 'fail',
      observed: 'no selector',
      expected: 'one that matches Deployment web',
      field: 'Service web spec.selector',
    });
    expect(await grade({ of }, [...web.all, service({ name: 'web', type: 'ExternalName' })])).toMatchObject({
      verdict: 'fail',
      observed: 'ExternalName',
    });
  });

  it('fail when the selector misses the Pods', async () => {
    const wrong = service({ name: 'web', selector: { app: 'wbe' } });
    expect(await grade({ of }, [...web.all, wrong])).toMatchObject({
      verdict: 'fail',
      observed: 'app=wbe: not on web-abc-1, web-abc-2',
      expected: 'it matches every Pod of Deployment web',
      field: 'Service web spec.selector',
      look: 'kubectl get pods --show-labels',
    });
  });

  it('fail when an EndpointSlice was made by hand, whatever it says of itself', async () => {
    const bare = service({ name: 'web', selector: { app: 'web' } });
    const byHand = endpointSlice(bare, web.pods, { byHand: true, name: 'mine' });
    expect(await grade({ of }, [...web.all, bare, byHand])).toMatchObject({ verdict: 'fail', observed: 'EndpointSlice mine made by hand' });
    const posing = object('EndpointSlice', {
      name: 'posing',
      labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
    });
    expect((await grade({ of }, [...web.all, bare, posing])).verdict).toBe('fail');
  });

  it('fail when another live Pod is a backend, too', async () => {
    const decoy = pod({ name: 'decoy', labels: { app: 'web' } });
    expect(await grade({ of }, [...web.all, decoy, front, endpointSlice(front, [...web.pods, decoy])])).toEqual({
      verdict: 'fail',
      observed: 'also decoy',
      expected: 'only the Pods of Deployment web',
      field: 'Service web backends',
      look: 'kubectl get pods -l app=web -o wide',
    });
  });

  it('wait for an address of a Pod that is gone to go, and for a ready Pod to come', async () => {
    const gone = pod({ name: 'gone', labels: { app: 'web' } });
    expect(await grade({ of }, [...web.all, front, endpointSlice(front, [...web.pods, gone])])).toMatchObject({
      verdict: 'waiting',
      observed: 'also gone, which is gone',
    });
    expect(await grade({ of }, [...web.all, front])).toMatchObject({
      verdict: 'waiting',
      observed: 'web-abc-1, web-abc-2 are not among them yet',
    });
  });

  it('fail with another number of backends', async () => {
    const mirror = [...web.all, front, endpointSlice(front, web.pods)];
    expect(await grade({ of, count: 3 }, mirror)).toMatchObject({ verdict: 'fail', observed: '2', expected: '3 ready backends' });
  });

  it('fail with the trouble of the Pods when none is ready', async () => {
    const broken = pod({ name: 'p', labels: { app: 'web' }, waitingFor: 'CrashLoopBackOff' });
    expect(await grade({ labels: { app: 'web' } }, [broken, front, endpointSlice(front, [broken])])).toMatchObject({
      verdict: 'fail',
      observed: '0; Pod p: container web: CrashLoopBackOff',
      look: 'kubectl describe pod p',
    });
  });

  it('fail with another port', async () => {
    const mirror = [...web.all, front, endpointSlice(front, web.pods, { port: 8080 })];
    expect(await grade({ of, port: 80 }, mirror)).toMatchObject({
      verdict: 'fail',
      observed: '8080',
      expected: '80',
      field: 'Service web spec.ports targetPort',
    });
    expect(await grade({ of, servicePort: 8080 }, mirror)).toMatchObject({
      verdict: 'fail',
      observed: '80',
      expected: '8080',
      field: 'Service web spec.ports port',
    });
  });

  it('may be none where none is meant', async () => {
    expect((await grade({ labels: { app: 'web' }, count: 0 }, [front])).verdict).toBe('pass');
  });
});
