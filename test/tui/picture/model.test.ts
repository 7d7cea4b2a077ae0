import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../../src/tui/picture/model.ts';
import { podOf } from '../../../src/tui/picture/pod.ts';
import { mirrorOf } from '../../support/fake-mirror.ts';
import { deployment, endpointSlice, object, pod, replicaSet, rolledOut, service } from '../../support/objects.ts';

describe('the picture', () => {
  it('draws a Deployment with its ReplicaSets, newest first, and their Pods', () => {
    const top = deployment({ name: 'web', replicas: 2, available: 1 });
    const old = replicaSet({ name: 'web-old', replicas: 0, revision: 1, owner: top });
    const now = replicaSet({ name: 'web-new', replicas: 2, ready: 1, revision: 2, image: 'kd/web:1.1', owner: top });
    const pods = [
      pod({ name: 'web-new-b', owner: now, node: 'n2' }),
      pod({ name: 'web-new-a', owner: now, node: 'n1', waitingFor: 'ImagePullBackOff' }),
    ];
    const { workloads, loose } = pictureOf(mirrorOf([top, old, now, ...pods]));
    expect(workloads).toHaveLength(1);
    expect(workloads[0]).toMatchObject({ kind: 'Deployment', name: 'web', wanted: 2, ready: 1 });
    expect(workloads[0]?.sets.map(({ name, revision, wanted, image }) => [name, revision, wanted, image])).toEqual([
      ['web-new', 2, 2, 'kd/web:1.1'],
      ['web-old', 1, 0, 'kd/web:1.0'],
    ]);
    expect(workloads[0]?.sets[0]?.pods.map(({ name, look, word, node }) => [name, look, word, node])).toEqual([
      ['web-new-a', 'failing', 'ImagePullBackOff', 'n1'],
      ['web-new-b', 'ready', 'Running', 'n2'],
    ]);
    expect(loose).toEqual([]);
  });

  it('draws Pods that nothing owns, and those whose owner it does not draw', () => {
    const cron = object('CronJob', { name: 'tick' });
    const { loose } = pictureOf(mirrorOf([pod({ name: 'alone' }), pod({ name: 'orphan', owner: cron })]));
    expect(loose.map(({ name }) => name)).toEqual(['alone', 'orphan']);
  });

  it('draws ReplicaSets, StatefulSets, DaemonSets and Jobs that stand alone', () => {
    const set = object('StatefulSet', { name: 'db' }, { spec: { replicas: 3 }, status: { readyReplicas: 1 } });
    const daemon = object('DaemonSet', { name: 'log' }, { status: { desiredNumberScheduled: 2, numberReady: 2 } });
    const job = object('Job', { name: 'sum' }, { spec: { completions: 5 }, status: { succeeded: 4 } });
    const { workloads } = pictureOf(mirrorOf([replicaSet({ name: 'bare', replicas: 2 }), set, daemon, job]));
    expect(workloads.map(({ kind, name, wanted, ready }) => `${kind} ${name} ${ready}/${wanted}`)).toEqual([
      'ReplicaSet bare 2/2',
      'StatefulSet db 1/3',
      'DaemonSet log 2/2',
      'Job sum 4/5',
    ]);
  });

  it('joins a Service to its endpoints over all its slices', () => {
    const { pods, all } = rolledOut({ name: 'web', replicas: 2 });
    const front = service({ name: 'web', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] });
    const [first, second] = pods;
    if (!first || !second) throw new Error('two Pods were asked for');
    const slices = [endpointSlice(front, [first], { name: 'web-a' }), endpointSlice(front, [second], { name: 'web-b' })];
    const { services } = pictureOf(mirrorOf([...all, front, ...slices]));
    expect(services).toEqual([
      {
        name: 'web',
        type: 'ClusterIP',
        ports: [{ port: 80, target: 'http' }],
        selector: 'app=web',
        backends: [
          { name: 'web-abc-1', ready: true },
          { name: 'web-abc-2', ready: true },
        ],
      },
    ]);
  });

  it('says that a Service has no endpoints, and which is headless', () => {
    const { services } = pictureOf(mirrorOf([service({ name: 'a', selector: { app: 'x' } }), service({ name: 'b', clusterIP: 'None' })]));
    expect(services.map(({ name, type, backends }) => [name, type, backends.length])).toEqual([
      ['a', 'ClusterIP', 0],
      ['b', 'headless', 0],
    ]);
  });

  it('names the kinds that it cannot see instead of drawing them as absent', () => {
    expect(pictureOf(mirrorOf([], { unseen: ['ReplicaSet', 'EndpointSlice'] })).unseen).toEqual(['ReplicaSet', 'EndpointSlice']);
  });
});

describe('a Pod', () => {
  const look = (given: Parameters<typeof pod>[0]) => {
    const { look: is, word } = podOf(pod(given));
    return `${is}: ${word}`;
  };

  it('is described as kubectl get pods does', () => {
    expect(look({ name: 'a' })).toBe('ready: Running');
    expect(look({ name: 'a', ready: false, phase: 'Running' })).toBe('starting: Running, not ready');
    expect(look({ name: 'a', waitingFor: 'ContainerCreating' })).toBe('starting: ContainerCreating');
    expect(look({ name: 'a', waitingFor: 'CrashLoopBackOff' })).toBe('failing: CrashLoopBackOff');
    expect(look({ name: 'a', waitingFor: 'CreateContainerConfigError' })).toBe('failing: CreateContainerConfigError');
    expect(look({ name: 'a', terminating: true })).toBe('leaving: Terminating');
    expect(look({ name: 'a', phase: 'Succeeded' })).toBe('done: Completed');
    expect(look({ name: 'a', phase: 'Failed', exitCode: 3 })).toBe('failing: ExitCode:3');
  });

  it('without a node is pending; with one it is starting', () => {
    const pending = object('Pod', { name: 'a' }, { spec: {}, status: { phase: 'Pending' } });
    expect(podOf(pending)).toMatchObject({ look: 'pending', word: 'Pending', node: undefined });
    expect(podOf({ ...pending, spec: { nodeName: 'n' } })).toMatchObject({ look: 'starting', node: 'n' });
  });

  it('says which init container it is at, and which failed', () => {
    const init = (states: object[]) =>
      podOf(
        object(
          'Pod',
          { name: 'a' },
          { spec: { nodeName: 'n' }, status: { phase: 'Pending', initContainerStatuses: states.map((state) => ({ state })) } },
        ),
      ).word;
    expect(init([{ terminated: { exitCode: 0 } }, { running: {} }])).toBe('Init:1/2');
    expect(init([{ waiting: { reason: 'CrashLoopBackOff' } }])).toBe('Init:CrashLoopBackOff');
    expect(init([{ terminated: { exitCode: 2, reason: 'Error' } }])).toBe('Init:Error');
  });

  it('evicted from its node says so', () => {
    expect(podOf(object('Pod', { name: 'a' }, { status: { phase: 'Failed', reason: 'Evicted' } }))).toMatchObject({
      look: 'failing',
      word: 'Evicted',
    });
  });
});
