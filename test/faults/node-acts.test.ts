import { describe, expect, test } from 'vitest';
import type { FaultContext } from '../../src/faults/fault.ts';
import { askNode } from '../../src/faults/node-acts.ts';
import { run } from '../../src/system/run.ts';
import { ran } from './fake/machine.ts';

/** A node on which this machine's own shell answers. */
const here = (answer?: string) =>
  ({
    nodes: {
      exec: async (_: string, [program = '', ...args]: string[]) =>
        answer === undefined ? run(program, args, { timeoutMs: 10_000 }) : ran(0, answer),
    },
    signal: new AbortController().signal,
  }) as unknown as FaultContext;

describe('several questions to a node in one go', () => {
  test('each is answered by itself: what fails, what says several lines, and what has to be quoted', async () => {
    const answers = await askNode(here(), 'node', [
      ['printf', '%s\\n', 'two', 'lines'],
      ['test', '-e', '/nowhere/at all'],
      ['printf', '%s', "it's $HOME; `exit 3`"],
      ['exit-no-such-program'],
      ['true'],
    ]);
    expect(answers).toEqual([
      { ok: true, stdout: 'two\nlines' },
      { ok: false, stdout: '' },
      { ok: true, stdout: "it's $HOME; `exit 3`" },
      { ok: false, stdout: '' },
      { ok: true, stdout: '' },
    ]);
  });

  test('an answer that is missing is never taken for one', async () => {
    await expect(askNode(here('0 YQ=='), 'node-1', [['true'], ['true']])).rejects.toThrow('node-1 gave 1 answers to 2 questions');
  });

  test('nothing is asked when there is no question', async () => {
    expect(await askNode(here('0 YQ=='), 'node', [])).toEqual([]);
  });
});
