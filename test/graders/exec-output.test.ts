import { describe, expect, it } from 'vitest';
import execOutput from '../../graders/exec-output.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { ObjectView } from '../../src/grading/object-view.ts';
import type { ExecAnswer } from '../../src/grading/probes.ts';
import { mirrorOf } from '../support/fake-mirror.ts';
import { ran, seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, rolledOut } from '../support/objects.ts';

const web = rolledOut({ name: 'web', annotations: { motd: 'zero-downtime' } });
const params = { of: { kind: 'Deployment', name: 'web' }, command: ['cat', '/etc/drill/motd'] };
const grade = (more: object, answer: ExecAnswer, mirror = web.all) =>
  gradeWith(execOutput as unknown as Grader, { ...params, ...more }, { mirror, probes: { exec: async () => seen(answer) } });

describe('what a command prints', () => {
  it('passes as a text, a pattern, or what an expression gives', async () => {
    expect(await grade({ equals: 'zero-downtime' }, ran('zero-downtime\n'))).toEqual({
      verdict: 'pass',
      evidence: 'cat /etc/drill/motd is right in 1 Pod of Deployment web',
    });
    expect((await grade({ matches: '^zero', notMatches: 'one' }, ran('zero-downtime\n'))).verdict).toBe('pass');
    expect((await grade({ equalsCel: "deployment('web').metadata.annotations.motd" }, ran('zero-downtime\n'))).verdict).toBe('pass');
  });

  it('fails with what it prints', async () => {
    expect(await grade({ equals: 'x' }, ran('zero-downtime\n'))).toEqual({
      verdict: 'fail',
      observed: 'zero-downtime',
      expected: 'x',
      field: 'cat /etc/drill/motd in Pod web-abc-1',
      look: 'kubectl exec web-abc-1 -- cat /etc/drill/motd',
    });
    expect(await grade({}, ran('', 1, 'cat: no such file'))).toMatchObject({
      verdict: 'fail',
      observed: 'exit code 1: cat: no such file',
      expected: 'exit code 0',
    });
    expect(await grade({ matches: '^one' }, ran('zero'))).toMatchObject({ verdict: 'fail', expected: 'it matches ^one' });
    expect(await grade({ notMatches: 'zer.' }, ran('zero'))).toMatchObject({
      verdict: 'fail',
      observed: 'zero',
      expected: 'nothing matches zer.',
    });
    expect(await grade({ equalsCel: "deployment('web').metadata.annotations.word" }, ran('zero'))).toMatchObject({
      verdict: 'fail',
      observed: 'no such field word',
    });
  });

  it('is right by what is seen before it runs, or after: the one follows the other with a delay', async () => {
    const equalsCel = "deployment('web').metadata.annotations.motd";
    for (const [printed, verdict] of [
      ['zero-downtime', 'pass'],
      ['new', 'pass'],
      ['newer', 'fail'],
    ]) {
      const mirror = mirrorOf(web.all) as ObjectView;
      const exec = async () => {
        const { metadata, ...rest } = mirror.get('Deployment', 'web')!;
        mirror.set('Deployment', { ...rest, metadata: { ...metadata, annotations: { motd: 'new' } } });
        return seen(ran(`${printed}\n`));
      };
      const context = { mirror, probes: { exec } };
      expect((await gradeWith(execOutput as unknown as Grader, { ...params, equalsCel }, context)).verdict, printed).toBe(verdict);
    }
  });

  it('compares what it prints with the state of the cluster', async () => {
    const holds =
      "int(remembered.output) <= (timestamp(deployment('web').metadata.creationTimestamp) - timestamp('1970-01-01T00:00:00Z')).getSeconds()";
    const made = Date.parse(web.deployment.metadata.creationTimestamp ?? '') / 1000;
    expect((await grade({ holds }, ran(`${made}\n`))).verdict).toBe('pass');
    expect(await grade({ holds }, ran(`${made + 1}\n`))).toMatchObject({ verdict: 'fail', observed: `${made + 1}`, expected: holds });
    expect(await grade({ holds }, ran('none\n'))).toMatchObject({ verdict: 'fail', expected: holds });
  });

  it('waits for a container that starts, and fails for one that cannot, or has ended', async () => {
    const as = (state: object) => [web.deployment, web.replicaSet, pod({ name: 'p', owner: web.replicaSet, ...state })];
    expect(await grade({}, ran(''), as({ phase: 'Pending' }))).toMatchObject({ verdict: 'waiting', observed: 'Pending' });
    expect(await grade({}, ran(''), as({ waitingFor: 'ErrImagePull' }))).toMatchObject({
      verdict: 'fail',
      observed: 'container web: ErrImagePull',
    });
    expect((await grade({ of: undefined, pod: 'p' }, ran(''), [pod({ name: 'p', phase: 'Succeeded' })])).verdict).toBe('fail');
    expect(await grade({ container: 'db' }, ran(''))).toMatchObject({ verdict: 'fail', observed: 'web', expected: 'a container db' });
  });

  it('is an error when nothing can be run', async () => {
    const verdict = await gradeWith(execOutput as unknown as Grader, params, {
      mirror: web.all,
      probes: { exec: async () => unseen('the kubelet does not answer') },
    });
    expect(verdict).toEqual({ verdict: 'error', reason: 'the kubelet does not answer' });
  });
});
