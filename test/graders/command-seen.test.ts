import { describe, expect, it } from 'vitest';
import commandSeen from '../../graders/command-seen.ts';
import type { Grader } from '../../src/grading/grader.ts';
import type { TimelineEntry } from '../../src/grading/timeline.ts';
import { gradeWith } from '../support/grade.ts';

const at = (seconds: number) => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
const typed = (seconds: number, exitCode: number, ...argv: string[]): TimelineEntry => ({
  at: at(seconds),
  type: 'command',
  argv,
  exitCode,
  stderr: '',
});
const api = (seconds: number, state: 'away' | 'answering'): TimelineEntry => ({ at: at(seconds), type: 'api', state, seen: '' });
const grade = (params: Record<string, unknown>, entries: TimelineEntry[]) =>
  gradeWith(commandSeen as unknown as Grader, params, { timeline: [{ at: at(0), type: 'recording-started' }, ...entries] });
const apply = ['kubectl', 'apply', '-f', 'deploy2.yaml'];
const params = { argvContains: ['kubectl', 'apply'], exit: 'non-zero', whileApi: 'away' };

describe('a command that was typed', () => {
  it('passes when it failed while the API server was away', async () => {
    expect(await grade(params, [api(10, 'away'), typed(20, 1, ...apply), api(40, 'answering')])).toEqual({
      verdict: 'pass',
      evidence: 'kubectl apply -f deploy2.yaml ended with exit code 1, 20 s into the drill',
    });
  });

  it('fails when it failed for another reason, or succeeded', async () => {
    expect(await grade(params, [typed(5, 1, ...apply), api(10, 'away')])).toMatchObject({
      verdict: 'fail',
      observed: 'kubectl apply -f deploy2.yaml: the API server was answering',
      expected: 'kubectl apply that fails while the API server is away',
    });
    expect(await grade(params, [api(10, 'away'), api(40, 'answering'), typed(60, 0, ...apply)])).toMatchObject({
      verdict: 'fail',
      observed: 'kubectl apply -f deploy2.yaml: it ended with exit code 0',
    });
  });

  it('is told by its words in their order, and by one of others', async () => {
    const words = { argvContains: ['kubectl', 'drain'], anyOf: ['worker-1', 'worker-2'], exit: 'zero' };
    expect((await grade(words, [typed(5, 0, 'kubectl', 'drain', 'worker-2', '--force')])).verdict).toBe('pass');
    expect((await grade(words, [typed(5, 0, 'kubectl', 'drain', 'worker-3')])).verdict).toBe('waiting');
    expect((await grade(words, [typed(5, 0, 'drain', 'kubectl', 'worker-1')])).verdict).toBe('waiting');
  });

  it('may have to come after a check', async () => {
    const after = { argvContains: ['kubectl', 'apply'], afterCheck: 'C3' };
    const passed: TimelineEntry = { at: at(10), type: 'check-passed', check: 'C3' };
    expect(await grade(after, [typed(5, 0, ...apply), passed])).toMatchObject({
      verdict: 'fail',
      observed: 'kubectl apply -f deploy2.yaml: C3 had not passed',
    });
    expect((await grade(after, [passed, typed(12, 0, ...apply)])).verdict).toBe('pass');
  });

  it('is waited for, and is an error without a recording', async () => {
    expect(await grade(params, [])).toMatchObject({ verdict: 'waiting', observed: 'no such command yet' });
    expect((await gradeWith(commandSeen as unknown as Grader, params)).verdict).toBe('error');
  });
});
