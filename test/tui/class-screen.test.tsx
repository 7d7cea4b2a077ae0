import { describe, expect, it } from 'vitest';
import type { ClassState } from '../../src/batch/class/state.ts';
import { updateClass } from '../../src/batch/class/state.ts';
import { firstClassState } from '../../src/batch/class/watch.ts';
import { fail, pass } from '../../src/grading/verdict.ts';
import { runClassScreen } from '../../src/tui/class-screen.tsx';
import { type ClassViewState, updateClassView } from '../../src/tui/class-state.ts';
import { sampleLab } from '../batch/sample-lab.ts';
import { Screen } from '../support/screen.ts';
import { FakeProcess, HandClock } from '../support/tui.ts';

const start = 1_000_000;
const mismatch = fail({
  observed: '1 replica',
  expected: '3 replicas',
  field: 'Deployment web spec.replicas',
  look: 'kubectl get deployment web',
});

/** Ada is done, Ben is stuck at step 1 since the start, Cyd at step 2 since 30 s later, Dee cannot be seen, the others have not been looked at. */
function aClass(more = 0): ClassState {
  const learners = [
    ['ada', 'Ada Lovelace'],
    ['ben', 'Ben'],
    ['cyd', undefined],
    ['dee', 'Dee \u001b[2JX'],
  ] as const;
  const extra = Array.from({ length: more }, (_, index) => [`x${index}`, undefined] as const);
  let state = firstClassState(
    sampleLab(),
    [...learners, ...extra].map(([id, name]) => ({ id, name, kubeconfig: 'k', context: undefined, namespace: 'n' })),
    start,
  );
  const see = (learner: string, check: string, verdict: ReturnType<typeof fail> | ReturnType<typeof pass>, at = start) => {
    state = updateClass(state, { type: 'check', learner, check, verdict, at });
  };
  for (const id of ['ada', 'ben', 'cyd']) {
    state = updateClass(state, { type: 'sight', learner: id, sight: 'live', why: '', at: start });
    for (const check of ['C1', 'C2']) see(id, check, mismatch);
    see(id, 'G1', pass('kept'));
  }
  for (const check of ['C1', 'C2']) see('ada', check, pass('seen'));
  see('cyd', 'C1', pass('seen'), start + 30_000);
  return updateClass(state, { type: 'sight', learner: 'dee', sight: 'away', why: 'connection refused', at: start });
}

function shown(options: { columns?: number; rows?: number; klass?: ClassState; colour?: boolean } = {}) {
  const { columns = 80, rows = 24, klass = aClass(), colour = true } = options;
  const screen = new Screen(columns, rows);
  const clock = new HandClock(start + 90_000);
  let state = klass;
  const listeners = new Set<() => void>();
  const process = new FakeProcess();
  const stop = new AbortController();
  const ended = runClassScreen({
    feed: {
      state: () => state,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    stdin: screen.stdin,
    stdout: screen.stdout,
    stderr: screen.stderr,
    settings: { colour, unicode: true },
    clock,
    process,
    signal: stop.signal,
  });
  const change = (next: ClassState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return { screen, clock, ended, change, process, stop, state: () => state };
}

const quit = async ({ screen, ended }: ReturnType<typeof shown>) => {
  screen.press('q');
  expect(await ended).toBe(0);
  await screen.settled();
};

describe('the class view', () => {
  it.each([
    [80, 24],
    [60, 15],
    [120, 40],
  ])('shows at %dx%d who is at which step, and since when', async (columns, rows) => {
    const running = shown({ columns, rows });
    await running.screen.until('Ada Lovelace');
    const lines = running.screen.lines();
    expect(lines[0]).toMatch(/^ Scale it {2}scale-it +3 of 4 live, 1 done$/);
    expect(lines[2]).toMatch(/^ {2}learner +1 2 +points {2}where$/);
    expect(lines[3]).toMatch(/^▸ Ada Lovelace +✓ ✓ +5\/5 {2}done$/);
    expect(lines[4]).toMatch(/^ {2}Ben +✗ ✗ +0\/5 {2}at Scale for 90s$/);
    expect(lines[5]).toMatch(/^ {2}cyd +✓ ✗ +2\/5 {2}at Configure for 60s$/);
    expect(lines[6]).toMatch(/^ {2}Dee +\[2JX +· · +away: connection refused$/);
    expect(lines.at(-1)).toContain('enter last mismatch');
    expect(lines).toHaveLength(rows);
    expect(running.screen.scrollback()).toBe(0);
    await quit(running);
    expect(running.screen.inAlternateScreen).toBe(false);
  });

  it('ticks: a learner moves on before our eyes, and time goes on for the others', async () => {
    const running = shown();
    await running.screen.until('at Scale for 90s');
    running.change(updateClass(running.state(), { type: 'check', learner: 'ben', check: 'C1', verdict: pass('3'), at: start + 90_000 }));
    await running.screen.until('at Configure for 0s');
    running.clock.pass(5000);
    await running.screen.until('at Configure for 5s');
    await quit(running);
  });

  it("gives a learner's last mismatch at one key, and the way back", async () => {
    const running = shown();
    await running.screen.until('Ben');
    running.screen.press('down', 'enter');
    await running.screen.until('observed: 1 replica');
    const text = running.screen.text();
    expect(text).toContain('C1: web has 3 replicas  since 1 min 30 s');
    expect(text).toContain('Deployment web spec.replicas');
    expect(text).toContain('expected: 3 replicas');
    expect(text).toContain('kubectl get deployment web');
    expect(text).toMatch(/✗ C1 {2}web has 3 replicas/);
    running.screen.press('esc');
    await running.screen.until('Ada Lovelace');
    await quit(running);
  });

  it('puts who is stuck longest first, and keeps the learner that one was looking at', async () => {
    const running = shown();
    await running.screen.until('Ada Lovelace');
    running.screen.press('s');
    await running.screen.until((text) => /▸ Ada/.test(text) && text.indexOf('Ben') < text.indexOf('Ada'));
    const names = running.screen
      .lines()
      .slice(3, 7)
      .map((line) => line.slice(2, 5));
    expect(names).toEqual(['Ben', 'Dee', 'cyd', 'Ada']);
    await quit(running);
  });

  it('scrolls through a class that is longer than the screen', async () => {
    const running = shown({ rows: 15, klass: aClass(300) });
    await running.screen.until('Ada Lovelace');
    expect(running.screen.lines().at(-1)).toMatch(/↓294$/);
    running.screen.press('end');
    await running.screen.until('▸ x299');
    expect(running.screen.lines().at(-1)).toMatch(/↑294$/);
    await quit(running);
  });

  it('says so when the terminal is too small, and is there again when it is not', async () => {
    const running = shown();
    await running.screen.until('Ada Lovelace');
    running.screen.resize(40, 10);
    await running.screen.until('make the window larger');
    expect(running.screen.text()).not.toContain('stuck');
    running.screen.resize(80, 24);
    await running.screen.until('Ada Lovelace');
    await quit(running);
  });

  it('says everything without colour, too', async () => {
    const running = shown({ colour: false });
    await running.screen.until('Ada Lovelace');
    expect(running.screen.text()).toMatch(/✓ ✗/);
    await quit(running);
  });

  it('restores the terminal after Ctrl+C, after a signal and when it is asked to end', async () => {
    const byKey = shown();
    await byKey.screen.until('Ada Lovelace');
    byKey.screen.press('ctrl+c');
    const byKeyCode = await byKey.ended;
    await byKey.screen.settled();
    expect(byKeyCode).toBe(130);
    expect(byKey.screen.inAlternateScreen).toBe(false);

    const bySignal = shown();
    await bySignal.screen.until('Ada Lovelace');
    bySignal.process.emit('SIGTERM');
    const bySignalCode = await bySignal.ended;
    await bySignal.screen.settled();
    expect(bySignalCode).toBe(143);
    expect(bySignal.screen.inAlternateScreen).toBe(false);

    const byAbort = shown();
    await byAbort.screen.until('Ada Lovelace');
    byAbort.stop.abort();
    const byAbortCode = await byAbort.ended;
    await byAbort.screen.settled();
    expect(byAbortCode).toBe(130);
    expect(byAbort.screen.raw).toBe(false);
  });
});

describe('the state of the class view', () => {
  const state: ClassViewState = {
    klass: aClass(),
    size: { columns: 80, rows: 24 },
    now: start,
    selected: 0,
    details: false,
    sorted: false,
  };
  const pressed = (key: string, from = state) => updateClassView(from, { type: 'key', key }) as ClassViewState;

  it('does not leave the class at its ends', () => {
    expect(pressed('up').selected).toBe(0);
    expect(pressed('end').selected).toBe(3);
    expect(pressed('pagedown').selected).toBe(3);
  });

  it('does nothing for a key that it does not know', () => {
    expect(pressed('x')).toBe(state);
  });
});
