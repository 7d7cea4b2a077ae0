import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/system/progress.ts';
import { Play } from '../../support/tui-state.ts';

const working = () => {
  const play = new Play().send({ type: 'work-started', kind: 'bring-up', title: 'Making the cluster' });
  const progress = (...all: Progress[]) => play.send(...all.map((one) => ({ type: 'work-progress', progress: one }) as const));
  return { play, progress };
};

describe('long work', () => {
  it('shows what is done, what is under way, how long it usually takes and its bound', () => {
    const { play, progress } = working();
    progress(
      { type: 'step-started', step: 'Find a container engine' },
      { type: 'step-done', step: 'Find a container engine', seconds: 0.2 },
    );
    progress({ type: 'step-started', step: 'Node image' }, { type: 'step-done', step: 'Node image', seconds: 3, cached: true });
    progress(
      { type: 'step-started', step: 'Start 3 nodes', expected: 40, bound: 180 },
      { type: 'step-note', step: 'Start 3 nodes', note: 'Starting control-plane' },
    );
    play.now += 12_000;
    play.send({ type: 'tick' });
    const rows = play.rows();
    expect(rows[0]).toBe(' Making the cluster                                                        0:12');
    expect(rows.slice(3, 8)).toEqual([
      '  ✓ Find a container engine',
      '  ✓ Node image                                                   there already',
      '  ⠋ Start 3 nodes                          12 s · usually 40 s · at most 3 min',
      '    ━━━━━━━━━━━━────────────────────────────',
      '    Starting control-plane',
    ]);
  });

  it('is stopped when asked twice, says that it is stopping, and leaves the screen as it was', () => {
    const { play } = working();
    play.press('esc');
    expect(play.text()).toContain('? Stop this?');
    play.press('y');
    expect(play.done()).toEqual([{ type: 'cancel-work' }]);
    expect(play.text()).toContain('… stopping: what is half done is being undone');
    play.send({
      type: 'work-failed',
      kind: 'bring-up',
      failure: { message: 'interrupted', hint: undefined, interrupted: true },
      drill: undefined,
    });
    expect(play.state.work).toBeUndefined();
    expect(play.text()).toContain('· Stopped.');
  });

  it('that fails says what failed and what to do, until it was read', () => {
    const { play, progress } = working();
    progress(
      { type: 'step-started', step: 'Start 3 nodes' },
      { type: 'step-failed', step: 'Start 3 nodes', seconds: 4, reason: 'no space left on device' },
    );
    play.send({
      type: 'work-failed',
      kind: 'bring-up',
      failure: { message: 'the cluster kubedrill could not be made', hint: 'Look: kubedrill doctor', interrupted: false },
      drill: undefined,
    });
    expect(play.text()).toContain('✗ Start 3 nodes');
    expect(play.text()).toContain('      no space left on device');
    expect(play.text()).toContain('  ! the cluster kubedrill could not be made\n    Look: kubedrill doctor');
    expect(play.press('enter').state.work).toBeUndefined();
  });

  it('keeps the step under way in sight, and no more than its last steps', () => {
    const { play, progress } = working();
    for (let index = 0; index < 5000; index++)
      progress({ type: 'step-started', step: `step ${index}` }, { type: 'step-done', step: `step ${index}`, seconds: 0 });
    expect(play.state.work?.steps.length).toBe(200);
    expect(play.text()).toContain('✓ step 4999');
    play.press('up');
    expect(play.text()).not.toContain('✓ step 4999');
  });

  it('takes the screen only when it takes longer than a blink', () => {
    const { play } = working();
    expect(play.text()).toContain('Black Friday');
    play.now += 300;
    expect(play.send({ type: 'tick' }).text()).toContain('Starting …');
  });

  it('of a lab that is stopped leads home', () => {
    const play = new Play().press('enter').send({
      type: 'work-failed',
      kind: 'open',
      failure: { message: '', hint: undefined, interrupted: true },
      drill: undefined,
    });
    expect(play.state.screen).toBe('home');
    expect(play.state.work).toBeUndefined();
  });

  it('of leaving cannot be stopped, but a second Ctrl+C does not wait for it', () => {
    const play = new Play().press('ctrl+c', 'y');
    expect(play.done()).toEqual([{ type: 'quit', code: 130 }]);
    expect(play.footer()).toBe('');
    play.press('ctrl+c', 'ctrl+c');
    expect(play.done()).toEqual([{ type: 'quit', code: 130 }]);
  });
});
