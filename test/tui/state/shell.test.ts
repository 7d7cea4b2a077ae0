import { describe, expect, it } from 'vitest';
import { inLab } from '../../support/tui-state.ts';

const wide = { columns: 120, rows: 40 };

describe('the shell beside a lab', () => {
  it('opens by itself where there is room, once the set-up is done', () => {
    expect(inLab(wide).state.pane.state).toBe('opening');
    expect(inLab({ columns: 99, rows: 40 }).state.pane.state).toBe('closed');
  });

  it('has all keys while it has the focus, and the footer says how to leave it', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' }).press('t');
    expect(play.done()).toContainEqual({ type: 'focus-pane', focus: true });
    expect(play.footer()).toBe(' Ctrl+B leaves the shell; all other keys are its own');
    play.send({ type: 'pane-focus', focus: false });
    expect(play.footer()).toContain('t shell');
  });

  it('gets what was typed quickly after the key that leads to it', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' });
    play.done();
    play.press('t', 'l', 's', 'enter', 'up', 'ctrl+c');
    const sent = play.done().flatMap((effect) => (effect.type === 'send-to-pane' ? [effect.text] : []));
    expect(sent.join('')).toBe('ls\r\x1b[A\x03');
  });

  it('gets Ctrl+B itself when it is pressed once more', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' });
    play.done();
    play.press('ctrl+b');
    expect(play.done()).toEqual([
      { type: 'focus-pane', focus: true },
      { type: 'send-to-pane', text: '\x02', paste: false },
    ]);
  });

  it('has a command of the text typed by its number, for the learner to run', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' });
    play.done();
    play.press('2');
    expect(play.done()).toEqual([
      { type: 'focus-pane', focus: true },
      { type: 'send-to-pane', text: 'kubectl get endpointslices -l kubernetes.io/service-name=nginx-service', paste: true },
    ]);
    play.send({ type: 'pane-focus', focus: false }).press('9');
    expect(play.done()).toEqual([]);
  });

  it('gives the keys back when the terminal becomes too small for it, and comes back with the room', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' }).press('t');
    play.done();
    play.send({ type: 'resize', size: { columns: 80, rows: 24 } });
    expect(play.done()).toEqual([{ type: 'focus-pane', focus: false }]);
    expect(play.text()).not.toContain('Shell ─');
    play.send({ type: 'resize', size: { columns: 120, rows: 40 } });
    expect(play.state.pane).toMatchObject({ state: 'open', focus: false });
  });

  it('takes the whole terminal under 100 columns, and says why', () => {
    const play = inLab({ columns: 80, rows: 24 }).press('t');
    expect(play.done()).toEqual([{ type: 'suspend-to-shell', why: 'A pane beside the text needs 100 columns; this terminal has 80.' }]);
  });

  it('takes the whole terminal where a pseudo terminal cannot be had, and says why', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'unavailable', reason: 'no prebuilt binary for this system' });
    expect(play.text()).toContain('Objects');
    play.press('t');
    expect(play.done()).toEqual([{ type: 'suspend-to-shell', why: 'A pane cannot be had here: no prebuilt binary for this system.' }]);
  });

  it('can be opened again after it ended', () => {
    const play = inLab(wide)
      .send({ type: 'pane', state: 'open', reason: '' })
      .send({ type: 'pane', state: 'ended', reason: 'the shell ended with 0' });
    expect(play.text()).toContain('· The shell has ended; t opens a new one.');
    play.done();
    play.press('t');
    expect(play.done()).toEqual([{ type: 'open-pane' }]);
    play.send({ type: 'pane', state: 'open', reason: '' });
    expect(play.done()).toEqual([{ type: 'focus-pane', focus: true }]);
  });

  it('has its history scrolled while the learner is turned to it, and shows how far', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' }).press('shift+tab');
    play.done();
    play.press('up', 'pageup', 'G');
    expect(play.done()).toEqual([
      { type: 'scroll-pane', by: -1 },
      { type: 'scroll-pane', by: -33 },
      { type: 'scroll-pane', by: Infinity },
    ]);
    expect(play.send({ type: 'pane-scrolled', back: 12 }).state.pane.back).toBe(12);
    expect(play.press('t').state.pane.back).toBe(0);
  });

  it('can have the whole width', () => {
    const play = inLab(wide).send({ type: 'pane', state: 'open', reason: '' }).press('z');
    expect(play.state.pane.wide).toBe(true);
    expect(play.press('z').state.pane.wide).toBe(false);
  });
});
