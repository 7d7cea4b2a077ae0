import { describe, expect, it } from 'vitest';
import imageIs from '../../graders/image-is.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { sameImage } from '../../src/grading/images.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { deployment, pod, replicaSet, rolledOut } from '../support/objects.ts';

const of = { kind: 'Deployment', name: 'web' };
const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[]) =>
  gradeWith(imageIs as unknown as Grader, { image: 'kd/web:1.1', ...params }, { mirror });

describe('the image of a workload', () => {
  it('passes when the template has it and every Pod runs it', async () => {
    expect(await grade({ of, container: 'web' }, rolledOut({ name: 'web', replicas: 2, image: 'kd/web:1.1' }).all)).toEqual({
      verdict: 'pass',
      evidence: 'Deployment web: 2 Pods with kd/web:1.1 (web-abc-1, web-abc-2)',
    });
  });

  it('fails when the template has another, or no such container', async () => {
    const old = rolledOut({ name: 'web', image: 'kd/web:1.0' }).all;
    expect(await grade({ of }, old)).toMatchObject({
      verdict: 'fail',
      observed: 'kd/web:1.0',
      expected: 'kd/web:1.1',
      field: 'Deployment web spec.template.spec.containers[0].image',
    });
    expect(await grade({ of, container: 'app' }, old)).toMatchObject({ verdict: 'fail', observed: 'no container app' });
  });

  it('waits while Pods are replaced', async () => {
    const top = deployment({ name: 'web', image: 'kd/web:1.1' });
    const set = replicaSet({ name: 'web-1', owner: top, image: 'kd/web:1.0' });
    expect(await grade({ of }, [top, set, pod({ name: 'a', owner: set, image: 'kd/web:1.0' })])).toMatchObject({
      verdict: 'waiting',
      observed: '1 Pod of 1 not: a has kd/web:1.0',
      expected: 'every Pod runs kd/web:1.1',
    });
  });

  it('fails where nothing replaces the Pods: only the template of a ReplicaSet was changed', async () => {
    const set = replicaSet({ name: 'counter', image: 'kd/web:1.1' });
    const target = { of: { kind: 'ReplicaSet', name: 'counter' } };
    expect((await grade(target, [set, pod({ name: 'a', owner: set, image: 'kd/web:1.0' })])).verdict).toBe('fail');
  });

  it('fails when the image was patched into Pods, or cannot be pulled', async () => {
    const patched = rolledOut({ name: 'web', image: 'kd/web:1.0' });
    const pods = patched.pods.map((one) => pod({ name: one.metadata.name, owner: patched.replicaSet, image: 'kd/web:1.1' }));
    expect((await grade({ of }, [patched.deployment, patched.replicaSet, ...pods])).verdict).toBe('fail');
    const top = deployment({ name: 'web', image: 'kd/web:1.1' });
    const set = replicaSet({ name: 'web-1', owner: top });
    expect(await grade({ of }, [top, set, pod({ name: 'a', owner: set, image: 'kd/web:1.1', waitingFor: 'ErrImagePull' })])).toMatchObject({
      verdict: 'fail',
      observed: '1 Pod of 1 not: a has kd/web:1.1 (Pod a: container web: ErrImagePull)',
    });
  });

  it('is what runs, not what the spec says', async () => {
    const mirrorPod = pod({ name: 'static', image: 'kd/web:1.0' });
    mirrorPod.spec.containers[0].image = 'kd/web:1.1';
    expect(await grade({ pod: 'static' }, [mirrorPod])).toMatchObject({
      verdict: 'fail',
      observed: expect.stringContaining('static has docker.io/kd/web:1.0'),
    });
  });

  it('knows names with and without a registry', () => {
    expect(sameImage('docker.io/kd/web:1.0', 'kd/web:1.0')).toBe(true);
    expect(sameImage('docker.io/library/nginx', 'nginx:latest')).toBe(true);
    expect(sameImage('kd/web:1.0', 'kd/web:1.1')).toBe(false);
    expect(sameImage('registry:5000/kd/web', 'kd/web')).toBe(false);
  });
});
