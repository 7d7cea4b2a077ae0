import { describe, expect, it } from 'vitest';
import { homeOf } from '../../support/tui-labs.ts';
import { Play } from '../../support/tui-state.ts';

const absent = { state: 'absent', plan: ['kind, 1 control plane and 2 workers', 'about 1 min'] } as const;

describe('home', () => {
  it('moves through the labs, and stops at the ends', () => {
    const play = new Play();
    const selected = () => play.state.browse.selected;
    play.press('down');
    expect(selected()).toBe('bf-pod-wont-start');
    play.press('down', 'down', 'down', 'down');
    expect(selected()).toBe('cs-scheduler-down');
    play.press('g');
    expect(selected()).toBe('bf-imperative-deploy');
    play.press('up');
    expect(selected()).toBe('bf-imperative-deploy');
  });

  it('jumps from track to track', () => {
    const play = new Play().press('right');
    expect(play.state.browse.selected).toBe('cs-scheduler-down');
    expect(play.press('left').state.browse.selected).toBe('bf-imperative-deploy');
    expect(play.press('down', 'down', 'left').state.browse.selected).toBe('bf-imperative-deploy');
  });

  it('searches as one types, in titles, ids, tracks and needs', () => {
    const play = new Play().press('/').type('endp nob');
    expect(play.text()).toContain('/endp nob   1 lab');
    expect(play.text()).toContain('Right endpoints, nobody home');
    expect(play.text()).not.toContain('One command, three objects');
    expect(new Play().press('/').type('capstones').text()).toContain('Scale-up that goes nowhere');
    expect(new Play().press('/').type('alone').text()).toContain('/alone   1 lab');
  });

  it('takes letters as letters while it searches, and says when nothing matches', () => {
    const play = new Play().press('/').type('qqq?');
    expect(play.state.screen).toBe('home');
    expect(play.text()).toContain('No lab matches "qqq?".');
    play.press('backspace', 'backspace', 'backspace', 'backspace');
    expect(play.text()).toContain('4 labs');
  });

  it('keeps what was found when Enter ends the search, and opens it with the next', () => {
    const play = new Play().press('/').type('nobody').press('enter');
    expect(play.done()).toEqual([]);
    play.press('enter');
    expect(play.done()).toEqual([{ type: 'open-drill', lab: 'bf-port-mismatch' }]);
    expect(play.text()).toContain('Right endpoints, nobody home');
  });

  it('goes to the next lab that is not passed, and around', () => {
    const play = new Play().press('n');
    expect(play.state.browse.selected).toBe('bf-pod-wont-start');
    expect(play.press('G', 'n').state.browse.selected).toBe('bf-pod-wont-start');
  });

  it('puts pasted text into the search, and lets it press no keys elsewhere', () => {
    const play = new Play().send({ type: 'paste', text: 'qy\r' });
    expect(play.done()).toEqual([]);
    expect(play.press('/').send({ type: 'paste', text: 'nobody\nhome' }).state.browse.query).toBe('nobody home');
  });

  it('asks before it makes a cluster, with what that will do, and then opens the lab', () => {
    const play = new Play({ home: homeOf({ cluster: { ...absent, plan: [...absent.plan] } }) }).press('enter');
    expect(play.done()).toEqual([]);
    expect(play.text()).toContain('? There is no cluster yet. Make one now?\n   kind, 1 control plane and 2 workers\n   about 1 min');
    play.press('y');
    expect(play.done()).toEqual([{ type: 'bring-up' }]);
    play.send({ type: 'work-done', kind: 'bring-up', drill: undefined });
    expect(play.done()).toEqual([{ type: 'open-drill', lab: 'bf-imperative-deploy' }]);
  });

  it('makes the cluster unasked where that was agreed to beforehand, once', () => {
    const looking = homeOf({ cluster: { state: 'looking' } });
    const none = homeOf({ cluster: { ...absent, plan: [...absent.plan] } });
    const play = new Play({ home: looking, clusterWanted: true }).send({ type: 'home', home: looking });
    expect(play.done()).toEqual([]);
    expect(play.send({ type: 'home', home: none }).done()).toEqual([{ type: 'bring-up' }]);
    play.send({
      type: 'work-failed',
      kind: 'bring-up',
      failure: { message: 'no room', hint: undefined, interrupted: false },
      drill: undefined,
    });
    expect(play.send({ type: 'home', home: none }).done()).toEqual([]);
    expect(play.text()).toContain('no room');
  });

  it('makes no second cluster, and none later, where there was one', () => {
    const play = new Play({ clusterWanted: true }).send({ type: 'home', home: homeOf() });
    play.send({ type: 'home', home: homeOf({ cluster: { ...absent, plan: [...absent.plan] } }) });
    expect(play.done()).toEqual([]);
  });

  it('makes no cluster when the answer is no', () => {
    const play = new Play({ home: homeOf({ cluster: { ...absent, plan: [] } }) }).press('u', 'n');
    expect(play.done()).toEqual([]);
    expect(play.state.confirm).toBeUndefined();
  });

  it('says why it will not open a lab on a cluster that is not its own', () => {
    const cluster = {
      state: 'refused',
      reason: 'cluster kubedrill was not made by kubedrill',
      hint: 'Use another name: kubedrill --name mine',
    } as const;
    const play = new Play({ home: homeOf({ cluster }) }).press('enter');
    expect(play.done()).toEqual([]);
    expect(play.text()).toContain('! cluster kubedrill was not made by kubedrill\n   Use another name: kubedrill --name mine');
  });

  it('says why a lab cannot run here', () => {
    const home = homeOf();
    if (home.catalogue.state !== 'ready') throw new Error('the catalogue is ready');
    const [first] = home.catalogue.tracks[0]?.labs ?? [];
    if (first) first.unmet = 'it needs 2 workers, the cluster has 1';
    const play = new Play({ home }).press('enter');
    expect(play.done()).toEqual([]);
    expect(play.text()).toContain('! it needs 2 workers, the cluster has 1');
  });

  it('undoes faults in force, when asked twice', () => {
    const fault = { journalId: 'j1', fault: 'stop-component', what: 'kube-scheduler is stopped', since: 940_000, lab: 'cs-scheduler-down' };
    const play = new Play({ home: homeOf({ faults: [fault] }) });
    expect(play.text()).toContain('▲ fault in force kube-scheduler is stopped');
    play.press('R');
    expect(play.done()).toEqual([]);
    play.press('y');
    expect(play.done()).toEqual([{ type: 'recover' }]);
    play.send(
      { type: 'work-progress', progress: { type: 'step-done', step: 'start kube-scheduler', seconds: 3 } },
      { type: 'work-done', kind: 'recover', drill: undefined },
    );
    expect(play.text()).toContain('✓ No fault is in force any more.');
    expect(play.press('enter').state.work).toBeUndefined();
  });

  it('quits with q, with 0; with Ctrl+C it asks, and leaves with 130', () => {
    const play = new Play().press('q');
    expect(play.done()).toEqual([{ type: 'quit', code: 0 }]);
    const other = new Play().press('ctrl+c');
    expect(other.text()).toContain('? Quit kubedrill?');
    expect(other.press('ctrl+c').done()).toEqual([{ type: 'quit', code: 130 }]);
  });

  it('shows that the labs are being read, and why they cannot be', () => {
    expect(new Play({ home: homeOf({ catalogue: { state: 'loading' } }) }).text()).toContain('Reading the labs …');
    const failed = homeOf({ catalogue: { state: 'failed', message: 'labs/x/lab.yaml:3:1 unknown key', hint: 'Mend it.' } });
    expect(new Play({ home: failed }).text()).toContain('! The labs cannot be read\n\n  labs/x/lab.yaml:3:1 unknown key\n\n  Mend it.');
  });
});
