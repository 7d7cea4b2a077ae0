import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/grading/object.ts';
import { makeProbes, type ProbesOptions } from '../../src/kube/probes.ts';
import type { RunResult } from '../../src/system/run.ts';
import { api, server } from '../support/each-api.ts';
import { type ProxyRequest, statusAnswer } from '../support/fake-api-server.ts';
import { FakeClock } from '../support/fake-clock.ts';

let asked: ProxyRequest[];

const ran = (more: Partial<RunResult> = {}): RunResult => ({
  ok: true,
  outcome: 'exited',
  exitCode: 0,
  stdout: '',
  stderr: '',
  command: '',
  ms: 1,
  ...more,
});

const probes = (more: Partial<ProbesOptions> = {}) =>
  makeProbes({
    api,
    namespace: 'shop',
    nodeExec: async () => ran(),
    clock: new FakeClock(),
    signal: new AbortController().signal,
    ...more,
  });

/** Plays the kubelet: the probe Pod gets ready. */
const kubelet = () =>
  server.react(({ type, object }) => {
    if (type !== 'ADDED' || object.kind !== 'Pod' || object.metadata.name !== 'probe' || !object.spec) return;
    server.put({ ...object, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
  });

const isRunning = () => server.get('Pod', 'probe', 'kubedrill-system')?.status?.phase === 'Running';

/** Plays the probe Pod's program: it answers once the Pod runs. */
const probeAnswers = (answer: object, status = 200) => {
  server.proxied = (request) => {
    asked.push(request);
    return isRunning()
      ? { status, body: answer }
      : statusAnswer(503, 'ServiceUnavailable', 'error trying to reach service: connection refused');
  };
};

const page = { status: 200, body: 'hello', ms: 2, headers: {} };

beforeEach(async () => {
  asked = [];
  server.put({ kind: 'Node', metadata: { name: 'cp', labels: { 'node-role.kubernetes.io/control-plane': '' } } });
  server.put({ kind: 'Node', metadata: { name: 'worker' } });
});

describe('the probe Pod', () => {
  it('is made when it is first needed, on the control plane, with its namespace and account', async () => {
    kubelet();
    probeAnswers({ answers: [page] });
    expect(await probes().http({ url: 'http://web/' })).toEqual({ ok: true, value: [{ status: 200, body: 'hello', ms: 2 }] });
    const pod = server.get('Pod', 'probe', 'kubedrill-system')!;
    expect(pod.spec.nodeName).toBe('cp');
    expect(server.get('Namespace', 'kubedrill-system')?.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'kubedrill',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(server.get('ServiceAccount', 'kubedrill', 'kubedrill-system')).toBeDefined();
  });

  it('needs no scheduler, tolerates every taint, asks for little and has no rights', async () => {
    kubelet();
    await probes({ facts: { controlPlane: 'the-control-plane' } }).ensureProbe();
    const { spec } = server.get('Pod', 'probe', 'kubedrill-system')!;
    expect(spec).toMatchObject({
      nodeName: 'the-control-plane',
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
      containers: [{ image: 'kd/probe:1.0', imagePullPolicy: 'IfNotPresent', resources: { requests: { cpu: '5m', memory: '16Mi' } } }],
    });
    expect(spec.containers[0].securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  });

  it('is used as it is when it is there', async () => {
    kubelet();
    probeAnswers({ answers: [page] });
    const one = probes();
    await one.ensureProbe();
    const { uid } = server.get('Pod', 'probe', 'kubedrill-system')!.metadata;
    await one.ensureProbe();
    await one.http({ url: 'http://web/' });
    expect(server.get('Pod', 'probe', 'kubedrill-system')?.metadata.uid).toBe(uid);
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
  });

  it('is made once when many need it at a time', async () => {
    kubelet();
    probeAnswers({ answers: [page] });
    const one = probes();
    const answers = await Promise.all([1, 2, 3, 4].map(() => one.http({ url: 'http://web/' })));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(server.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/pods'))).toHaveLength(1);
  });

  it('is replaced when it has ended, and when it was made by another revision of kubedrill', async () => {
    kubelet();
    probeAnswers({ answers: [page] });
    const dead: KubeObject[] = [
      {
        kind: 'Pod',
        metadata: { name: 'probe', namespace: 'kubedrill-system', annotations: { 'kubedrill.io/revision': '1' } },
        status: { phase: 'Failed' },
      },
      { kind: 'Pod', metadata: { name: 'probe', namespace: 'kubedrill-system' } },
    ];
    for (const pod of dead) {
      server.remove('Pod', 'probe', 'kubedrill-system');
      const { uid } = server.put(pod).metadata;
      expect(await probes().ensureProbe()).toEqual({ ok: true, value: true });
      expect(server.get('Pod', 'probe', 'kubedrill-system')?.metadata.uid).not.toBe(uid);
    }
  });

  it('is asked again until the API server reaches it', async () => {
    kubelet();
    let calls = 0;
    server.proxied = () =>
      ++calls < 4 ? statusAnswer(503, 'ServiceUnavailable', 'connection refused') : { status: 200, body: { answers: [page] } };
    expect(await probes().http({ url: 'http://web/' })).toMatchObject({ ok: true });
  });

  it('that does not become ready is an error with its trouble, never an answer', async () => {
    server.react(({ type, object }) => {
      if (type === 'ADDED' && object.metadata.name === 'probe')
        server.put({
          ...object,
          status: { phase: 'Pending', containerStatuses: [{ name: 'probe', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
        });
    });
    expect(await probes().http({ url: 'http://web/' })).toEqual({
      ok: false,
      reason: 'the probe Pod is not ready after 60 s: container probe: ImagePullBackOff (kubectl -n kubedrill-system describe pod probe)',
    });
  });

  it('that cannot be made is an error', async () => {
    server.when(({ method, path }) => method === 'POST' && path.endsWith('/pods'), statusAnswer(403, 'Forbidden', 'exceeded quota'));
    expect(await probes().dns({ name: 'web' })).toEqual({ ok: false, reason: 'cannot make the probe Pod: exceeded quota' });
  });

  it('behind an API server that is away is an error', async () => {
    await server.away();
    expect(await probes().http({ url: 'http://web/' })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^cannot ask from inside the cluster: no answer from http/),
    });
  });

  it('is not waited for after the session ended', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await probes({ signal: controller.signal }).http({ url: 'http://web/' })).toEqual({
      ok: false,
      reason: 'cannot ask from inside the cluster: cancelled',
    });
  });
});

describe('http', () => {
  beforeEach(() => void kubelet());

  it('asks for Services by their bare name in the namespace of the drill', async () => {
    probeAnswers({ answers: [page] });
    await probes().http({ url: 'http://web:8080/api?a=1' });
    const { query, port, path } = asked.at(-1)!;
    expect([port, path]).toEqual(['8091', '/http']);
    expect(Object.fromEntries(query)).toEqual({
      url: 'http://web.shop.svc.cluster.local.:8080/api?a=1',
      host: 'web.shop.svc.cluster.local:8080',
      count: '1',
      timeoutMs: '2000',
      concurrency: '1',
    });
  });

  it('leaves addresses, other names and a given Host as they are', async () => {
    probeAnswers({ answers: [page] });
    const one = probes();
    for (const url of ['http://10.244.1.3:8080/', 'http://[fd00::1]/', 'http://web.other/', 'http://example.com/'])
      await one.http({ url, host: 'shop.local' });
    expect(asked.slice(-4).map(({ query }) => [query.get('url'), query.get('host')])).toEqual([
      ['http://10.244.1.3:8080/', 'shop.local'],
      ['http://[fd00::1]/', 'shop.local'],
      ['http://web.other/', 'shop.local'],
      ['http://example.com/', 'shop.local'],
    ]);
  });

  it('keeps the order of a few requests, and asks many side by side', async () => {
    probeAnswers({ answers: [page] });
    await probes().http({ url: 'http://web/', count: 10 });
    expect(asked.at(-1)?.query.get('concurrency')).toBe('1');
    await probes().http({ url: 'http://web/', count: 30 });
    expect(asked.at(-1)?.query.get('concurrency')).toBe('5');
  });

  it("answers with what the learner's service does: refusing and being silent are answers", async () => {
    probeAnswers({
      answers: [
        { status: 0, body: '', ms: 1, error: 'connection refused', errorKind: 'refused' },
        { status: 503, body: 'no', ms: 2, errorKind: '' },
      ],
    });
    expect(await probes().http({ url: 'http://web/', count: 2 })).toEqual({
      ok: true,
      value: [
        { status: 0, body: '', ms: 1, errorKind: 'refused', error: 'connection refused' },
        { status: 503, body: 'no', ms: 2 },
      ],
    });
  });

  it('says what is wrong with a question', async () => {
    probeAnswers({ error: '500 requests, 5 at a time, may take 3m20s, expected at most 1m0s' }, 400);
    expect(await probes().http({ url: 'http://web/', count: 500 })).toEqual({
      ok: false,
      reason: 'cannot ask from inside the cluster: 500 requests, 5 at a time, may take 3m20s, expected at most 1m0s',
    });
  });
});

describe('dns', () => {
  beforeEach(() => void kubelet());

  it('resolves as a Pod of the namespace of the drill would', async () => {
    probeAnswers({ rcode: 'NOERROR', answers: ['10.96.0.9'], tried: ['web.shop.svc.cluster.local'] });
    expect(await probes().dns({ name: 'web' })).toEqual({ ok: true, value: { rcode: 'NOERROR', answers: ['10.96.0.9'] } });
    expect(Object.fromEntries(asked.at(-1)!.query)).toEqual({
      name: 'web',
      type: 'A',
      search: 'shop.svc.cluster.local,svc.cluster.local,cluster.local',
      ndots: '5',
    });
  });

  it('brings the alias', async () => {
    probeAnswers({ rcode: 'NOERROR', answers: null, cname: 'example.com', tried: [] });
    expect(await probes().dns({ name: 'ext', type: 'CNAME' })).toEqual({
      ok: true,
      value: { rcode: 'NOERROR', answers: [], cname: 'example.com' },
    });
  });

  it('answers that the DNS server is silent or gone, as every Pod would see it', async () => {
    probeAnswers({ rcode: '', answers: [], tried: [], error: 'i/o timeout', errorKind: 'timeout' });
    expect(await probes().dns({ name: 'web' })).toMatchObject({ ok: true, value: { rcode: 'TIMEOUT' } });
    probeAnswers({ rcode: '', answers: [], tried: [], error: 'connection refused', errorKind: 'refused' });
    expect(await probes().dns({ name: 'web' })).toMatchObject({ ok: true, value: { rcode: 'UNREACHABLE' } });
  });

  it('does not ask for what is no name', async () => {
    expect(await probes().dns({ name: 'a..b' })).toEqual({ ok: false, reason: '"a..b" is not a DNS name' });
  });
});

describe('looking into Pods', () => {
  beforeEach(() => void server.put({ kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } }));

  it('runs a command', async () => {
    server.executed = ({ namespace, command }) => ({ exitCode: 1, stdout: `${namespace} ${command.join(' ')}` });
    expect(await probes().exec({ pod: 'web', command: ['cat', '/x'] })).toEqual({
      ok: true,
      value: { exitCode: 1, stdout: 'shop cat /x', stderr: '' },
    });
  });

  it('says that a command could not be run', async () => {
    expect(await probes().exec({ pod: 'gone', command: ['cat', '/x'] })).toEqual({
      ok: false,
      reason: 'cannot run cat in Pod gone: Pod gone is not in namespace shop',
    });
  });

  it('reads a log, at most a mebibyte of it', async () => {
    server.logs = ({ pod, query }) => `${pod} ${query.toString()}`;
    expect(await probes().logs({ pod: 'web', container: 'app', previous: true, tailLines: 5 })).toEqual({
      ok: true,
      value: 'web container=app&previous=true&tailLines=5&limitBytes=1048576',
    });
  });

  it('says that a log could not be read', async () => {
    server.logs = () => statusAnswer(400, 'BadRequest', 'container "web" in pod "web" is waiting to start: ContainerCreating');
    expect(await probes().logs({ pod: 'web' })).toEqual({
      ok: false,
      reason: 'cannot read the log of Pod web: container "web" in pod "web" is waiting to start: ContainerCreating',
    });
  });

  it('reads what a traffic Pod saw in a window', async () => {
    server.proxied = (request) => {
      asked.push(request);
      return { status: 200, body: { now: 9, sent: 3, complete: true } };
    };
    expect(await probes().traffic({ pod: 'web', since: 1.6, until: 8 })).toEqual({ ok: true, value: { now: 9, sent: 3, complete: true } });
    const { namespace, port, path, query } = asked[0]!;
    expect([namespace, port, path, query.toString()]).toEqual(['shop', '8090', '/stats', 'since=2&until=8']);
  });

  it('says that a traffic Pod could not be reached', async () => {
    expect(await probes().traffic({ pod: 'web' })).toEqual({
      ok: false,
      reason: 'cannot read what traffic Pod web saw: error trying to reach service',
    });
  });
});

describe('asking what somebody may do', () => {
  it('asks with the groups that a ServiceAccount has', async () => {
    server.accessReviewed = () => ({ allowed: true, reason: 'RBAC: allowed' });
    const answer = await probes().accessReview({ user: 'system:serviceaccount:shop:reader', verb: 'get', resource: 'pods/log' });
    expect(answer).toEqual({ ok: true, value: { allowed: true, reason: 'RBAC: allowed' } });
    expect(server.requests.at(-1)?.body.spec).toEqual({
      user: 'system:serviceaccount:shop:reader',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      resourceAttributes: { verb: 'get', resource: 'pods', subresource: 'log', group: '', namespace: 'shop' },
    });
  });

  it('asks cluster-wide where no namespace is meant', async () => {
    await probes().accessReview({ user: 'jane', verb: 'list', resource: 'nodes', namespace: '' });
    expect(server.requests.at(-1)?.body.spec).toMatchObject({ groups: ['system:authenticated'], resourceAttributes: { namespace: '' } });
  });

  it('is no "no" when it could not be asked', async () => {
    server.when(({ path }) => path.endsWith('subjectaccessreviews'), statusAnswer(403, 'Forbidden', 'you may not ask'));
    expect(await probes().accessReview({ user: 'jane', verb: 'list', resource: 'pods' })).toEqual({
      ok: false,
      reason: 'cannot ask what jane may do: you may not ask',
    });
  });

  it('is no "no" when the API server could not find out', async () => {
    server.accessReviewed = () => ({ allowed: false, evaluationError: 'role "x" not found' }) as never;
    expect(await probes().accessReview({ user: 'jane', verb: 'list', resource: 'pods' })).toEqual({
      ok: false,
      reason: 'cannot ask what jane may do: role "x" not found',
    });
  });
});

describe('who else claims the host of an Ingress', () => {
  const claim = (namespace: string, ...hosts: (string | undefined)[]) =>
    server.put({ kind: 'Ingress', metadata: { name: 'shop', namespace }, spec: { rules: hosts.map((host) => ({ host })) } });

  it('is told of other namespaces, and of this host only', async () => {
    for (const [namespace, host] of [
      ['shop', 'shop.local'],
      ['other', 'shop.local'],
      ['third', 'other.local'],
      ['fourth', undefined],
    ] as const)
      claim(namespace, host);
    expect(await probes().ingressRivals({ host: 'shop.local' })).toEqual({ ok: true, value: ['other/shop'] });
  });

  it('is not known to one who may not look', async () => {
    server.when(({ path }) => path.endsWith('/ingresses'), statusAnswer(403, 'Forbidden', 'you may not look'));
    expect(await probes().ingressRivals({ host: 'shop.local' })).toEqual({
      ok: false,
      reason: 'cannot see who else claims the host shop.local: you may not look',
    });
  });
});

describe('looking on a node', () => {
  const look = (result: Partial<RunResult>) =>
    probes({ nodeExec: async () => ran(result) }).node({ node: 'worker', command: ['pgrep', 'kubelet'] });

  it('answers with the exit code, whatever it is', async () => {
    expect(await look({ ok: false, exitCode: 1 })).toEqual({ ok: true, value: { exitCode: 1, stdout: '', stderr: '' } });
  });

  it('is no answer when the program could not be run', async () => {
    expect(await look({ outcome: 'timed-out', exitCode: undefined })).toEqual({
      ok: false,
      reason: 'cannot run pgrep on node worker: it did not end in time',
    });
    expect(await look({ outcome: 'missing', exitCode: undefined })).toEqual({
      ok: false,
      reason: 'cannot run pgrep on node worker: missing',
    });
  });

  it('is no answer when the container engine refuses, which has an exit code too', async () => {
    const stderr = 'Error response from daemon: Container worker is paused, unpause the container before exec\n';
    expect(await look({ ok: false, exitCode: 1, stderr })).toEqual({
      ok: false,
      reason: 'cannot run pgrep on node worker: Error response from daemon: Container worker is paused, unpause the container before exec',
    });
  });
});

describe('a canary', () => {
  const left = () =>
    [...server.list('Pod', 'kubedrill-system'), ...server.list('ReplicaSet', 'kubedrill-system')].map((one) => one.metadata.name);
  const scheduler = () =>
    server.react(({ type, object }) => {
      if (type === 'ADDED' && object.kind === 'Pod') server.put({ ...object, spec: { ...object.spec, nodeName: 'worker' } });
    });

  it('that is bound shows that the scheduler works, and is removed', async () => {
    scheduler();
    expect(await probes().canary({ kind: 'Pod', withinMs: 5000 })).toMatchObject({
      ok: true,
      value: { alive: true, seen: 'it was bound to worker' },
    });
    expect(left()).toEqual([]);
  });

  it('that is bound to no node shows that it does not, and is removed', async () => {
    expect(await probes().canary({ kind: 'Pod', withinMs: 5000 })).toMatchObject({
      ok: true,
      value: { alive: false, seen: 'it was bound to no node' },
    });
    expect(left()).toEqual([]);
  });

  it('for which the scheduler finds no place shows that it works', async () => {
    server.react(({ type, object }) => {
      const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }];
      if (type === 'ADDED' && object.kind === 'Pod') server.put({ ...object, status: { conditions } });
    });
    expect(await probes().canary({ kind: 'Pod', withinMs: 5000 })).toMatchObject({
      value: { alive: true, seen: 'the scheduler found no node: 0/3 nodes are available' },
    });
  });

  it('that is a ReplicaSet gets its Pod from the controller manager, and both are removed', async () => {
    server.react(({ type, object }) => {
      if (type !== 'ADDED' || object.kind !== 'ReplicaSet') return;
      const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: object.metadata.name, uid: object.metadata.uid!, controller: true };
      server.put({
        kind: 'Pod',
        metadata: {
          ...object.spec.template.metadata,
          name: `${object.metadata.name}-x`,
          namespace: 'kubedrill-system',
          uid: undefined,
          ownerReferences: [owner],
        },
      });
    });
    expect(await probes().canary({ kind: 'ReplicaSet', withinMs: 5000 })).toMatchObject({ ok: true, value: { alive: true } });
    expect(left()).toEqual([]);
  });

  it('that is a ReplicaSet without a Pod shows that nobody reconciles', async () => {
    expect(await probes().canary({ kind: 'ReplicaSet', withinMs: 5000 })).toMatchObject({
      value: { alive: false, seen: 'its ReplicaSet got no Pod' },
    });
    expect(left()).toEqual([]);
  });

  it('is removed when the session ends before its sign of life', async () => {
    const controller = new AbortController();
    server.react(({ object }) => {
      if (object.kind === 'Pod') controller.abort();
    });
    expect(await probes({ signal: controller.signal }).canary({ kind: 'Pod', withinMs: 5000 })).toMatchObject({ ok: false });
    expect(left()).toEqual([]);
  });

  it('that nobody could look at has not failed', async () => {
    server.when(
      ({ method, path, query }) => method === 'GET' && path.endsWith('/pods') && (query.get('labelSelector') ?? '').includes('='),
      'drop',
    );
    expect(await probes().canary({ kind: 'Pod', withinMs: 1000 })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^cannot see the canary: no answer/),
    });
    expect(left()).toEqual([]);
  });

  it('takes along what a process that died left behind', async () => {
    const labels = { 'kubedrill.io/canary': 'canary-old' };
    const clock = new FakeClock(Date.parse('2026-01-01T00:11:00Z'));
    server.put({
      kind: 'Pod',
      metadata: { name: 'canary-old', namespace: 'kubedrill-system', labels, creationTimestamp: '2026-01-01T00:00:00Z' },
    });
    server.put({
      kind: 'Pod',
      metadata: { name: 'canary-new', namespace: 'kubedrill-system', labels, creationTimestamp: '2026-01-01T00:10:00Z' },
    });
    await probes({ clock }).canary({ kind: 'Pod', withinMs: 0 });
    expect(left()).toEqual(['canary-new']);
  });
});
