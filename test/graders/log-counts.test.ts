import { describe, expect, it } from 'vitest';
import logCounts from '../../graders/log-counts.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod } from '../support/objects.ts';

const containers = ['counter-1', 'counter-2', 'counter-3'];
const params = { pod: 'multi', containers, pattern: '^\\d+: ', min: 12 };
const lines = (many: number) => Array.from({ length: many }, (_, index) => `${index}: now\n`).join('');
const logs =
  (counts: Record<string, number>) =>
  async ({ container = '' }: { container?: string }) =>
    seen(`hello\n${lines(counts[container] ?? 0)}`);
const grade = (counts: Record<string, number>, mirror: KubeObject[] = [pod({ name: 'multi', containers })]) =>
  gradeWith(logCounts as unknown as Grader, params, { mirror, probes: { logs: logs(counts) } });

describe('lines of containers beside each other', () => {
  it('passes when each container has written more than the next', async () => {
    expect(await grade({ 'counter-1': 14, 'counter-2': 7, 'counter-3': 5 })).toEqual({
      verdict: 'pass',
      evidence: 'lines of Pod multi: counter-1 14, counter-2 7, counter-3 5',
    });
  });

  it('waits until the busiest one has written enough to tell', async () => {
    expect(await grade({ 'counter-1': 4, 'counter-2': 2, 'counter-3': 2 })).toEqual({
      verdict: 'waiting',
      observed: 'counter-1 4, counter-2 2, counter-3 2',
      expected: 'at least 12 lines of counter-1',
      field: 'logs of Pod multi',
      look: 'kubectl logs multi --all-containers --prefix',
    });
  });

  it('fails when two write alike', async () => {
    expect(await grade({ 'counter-1': 14, 'counter-2': 14, 'counter-3': 5 })).toEqual({
      verdict: 'fail',
      observed: 'counter-1 14, counter-2 14, counter-3 5',
      expected: 'more lines in each than in the next of counter-1, counter-2, counter-3',
      field: 'logs of Pod multi',
      look: 'kubectl logs multi --all-containers --prefix',
    });
  });

  it('fails when one has written nothing that counts', async () => {
    expect(await grade({ 'counter-1': 14, 'counter-2': 7 })).toMatchObject({
      verdict: 'fail',
      observed: 'counter-1 14, counter-2 7, counter-3 0',
    });
  });

  it('fails when a container is missing', async () => {
    expect(await grade({ 'counter-1': 14 }, [pod({ name: 'multi', containers: ['counter-1', 'counter-2'] })])).toEqual({
      verdict: 'fail',
      observed: 'containers counter-1, counter-2',
      expected: 'counter-3 too',
      field: 'Pod multi spec.containers',
      look: 'kubectl describe pod multi',
    });
  });

  it('fails when there is no such Pod, or it is being deleted', async () => {
    expect(await grade({}, [])).toMatchObject({ verdict: 'fail', observed: 'Pod multi does not exist' });
    expect(await grade({}, [pod({ name: 'multi', containers, terminating: true })])).toMatchObject({
      verdict: 'fail',
      observed: 'Pod multi is being deleted',
    });
  });

  it('waits for containers that have not started', async () => {
    expect(await grade({}, [pod({ name: 'multi', containers, phase: 'Pending' })])).toEqual({
      verdict: 'waiting',
      observed: 'Pod multi: Pending',
      expected: 'a log of each container',
    });
  });

  it('is an error when a log cannot be read', async () => {
    const verdict = await gradeWith(logCounts as unknown as Grader, params, {
      mirror: [pod({ name: 'multi', containers })],
      probes: { logs: async () => unseen('the API server does not answer') },
    });
    expect(verdict).toEqual({ verdict: 'error', reason: 'the API server does not answer' });
  });
});
