import { describe, expect, it } from 'vitest';
import logCounts from '../../graders/log-counts.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { KubeObject } from '../../src/grading/object.ts';
import { seen, unseen } from '../support/fake-probes.ts';
import { gradeWith } from '../support/grade.ts';
import { pod } from '../support/objects.ts';

const containers = ['counter-1', 'counter-2', 'counter-3'];
const params = { pod: 'multi', descending: containers, pattern: '^\\d+: ', atLeast: 12 };
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
      evidence: 'lines: counter-1 > counter-2 > counter-3',
    });
  });

  it('waits until the busiest one has written enough to tell', async () => {
    expect(await grade({ 'counter-1': 4, 'counter-2': 2, 'counter-3': 2 })).toEqual({
      verdict: 'waiting',
      observed: 'counter-1 4, counter-2 2, counter-3 2',
      expected: '12 of counter-1 first',
      field: 'lines in the logs of Pod multi',
      look: 'kubectl logs multi --all-containers --prefix',
    });
  });

  it('fails when two write alike', async () => {
    expect(await grade({ 'counter-1': 14, 'counter-2': 14, 'counter-3': 5 })).toEqual({
      verdict: 'fail',
      observed: 'counter-1 14, counter-2 14, counter-3 5',
      expected: 'counter-1 > counter-2 > counter-3',
      field: 'lines in the logs of Pod multi',
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
      observed: 'Pod multi has no container counter-3',
      expected: 'a container counter-3',
      look: 'kubectl describe pod multi',
    });
  });

  it('fails when there is no such Pod', async () => {
    expect(await grade({}, [])).toMatchObject({ verdict: 'fail', observed: 'Pod multi does not exist' });
  });

  it('waits for containers that have not started', async () => {
    expect(await grade({}, [pod({ name: 'multi', containers, phase: 'Pending' })])).toEqual({
      verdict: 'waiting',
      observed: 'Pod multi: Pending',
      expected: 'a log',
      look: 'kubectl logs multi -c counter-1',
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
