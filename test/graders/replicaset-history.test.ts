import { describe, expect, it } from 'vitest';
import history from '../../graders/replicaset-history.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { gradeWith } from '../support/grade.ts';
import { deployment, replicaSet } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, mirror: readonly KubeObject[]) =>
  gradeWith(history as unknown as Grader, { deployment: 'web', ...params }, { mirror });
const web = deployment({ name: 'web', replicas: 2, image: 'kd/web:1.1', revision: 2 });
const old = replicaSet({ name: 'web-1', owner: web, image: 'kd/web:1.0', replicas: 0, revision: 1, cause: 'first' });
const now = replicaSet({ name: 'web-2', owner: web, image: 'kd/web:1.1', replicas: 2, revision: 2, cause: 'ship 1.1' });

describe('the versions of a Deployment', () => {
  it('pass when its ReplicaSets tell them', async () => {
    const versions = [
      { image: 'kd/web:1.0', replicas: 0, revision: 1, cause: 'first' },
      { image: 'kd/web:1.1', replicas: 'all', cause: '.' },
    ];
    expect(await grade({ versions, revision: 2, distinctCauses: true }, [web, old, now])).toEqual({
      verdict: 'pass',
      evidence: 'Deployment web is at revision 2, with ReplicaSets of kd/web:1.0, kd/web:1.1',
    });
  });

  it('fail when a version never was', async () => {
    expect(await grade({ versions: [{ image: 'kd/web:2.0' }] }, [web, old, now])).toEqual({
      verdict: 'fail',
      observed: 'ReplicaSets with kd/web:1.0, kd/web:1.1',
      expected: 'one of Deployment web with kd/web:2.0',
      look: 'kubectl get replicasets -o wide',
    });
  });

  it('do not take a ReplicaSet that somebody else owns, or owned a Deployment of that name before', async () => {
    const foreign = replicaSet({ name: 'x', owner: deployment({ name: 'other' }), image: 'kd/web:2.0' });
    const before = replicaSet({ name: 'y', owner: deployment({ name: 'web', uid: 'earlier' }), image: 'kd/web:2.0' });
    const bare = replicaSet({ name: 'z', image: 'kd/web:2.0' });
    expect((await grade({ versions: [{ image: 'kd/web:2.0' }] }, [web, old, now, foreign, before, bare])).verdict).toBe('fail');
  });

  it('fail with replicas, revision, past revisions or cause that differ', async () => {
    const differs = (version: object) => grade({ versions: [{ image: 'kd/web:1.0', ...version }] }, [web, old, now]);
    expect(await differs({ replicas: 2 })).toMatchObject({
      verdict: 'fail',
      observed: '0',
      expected: '2',
      field: 'ReplicaSet web-1 (kd/web:1.0) spec.replicas',
    });
    expect(await differs({ revision: 3 })).toMatchObject({ verdict: 'fail', observed: '1', expected: '3' });
    expect(await differs({ history: 2 })).toMatchObject({
      verdict: 'fail',
      observed: 'nothing',
      expected: '2 among them',
      field: 'ReplicaSet web-1 (kd/web:1.0) metadata.annotations["deployment.kubernetes.io/revision-history"]',
    });
    expect(await differs({ cause: 'ship' })).toMatchObject({ verdict: 'fail', observed: 'first', expected: 'it matches ship' });
  });

  it('know a version that was gone back to by its past revisions', async () => {
    const back = replicaSet({ name: 'web-1', owner: web, image: 'kd/web:1.0', revision: 4, history: '1,12' });
    expect((await grade({ versions: [{ image: 'kd/web:1.0', history: 1 }] }, [web, back])).verdict).toBe('pass');
    expect((await grade({ versions: [{ image: 'kd/web:1.0', history: 2 }] }, [web, back])).verdict).toBe('fail');
  });

  it('fail without change-causes, or with the same one twice', async () => {
    const versions = [{ image: 'kd/web:1.0' }, { image: 'kd/web:1.1' }];
    const same = replicaSet({ name: 'web-2', owner: web, image: 'kd/web:1.1', cause: 'first' });
    const none = replicaSet({ name: 'web-2', owner: web, image: 'kd/web:1.1' });
    expect(await grade({ versions, distinctCauses: true }, [web, old, same])).toMatchObject({ verdict: 'fail', observed: 'first, first' });
    expect(await grade({ versions, distinctCauses: true }, [web, old, none])).toMatchObject({
      verdict: 'fail',
      observed: 'first, no change-cause',
    });
  });

  it('fail at another revision', async () => {
    const versions = [{ image: 'kd/web:1.1' }];
    expect(await grade({ versions, revision: 3 }, [web, old, now])).toMatchObject({
      verdict: 'fail',
      observed: '2',
      expected: '3',
      field: 'Deployment web metadata.annotations["deployment.kubernetes.io/revision"]',
    });
    expect(await grade({ versions, minRevision: 4 }, [web, old, now])).toMatchObject({ verdict: 'fail', expected: 'at least 4' });
  });

  it('wait while replicas move over, and for the controller', async () => {
    const rolling = deployment({ name: 'web', replicas: 2, updated: 1, revision: 2 });
    const half = replicaSet({ name: 'web-1', owner: rolling, image: 'kd/web:1.0', replicas: 1 });
    expect(await grade({ versions: [{ image: 'kd/web:1.0', replicas: 0 }] }, [rolling, half])).toMatchObject({
      verdict: 'waiting',
      observed: '1',
      expected: '0',
    });
    const unseen = deployment({ name: 'web', generation: 3, observed: 2 });
    expect((await grade({ versions: [{ image: 'kd/web:1.0' }] }, [unseen])).verdict).toBe('waiting');
  });
});
