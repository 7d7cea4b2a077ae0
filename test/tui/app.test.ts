import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/lab-error.ts';
import { FakeDrill, FakeHost, untilStopped } from '../support/fake-host.ts';
import { startTui } from '../support/tui.ts';
import { homeOf, portLab, portObjects, schedulerLab } from '../support/tui-labs.ts';

const refused = {
  verdict: 'fail',
  observed: 'connection refused',
  expected: 'HTTP 200',
  look: 'kubectl describe service nginx-service',
} as const;

function started(options: { columns?: number; rows?: number; env?: Record<string, string> } = {}) {
  const drill = new FakeDrill(portLab);
  drill.setObjects(portObjects());
  drill.next_ = 'cs-scheduler-down';
  const host = new FakeHost(homeOf(), [drill, new FakeDrill(schedulerLab)]);
  const tui = startTui(host, options);
  return { ...tui, drill, host };
}

/** In the lab, its question put off. */
async function inLab(options: Parameters<typeof started>[0] = {}) {
  const tui = started(options);
  const { screen } = tui;
  await screen.until('Black Friday');
  screen.press('down', 'down', 'enter');
  await screen.until('Before you act');
  screen.press('esc');
  await screen.until('t shell');
  return tui;
}

describe.each([
  [60, 15],
  [80, 24],
  [120, 40],
])('on a terminal of %ix%i', (columns, rows) => {
  it('a lab is played from home to its debrief, on a screen that never scrolls', async () => {
    const { screen, drill, host, ended } = await inLab({ columns, rows });
    expect(screen.inAlternateScreen).toBe(true);
    expect(screen.raw).toBe(true);
    expect(host.calls.toSorted()).toEqual(['open bf-port-mismatch', 'refresh']);

    drill.setVerdict('C1', refused);
    screen.press('tab');
    await screen.until('connection refused');
    drill.passAll();
    await screen.until('next step');
    screen.press('n');
    await screen.until('Step 2 of 3');
    drill.passAll();
    await screen.until('Step passed: 2 of 2 points.');
    screen.press('enter');
    await screen.until('Step 3 of 3');
    screen.press('s', 'y');
    await screen.until('This is how it is done');
    screen.press('enter');
    await screen.until('finish');
    screen.press('f');
    await screen.until('What to take away');
    expect(screen.text()).toContain('7 of 8 points');
    expect(drill.calls).toEqual(['next', 'next', 'solve', 'finish', 'close']);
    expect(drill.listeners).toBe(0);
    screen.press('esc');
    await screen.until('Black Friday');
    expect(screen.scrollback()).toBe(0);
    expect(screen.lines()).toHaveLength(rows);
    screen.press('q');
    expect(await ended).toBe(0);
    await screen.settled();
    expect(screen.inAlternateScreen).toBe(false);
    expect(screen.cursorShown).toBe(true);
    expect(screen.raw).toBe(false);
    expect(host.calls.at(-1)).toBe('close');
  });

  it('a change of the objects is on the screen by itself', async () => {
    const { screen, drill, quit } = await inLab({ columns, rows });
    screen.press('tab', 'tab');
    await screen.until('2/2 ready');
    const [top, set, first, ...others] = portObjects();
    const leaving = { ...first, metadata: { ...first?.metadata, name: first?.metadata.name ?? '', deletionTimestamp: 'now' } };
    drill.setObjects([...[top, set].flatMap((one) => (one ? [one] : [])), leaving, ...others]);
    await screen.until('Terminating');
    await quit();
  });

  it('a storm of resizes ends in the very screen that a fresh start would draw', async () => {
    const { screen, quit } = await inLab({ columns, rows });
    screen.press('tab');
    await screen.until((text) => text.includes('Checks'));
    const before = screen.text();
    for (let round = 0; round < 60; round++) screen.resize(40 + ((round * 37) % 120), 8 + ((round * 13) % 40));
    screen.resize(columns, rows);
    await screen.until((text) => text === before);
    expect(screen.scrollback()).toBe(0);
    await quit();
  });
});

describe('the terminal UI', () => {
  it('shows that a terminal is too small, and the screen again when it is not', async () => {
    const { screen, quit } = await inLab();
    const before = screen.text();
    screen.resize(50, 10);
    await screen.until('This terminal has 50x10 cells.');
    screen.resize(80, 24);
    await screen.until((text) => text === before);
    await quit();
  });

  it('follows what the host says about cluster and labs', async () => {
    const { screen, host, quit } = started();
    await screen.until('3 nodes ready');
    const { cluster } = host.home;
    if (cluster.state !== 'up') throw new Error('the cluster is up');
    host.setHome({
      cluster: { ...cluster, nodes: cluster.nodes.map((node, index) => (index === 2 ? { ...node, state: 'not-ready' } : node)) },
    });
    await screen.until('✗ 2 of 3 nodes ready');
    await quit();
  });

  it('reports a lab that cannot be opened, with what to do, and goes home', async () => {
    const { screen, quit } = started();
    await screen.until('Black Friday');
    screen.press('enter');
    await screen.until('the lab bf-imperative-deploy could not be set up');
    expect(screen.text()).toContain('Try: kubedrill reset bf-imperative-deploy');
    screen.press('enter');
    await screen.until('Black Friday');
    await quit();
  });

  it('stops a set-up that is under way, cleanly', async () => {
    const { screen, host, quit } = started();
    host.during = async (_, onProgress, signal) => {
      onProgress({ type: 'step-started', step: 'Apply the manifests', expected: 10, bound: 90 });
      await untilStopped(signal);
    };
    await screen.until('Black Friday');
    screen.press('enter');
    await screen.until('Apply the manifests');
    screen.press('esc');
    await screen.until('Stop this?');
    screen.press('y');
    await screen.until('· Stopped.');
    expect(screen.text()).toContain('Black Friday');
    await quit();
  });

  it('closes a drill that was opened in the moment in which it was stopped', async () => {
    const { screen, host, drill, quit } = started();
    const going = Promise.withResolvers<void>();
    host.during = async (what, onProgress) => {
      if (what !== 'open') return;
      onProgress({ type: 'step-started', step: 'Last step' });
      await going.promise;
    };
    await screen.until('Black Friday');
    screen.press('down', 'down', 'enter');
    await screen.until('Last step');
    screen.press('esc');
    await screen.until('Stop this?');
    screen.press('y');
    await screen.until('stopping');
    going.resolve();
    await screen.until('Stopped.');
    expect(drill.closed).toBe(true);
    await quit();
  });

  it('shows what a failed reset left, and goes home: the start state is half made', async () => {
    const { screen, drill, quit } = await inLab();
    drill.during = async () => {
      throw new LabError('reset-failed', 'namespace drill-bf-port-mismatch is still there after 2 min', { hint: 'Look: kubectl get ns' });
    };
    screen.press('r', 'y');
    await screen.until('! namespace drill-bf-port-mismatch is still there after 2 min');
    expect(screen.text()).toContain('Look: kubectl get ns');
    drill.during = async () => {};
    screen.press('enter');
    await screen.until('Black Friday');
    expect(drill.closed).toBe(true);
    await quit();
  });

  it('says why a check could not be made', async () => {
    const { screen, drill, quit } = await inLab();
    drill.during = async () => {
      throw new LabError('could-not-grade', 'the API server does not answer');
    };
    screen.press('c');
    await screen.until('! the API server does not answer');
    drill.during = async () => {};
    await quit();
  });

  it('answers a question and shows the reason', async () => {
    const { screen, drill, quit } = await inLab();
    screen.press('p');
    await screen.until('Before you act');
    screen.press('a', 'enter');
    await screen.until('It is: neither: it is information');
    expect(drill.calls).toEqual(['predict 0 it opens the port']);
    screen.press('enter');
    await screen.until((text) => text.includes('t shell') && !text.includes('Before you act'));
    await quit();
  });

  it('draws a screen of 10,000 events without growing', async () => {
    const { screen, drill, quit } = await inLab();
    for (let index = 0; index < 10_000; index++) drill.setVerdict('C1', { ...refused, observed: `refusal ${index}` });
    await screen.until('refusal 9999');
    await quit();
  });

  it('shows no colours under NO_COLOR', async () => {
    const drill = new FakeDrill(portLab);
    const host = new FakeHost(homeOf(), [drill]);
    host.settings = { ...host.settings, colour: false };
    const { screen, quit } = startTui(host);
    await screen.until('Black Friday');
    const buffer = screen.terminal.buffer.active;
    const cell = buffer.getNullCell();
    for (let y = 0; y < 24; y++) {
      for (let x = 0; x < 80; x++) {
        buffer.getLine(y)?.getCell(x, cell);
        expect(cell.isFgDefault() && cell.isBgDefault(), `${x},${y}`).toBeTruthy();
      }
    }
    await quit();
  });
});

describe('the end', () => {
  it('comes with Ctrl+C from anywhere, with 130, and keeps the drill', async () => {
    const { screen, drill, ended } = await inLab();
    screen.press('ctrl+c');
    await screen.until('Quit kubedrill?');
    screen.press('ctrl+c');
    expect(await ended).toBe(130);
    await screen.settled();
    expect(drill.closed).toBe(true);
    expect(screen.inAlternateScreen).toBe(false);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ])('comes with %s, the terminal restored before anything else, and the drill closed', async (signal, code) => {
    const { screen, drill, process, ended } = await inLab();
    const closing = Promise.withResolvers<void>();
    drill.during = () => closing.promise;
    process.emit(signal);
    await screen.until(() => !screen.inAlternateScreen);
    expect(screen.raw).toBe(false);
    expect(screen.errors.join('')).toBe(`kubedrill: ended by ${signal}\n`);
    closing.resolve();
    expect(await ended).toBe(code);
    await screen.settled();
    expect(drill.closed).toBe(true);
    expect(screen.cursorShown).toBe(true);
  });

  it('comes with a crash, which is told after the terminal is restored', async () => {
    const { screen, process, ended } = await inLab();
    const crash = new Error('boom');
    process.emit('uncaughtException', crash);
    await expect(ended).rejects.toBe(crash);
    await screen.settled();
    expect(screen.inAlternateScreen).toBe(false);
    expect(screen.cursorShown).toBe(true);
    expect(screen.raw).toBe(false);
  });

  it('comes with a screen that cannot be drawn, too', async () => {
    const { screen, host, ended } = started();
    await screen.until('Black Friday');
    host.setHome({ catalogue: null as never });
    await expect(ended).rejects.toThrow(/null/);
    await screen.settled();
    expect(screen.inAlternateScreen).toBe(false);
    expect(screen.raw).toBe(false);
  });

  it('comes when the caller aborts', async () => {
    const drill = new FakeDrill(portLab);
    const stop = new AbortController();
    const { screen, ended } = startTui(new FakeHost(homeOf(), [drill]), { signal: stop.signal });
    await screen.until('Black Friday');
    stop.abort();
    expect(await ended).toBe(130);
    await screen.settled();
    expect(screen.inAlternateScreen).toBe(false);
  });

  it('does not wait for ever for a drill that will not close', async () => {
    const { screen, drill, clock, ended } = await inLab();
    drill.during = () => new Promise(() => {});
    screen.press('ctrl+c');
    await screen.until('Quit kubedrill?');
    screen.press('y');
    await screen.untilGone('Quit kubedrill?');
    clock.pass(300);
    await screen.until('Leaving');
    clock.pass(30_000);
    expect(await ended).toBe(130);
  });

  it('leaves no listener behind', async () => {
    const { screen, process, host, ended } = started();
    await screen.until('Black Friday');
    screen.press('q');
    await ended;
    expect(process.eventNames()).toEqual([]);
    expect(screen.stdout.listenerCount('resize')).toBe(0);
    expect(host.calls).toEqual(['refresh', 'close']);
  });
});
