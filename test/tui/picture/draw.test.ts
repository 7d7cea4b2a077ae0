import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/grading/object.ts';
import { lineText, lineWidth } from '../../../src/tui/line.ts';
import { drawPicture, shortNode } from '../../../src/tui/picture/draw.ts';
import { pictureOf } from '../../../src/tui/picture/model.ts';
import { motionOf, noMotion } from '../../../src/tui/picture/motion.ts';
import { themeOf } from '../../../src/tui/theme.ts';
import { mirrorOf } from '../../support/fake-mirror.ts';
import { deployment, pod, replicaSet, rolledOut, service } from '../../support/objects.ts';
import { portObjects } from '../../support/tui-labs.ts';

const { glyphs } = themeOf({ colour: true, unicode: true });
const drawn = (objects: readonly KubeObject[], { width = 60, height = 20 } = {}) =>
  drawPicture(pictureOf(mirrorOf(objects)), noMotion, { width, height, now: 1_000_000, glyphs }).map((line) => lineText(line).trimEnd());

describe('the drawn picture', () => {
  it('leads from the Deployment to its Pods and their nodes, and from the Service to its endpoints', () => {
    expect(drawn(portObjects())).toEqual([
      'nginx-deployment  Deployment                       2/2 ready',
      '└ nginx-deployment-6d4b75cb6d  kd/web:1.0                2/2',
      '  ● 4h9xk  Running                                    worker',
      '  ● x2t7m  Running                                   worker2',
      '',
      'nginx-service  Service :80 → 8080             ●● 2 endpoints',
      '└ app=nginx',
    ]);
  });

  it('turns Pods into dots by node where their own rows do not fit', () => {
    const top = deployment({ name: 'web', replicas: 12, available: 9 });
    const set = replicaSet({ name: 'web-1', replicas: 12, ready: 9, revision: 1, owner: top });
    const pods = Array.from({ length: 12 }, (_, index) =>
      pod({
        name: `web-1-${index}`,
        owner: set,
        node: `kd-worker${index % 2 === 0 ? '' : '2'}`,
        ...(index < 3 ? { waitingFor: 'ImagePullBackOff' } : {}),
      }),
    );
    expect(drawn([top, set, ...pods], { height: 6 })).toEqual([
      'web  Deployment                                   9/12 ready',
      '└ web-1  kd/web:1.0                                     9/12',
      '  worker  ✗✗●●●●                          2 ImagePullBackOff',
      '  worker2 ✗●●●●●                          1 ImagePullBackOff',
    ]);
  });

  it('keeps of the old ReplicaSets only the newest two: where an undo would lead', () => {
    const top = deployment({ name: 'web', replicas: 0 });
    const sets = [1, 2, 3, 4].map((revision) =>
      replicaSet({ name: `web-${revision}`, replicas: 0, revision, owner: top, image: `kd/web:1.${revision}` }),
    );
    expect(drawn([top, ...sets]).slice(1)).toEqual([
      '├ web-4  kd/web:1.4                                      0/0',
      '└ web-3  kd/web:1.3                                      0/0',
    ]);
  });

  it('says it in words when a Service has no endpoints', () => {
    expect(drawn([service({ name: 'web', selector: { app: 'wbe' } })])).toEqual([
      'web  Service :80                              ✗ no endpoints',
      '└ app=wbe',
    ]);
  });

  it('counts the endpoints that are not ready', () => {
    const { all, pods } = rolledOut({ name: 'web', replicas: 2 });
    const front = service({ name: 'web', selector: { app: 'web' } });
    const slice = {
      ...service({ name: 'web-1' }),
      kind: 'EndpointSlice',
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: pods.map((one, index) => ({
        addresses: ['10.0.0.1'],
        conditions: { ready: index === 0 },
        targetRef: { kind: 'Pod', name: one.metadata.name },
      })),
    };
    expect(drawn([...all, front, slice]).at(-2)).toBe('web  Service :80                         ●◌ 1 of 2 endpoints');
  });

  it('says what it is when there is nothing, and what it does not watch', () => {
    expect(drawn([])).toEqual(['Nothing here yet: what you make appears here.']);
    const blind = drawPicture(pictureOf(mirrorOf([], { unseen: ['Pod'] })), noMotion, { width: 60, height: 9, now: 0, glyphs });
    expect(blind.map(lineText)).toEqual(['not watched: Pod']);
  });

  it('is never wider than it may be', () => {
    const { all } = rolledOut({
      name: 'a-deployment-with-a-very-long-name-indeed',
      replicas: 3,
      image: 'registry.example/with/a/long/path/web:1.0',
    });
    for (const width of [30, 44, 58, 76]) {
      for (const line of drawPicture(pictureOf(mirrorOf([...all, ...portObjects()])), noMotion, { width, height: 30, now: 0, glyphs })) {
        expect(lineWidth(line), `${width}: ${lineText(line)}`).toBeLessThanOrEqual(width);
      }
    }
  });

  it('draws Pods that went away only where that hides none that is there', () => {
    const { all } = rolledOut({ name: 'web', replicas: 4 });
    const before = motionOf(noMotion, pictureOf(mirrorOf(all)), 1000);
    const fresh = all.map((one) => (one.kind === 'Pod' ? { ...one, metadata: { ...one.metadata, uid: `new-${one.metadata.uid}` } } : one));
    const after = pictureOf(mirrorOf(fresh));
    const rows = (height: number) => drawPicture(after, motionOf(before, after, 5000), { width: 40, height, now: 5500, glyphs }).length;
    expect([rows(20), rows(8), rows(5)]).toEqual([10, 6, 3]);
  });

  it('leaves a Pod that went away in sight for a moment', () => {
    const { all, pods } = rolledOut({ name: 'web', replicas: 2 });
    const before = motionOf(noMotion, pictureOf(mirrorOf(all)), 1000);
    const after = pictureOf(mirrorOf(all.filter((one) => one !== pods[1])));
    const rows = (motion: ReturnType<typeof motionOf>, now: number) =>
      drawPicture(after, motion, { width: 40, height: 20, now, glyphs }).map(lineText).join('\n');
    expect(rows(motionOf(before, after, 5000), 5500)).toContain('◌ 2  gone');
    expect(rows(motionOf(before, after, 5000), 7500)).not.toContain('gone');
  });
});

describe('motion', () => {
  const { all, pods } = rolledOut({ name: 'web', replicas: 2 });
  const picture = pictureOf(mirrorOf(all));

  it('marks nothing on the first look, and what changes after it', () => {
    const first = motionOf(noMotion, picture, 1000);
    expect([...first.values()].map(({ since }) => since)).toEqual([0, 0]);
    const failing = { ...(pods[0] ?? pod({ name: 'x' })), metadata: { ...pods[0]?.metadata, name: 'web-abc-1', deletionTimestamp: 'now' } };
    const second = motionOf(first, pictureOf(mirrorOf([...all.slice(0, 2), failing, ...all.slice(3)])), 4000);
    expect([...second.values()].map(({ look, since }) => [look, since])).toEqual([
      ['leaving', 4000],
      ['ready', 0],
    ]);
  });

  it('holds only Pods that are there, or went a moment ago: it does not grow', () => {
    let motion = motionOf(noMotion, picture, 0);
    for (let round = 1; round <= 1000; round++) {
      const { all: next } = rolledOut({ name: `web${round}`, replicas: 2 });
      motion = motionOf(motion, pictureOf(mirrorOf(next)), round * 500);
    }
    expect(motion.size).toBeLessThanOrEqual(2 + 2 * 4);
  });
});

describe('a node', () => {
  it('is called by what it is in its cluster', () => {
    expect(shortNode('kubedrill-worker2')).toBe('worker2');
    expect(shortNode('my-own-kind-control-plane')).toBe('control-plane');
    expect(shortNode('minikube')).toBe('minikube');
    expect(shortNode('minikube-m02')).toBe('minikube-m02');
  });
});
