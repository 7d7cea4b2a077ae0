import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Recording } from '../../src/drill/recording.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder: string;
const files = () => [join(folder, 'timeline.jsonl'), join(folder, 'commands')] as const;

beforeEach(() => {
  folder = scratchFolder();
});

describe('the recording of a drill', () => {
  it('is seen by another process that follows the same file', () => {
    const owner = new Recording(...files());
    const follower = new Recording(...files());
    expect(follower.exists).toBe(false);
    owner.add({ at: 1, type: 'recording-started' });
    owner.add({ at: 2, type: 'check-passed', check: 'C1' });
    expect(follower.exists).toBe(true);
    expect(follower.entries()).toEqual([
      { at: 1, type: 'recording-started' },
      { at: 2, type: 'check-passed', check: 'C1' },
    ]);
  });

  it('leaves out a line that a crash tore, and reads on', () => {
    const [timeline] = files();
    const recording = new Recording(...files());
    recording.add({ at: 1, type: 'recording-started' });
    appendFileSync(timeline, '{"at":2,"type":"ob\n{"at":3,"type":"step","step":"two"}\n{"at":4,"ty');
    expect(recording.entries().map((entry) => entry.at)).toEqual([1, 3]);
    appendFileSync(timeline, 'pe":"step","step":"three"}\n');
    expect(recording.entries().map((entry) => entry.at)).toEqual([1, 3, 4]);
  });

  it("knows the commands that the learner's shell noted, in the order of time", () => {
    const [timeline, commands] = files();
    const recording = new Recording(timeline, commands);
    recording.add({ at: 9000, type: 'recording-started' });
    const words = Buffer.from('apply\0-f\0a b.yaml\0').toString('base64');
    appendFileSync(commands, `10 1 ${words}\nnot a line\n`);
    recording.add({ at: 12_000, type: 'step', step: 'two' });
    expect(recording.entries()).toEqual([
      { at: 9000, type: 'recording-started' },
      { at: 10_999, type: 'command', argv: ['kubectl', 'apply', '-f', 'a b.yaml'], exitCode: 1, stderr: '' },
      { at: 12_000, type: 'step', step: 'two' },
    ]);
  });
});
