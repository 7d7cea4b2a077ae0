import { describe, expect, it } from 'vitest';
import logContains from '../../graders/log-contains.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod, rolledOut } from '../support/objects.ts';

const grade = (params: Record<string, unknown>, log: string, mirror: readonly KubeObject[] = [pod({ name: 'counter' })]) =>
  gradeWith(logContains as unknown as Grader, { pod: 'counter', ...params }, { mirror, probes: { logs: async () => seen(log) } });

describe('a log', () => {
  it('passes with enough lines that match', async () => {
    expect(await grade({ pattern: '^(\\d+): ', min: 3, increasing: 'one' }, '0: a\n1: b\n2: c\n')).toEqual({
      verdict: 'pass',
      evidence: 'the log of 1 Pod of Pod counter matches ^(\\d+): ',
    });
  });

  it('fails without one, and waits for more where there are some', async () => {
    expect(await grade({ pattern: 'waiting for connections' }, 'fatal: no password\n')).toMatchObject({
      verdict: 'fail',
      observed: '0 lines; the last line is fatal: no password',
      expected: 'at least 1 that match waiting for connections',
      field: 'log of Pod counter',
      look: 'kubectl logs counter',
    });
    expect(await grade({ pattern: '^\\d+: ', min: 5 }, '0: a\n1: b\n')).toMatchObject({
      verdict: 'waiting',
      observed: '2 lines; the last line is 1: b',
    });
    expect(await grade({ pattern: 'x' }, '')).toMatchObject({ verdict: 'fail', observed: '0 lines, the log is empty' });
  });

  it('fails when its numbers do not grow, or begin too low', async () => {
    expect(await grade({ pattern: '^(\\d+)', increasing: 'one' }, '4\n5\n5\n')).toMatchObject({ verdict: 'fail', observed: '5, then 5' });
    expect(await grade({ pattern: '^(\\d+)', firstAbove: 1 }, '1\n2\n')).toMatchObject({
      verdict: 'fail',
      observed: 'the first line is 1',
      expected: 'its number is above 1',
    });
    expect((await grade({ pattern: '^(\\d+)', firstAbove: 1 }, '12\n13\n')).verdict).toBe('pass');
    expect((await grade({ pattern: '^(\\d+)', firstAbove: 1 }, 'hello\n13\n')).verdict).toBe('fail');
  });

  it('may have to be one text exactly, or have few lines', async () => {
    expect((await grade({ exactly: 'The attendees are awesome' }, 'The attendees are awesome\n')).verdict).toBe('pass');
    expect(await grade({ exactly: 'a' }, 'a\nb\n')).toMatchObject({ verdict: 'fail', observed: 'a ⏎ b', expected: 'a' });
    expect(await grade({ pattern: 'error', max: 0 }, 'error 1\n')).toMatchObject({
      verdict: 'fail',
      observed: '1 line',
      expected: 'at most 0 that match error',
    });
    expect((await grade({ pattern: 'error', max: 0 }, 'fine\n')).verdict).toBe('pass');
  });

  it('is of every Pod of a workload, or of some', async () => {
    const web = rolledOut({ name: 'web', replicas: 2 });
    const params = { of: { kind: 'Deployment', name: 'web' }, pattern: 'Ping' };
    const one = (which: string) =>
      gradeWith(
        logContains as unknown as Grader,
        { ...params, which },
        { mirror: web.all, probes: { logs: async ({ pod: name }) => seen(name === 'web-abc-1' ? 'Ping\n' : '-\n') } },
      );
    expect((await one('every')).verdict).toBe('fail');
    expect((await one('some')).verdict).toBe('pass');
  });

  it('is waited for while the container has not started', async () => {
    expect(await grade({ pattern: 'x' }, '', [pod({ name: 'counter', phase: 'Pending' })])).toMatchObject({
      verdict: 'waiting',
      observed: 'Pod counter: Pending',
    });
    expect(await grade({ pattern: 'x', previous: true }, '', [pod({ name: 'counter' })])).toMatchObject({
      verdict: 'waiting',
      observed: 'Pod counter has not restarted',
    });
  });

  it('is an error when it cannot be read', async () => {
    const verdict = await gradeWith(
      logContains as unknown as Grader,
      { pod: 'counter', pattern: 'x' },
      { mirror: [pod({ name: 'counter' })], probes: { logs: async () => unseen('kubelet away') } },
    );
    expect(verdict).toEqual({ verdict: 'error', reason: 'kubelet away' });
  });
});
