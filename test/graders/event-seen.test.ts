import { describe, expect, it } from 'vitest';
import eventSeen from '../../graders/event-seen.ts';
import type { Grader } from '../../src/grading/grader.ts';
import { gradeWith } from '../support/grade.ts';
import { event } from '../support/objects.ts';

const seen = event({
  reason: 'FailedScheduling',
  name: 'web-1',
  note: '0/3 nodes are available: 3 node(s) had untolerated taint(s)',
  type: 'Warning',
  reporter: 'default-scheduler',
});
const grade = (params: Record<string, unknown>) =>
  gradeWith(eventSeen as unknown as Grader, params, { mirror: [seen, event({ reason: 'Pulled', name: 'other' })] });

describe('an event', () => {
  it('passes when it was reported', async () => {
    expect(
      await grade({
        reason: 'FailedScheduling',
        kind: 'Pod',
        name: 'web-*',
        type: 'Warning',
        reporter: 'default-scheduler',
        note: 'untolerated',
      }),
    ).toEqual({
      verdict: 'pass',
      evidence: 'FailedScheduling about Pod web-1: 0/3 nodes are available: 3 node(s) had untolerated taint(s)',
    });
    expect((await grade({ reason: ['Unhealthy', 'FailedScheduling'] })).verdict).toBe('pass');
  });

  it('is waited for, never failed', async () => {
    expect(await grade({ reason: 'Unhealthy', kind: 'Pod', name: 'stuck-*' })).toEqual({
      verdict: 'waiting',
      observed: 'no such event; seen: FailedScheduling, Pulled',
      expected: 'Unhealthy about Pod stuck-*',
      look: 'kubectl get events --sort-by=.lastTimestamp',
    });
    for (const other of [
      { name: 'db-*' },
      { name: 'web' },
      { kind: 'Job' },
      { type: 'Normal' },
      { reporter: 'kubelet' },
      { note: 'Insufficient' },
    ]) {
      expect((await grade({ reason: 'FailedScheduling', ...other })).verdict).toBe('waiting');
    }
  });
});
