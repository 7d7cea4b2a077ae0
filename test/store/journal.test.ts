import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Journal, openJournal } from '../../src/store/journal.ts';
import type { JournalPlan } from '../../src/store/journal-entry.ts';
import { onlyProcess, temporaryFolder } from '../faults/fake/life.ts';

let now = 1000;
const clock = {
  now: () => now,
  sleep: async (ms: number) => {
    now += ms;
  },
};

const journalIn = (folder: string, options: { pid?: number; notes?: string[] } = {}): Journal =>
  openJournal(join(folder, 'kd.jsonl'), {
    clock,
    processes: onlyProcess(options.pid ?? 1),
    onNote: (note) => options.notes?.push(note),
  });

const plan = (what: string): JournalPlan => ({
  fault: 'cordon-node',
  what,
  lab: 'in-break-the-cluster',
  namespace: 'shop',
  cluster: 'kd',
  clusterId: 'ours',
  provider: 'kind',
  params: { node: 'kd-worker' },
  record: { node: 'kd-worker', uid: 'u1' },
  touches: ['Node kd-worker'],
  mend: 'kubectl uncordon kd-worker',
});

const whats = (journal: Journal) => journal.open().map(({ what, state }) => `${what}: ${state}`);

describe('the journal', () => {
  test('knows, from the disk alone, what was planned and how far it came, oldest first', async () => {
    const folder = temporaryFolder();
    const journal = journalIn(folder);
    const first = await journal.plan(plan('first'));
    await journal.plan(plan('second'));
    await journal.mark(first, 'injected');
    await journal.mark(first, 'effect-proved');

    const another = journalIn(folder, { pid: 2 });
    expect(whats(another)).toEqual(['first: effect-proved', 'second: planned']);
    expect(another.open()[1]).toMatchObject({ ...plan('second'), plannedAt: now, by: { pid: 1, startTime: 'then' } });
  });

  test('is empty once everything is undone', async () => {
    const folder = temporaryFolder();
    const journal = journalIn(folder);
    const first = await journal.plan(plan('first'));
    const second = await journal.plan(plan('second'));
    await journal.mark(first, 'undone');
    expect(whats(journal)).toEqual(['second: planned']);
    await journal.mark(second, 'void');
    expect(journal.open()).toEqual([]);
    expect(readFileSync(journal.path, 'utf8')).toBe('');
  });

  test('drops what is closed when it has grown, and keeps the rest as it is', async () => {
    const folder = temporaryFolder();
    const journal = journalIn(folder);
    await journal.plan(plan('stays'));
    for (let at = 0; at < 3; at++) {
      const id = await journal.plan({ ...plan('big'), record: { text: 'x'.repeat(100_000) } });
      await journal.mark(id, 'undone');
    }
    expect(whats(journal)).toEqual(['stays: planned']);
    expect(readFileSync(journal.path, 'utf8').length).toBeLessThan(1000);
  });

  test('two processes that write at once lose nothing', async () => {
    const folder = temporaryFolder();
    const [one, two] = [journalIn(folder), journalIn(folder, { pid: 2 })];
    await Promise.all([1, 2, 3, 4].flatMap((at) => [one.plan(plan(`one ${at}`)), two.plan(plan(`two ${at}`))]));
    expect(whats(one)).toHaveLength(8);
  });
});

describe('a journal that was torn by a crash', () => {
  test('forgets the torn last line, says so, and goes on behind the last whole one', async () => {
    const folder = temporaryFolder();
    const notes: string[] = [];
    const journal = journalIn(folder, { notes });
    await journal.plan(plan('whole'));
    const whole = readFileSync(journal.path, 'utf8');
    await journal.plan(plan('torn'));
    truncateSync(journal.path, whole.length + 40);

    expect(whats(journal)).toEqual(['whole: planned']);
    await journal.plan(plan('next'));
    expect(whats(journal)).toEqual(['whole: planned', 'next: planned']);
    expect(notes).toEqual([
      `the last line of ${journal.path} was torn (a crash while it was written) and was dropped: ${'{"type":"planned","id":"'}${notes[0]?.slice(-16)}`,
    ]);
  });

  test('whatever byte it was torn at, the whole lines count', async () => {
    const folder = temporaryFolder();
    const journal = journalIn(folder);
    const first = await journal.plan(plan('first'));
    await journal.mark(first, 'injected');
    const text = readFileSync(journal.path, 'utf8');
    const lines = text.split('\n');
    for (let length = 0; length <= text.length; length++) {
      writeFileSync(journal.path, text.slice(0, length));
      const states = length < (lines[0]?.length ?? 0) + 1 ? [] : length < text.length ? ['first: planned'] : ['first: injected'];
      expect(whats(journal), `${length} bytes`).toEqual(states);
    }
  });

  test('names a line in the middle that cannot be read, keeps it, and trusts the others', async () => {
    const folder = temporaryFolder();
    const journal = journalIn(folder);
    await journal.plan(plan('before'));
    appendFileSync(journal.path, '{"type":"pl\n');
    const after = await journal.plan(plan('after'));
    expect(whats(journal)).toEqual(['before: planned', 'after: planned']);
    await journal.mark(after, 'undone');
    for (const { id } of journal.open()) await journal.mark(id, 'undone');
    expect(journal.unreadable()).toEqual([`${journal.path}:1: {"type":"pl`]);
  });
});

describe('a journal that cannot be written', () => {
  test('is said before anything is done, with the path and the reason', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'kd.jsonl');
    mkdirSync(path);
    const journal = openJournal(path, { clock, processes: onlyProcess(1) });
    await expect(journal.plan(plan('never'))).rejects.toMatchObject({
      code: 'state-unwritable',
      message: `cannot write ${path}: EISDIR`,
      exitCode: 3,
    });
  });

  test('on a full disk says so, and keeps what was written before', async ({ skip, onTestFinished }) => {
    const folder = temporaryFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      skip('only root may mount a small disk');
    }
    onTestFinished(() => void execFileSync('umount', [folder]));
    const journal = journalIn(folder);
    await journal.plan(plan('fits'));
    const before = readFileSync(journal.path, 'utf8');
    await expect(journal.plan({ ...plan('does not fit'), record: { text: 'x'.repeat(100_000) } })).rejects.toMatchObject({
      code: 'state-unwritable',
      message: `cannot write ${journal.path}: the disk is full`,
      hint: `Free some room: df -h ${folder}`,
    });
    expect(readFileSync(journal.path, 'utf8')).toBe(before);
    expect(whats(journal)).toEqual(['fits: planned']);
  });
});
