import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../../src/tui/picture/events.ts';
import { pictureOf } from '../../../src/tui/picture/model.ts';
import { FakeDrill } from '../../support/fake-host.ts';
import { mirrorOf } from '../../support/fake-mirror.ts';
import { portLab, portObjects } from '../../support/tui-labs.ts';
import { inLab, Play } from '../../support/tui-state.ts';

const refused = {
  verdict: 'fail',
  observed: 'connection refused',
  expected: 'HTTP 200',
  field: 'Service nginx-service spec.ports[0].targetPort',
  look: 'kubectl describe service nginx-service',
} as const;

describe('a lab', () => {
  it('asks its question before anything else, and grades nothing by it', () => {
    const play = inLab({ asking: true });
    expect(play.text()).toContain('? Before you act: what do you expect?\n   Does containerPort open or forward a port?');
    play.press('down', 'down', 'enter');
    expect(play.done()).toEqual([{ type: 'predict', question: 0, given: 'neither: it is information' }]);
    // a second Enter does not answer twice
    expect(play.press('enter').done()).toEqual([]);
  });

  it('chooses by letter, too, and says what was right and why', () => {
    const play = inLab({ asking: true }).press('b');
    expect(play.text()).toContain(' ▸ b it forwards the port');
    play.send({
      type: 'predicted',
      step: 'diagnose',
      question: 0,
      given: 'it forwards the port',
      right: false,
      answer: 'neither: it is information',
      why: 'A process listens or does not.',
      drill: play.drill.state,
    });
    // the reply takes the question's place, and stays until it was read
    const reply = '✗ you expected: it forwards the port\n     It is: neither: it is information\n     A process listens or does not.';
    expect(play.text()).toContain(`   Does containerPort open or forward a port?\n\n   ${reply}`);
    expect(play.footer()).toBe(' Enter go on');
    play.press('enter');
    expect(play.footer()).toContain('t shell');
    play.press('G');
    expect(play.text()).toContain(reply.replaceAll('\n  ', '\n'));
  });

  it('takes a key that comes just after its question has gone by itself as meant for it', () => {
    const play = inLab({ asking: true });
    const [step] = play.drill.state.steps;
    step!.state = 'passed';
    play.drill.emit({ type: 'step-passed', step: 'diagnose', earned: 5, of: 5 });
    expect(play.state.lab?.asking).toBeUndefined();
    expect(play.press('esc').state.screen).toBe('lab');
    play.now += 2000;
    play.send({ type: 'tick' });
    expect(play.press('esc').done()).toContainEqual({ type: 'close-drill' });
  });

  it('puts one question after the other before the learner, and none in the middle of the work', () => {
    const step = portLab.steps[0] as (typeof portLab.steps)[number];
    const second = { ask: 'And who listens?', choices: ['kube-proxy', 'the process'], answer: 1, why: 'Its log says so.' };
    const lab = { ...portLab, steps: [{ ...step, predict: [...step.predict, second] }, ...portLab.steps.slice(1)] };
    const play = inLab({ drill: new FakeDrill(lab), asking: true }).press('enter');
    play.send({
      type: 'predicted',
      step: 'diagnose',
      question: 0,
      given: 'it opens the port',
      right: false,
      answer: 'neither: it is information',
      why: 'A process listens or does not.',
      drill: play.drill.state,
    });
    play.press('enter');
    expect(play.text()).toContain('And who listens?');
    play.press('esc');
    play.drill.setVerdict('C1', refused);
    expect(play.text()).not.toContain('And who listens?');
    play.press('p');
    play.drill.passAll();
    expect(play.text()).not.toContain('And who listens?');
    expect(play.footer()).toContain('n next step');
  });

  it('says why a key does nothing now', () => {
    const play = inLab().press('n');
    expect(play.text()).toContain('─ · This step is not passed yet; s shows its solution. ─');
    play.drill.passAll();
    expect(play.press('s').text()).toContain('─ · This step is over: n goes to the next. ─');
    expect(play.press('R').text()).toContain('─ · No fault is in force. ─');
  });

  it('can put the question off, and takes it up again with p', () => {
    const play = inLab();
    expect(play.footer()).toContain('p predict');
    expect(play.press('p').text()).toContain('Before you act');
  });

  it('spells out the mismatch of the first check that does not pass', () => {
    const play = inLab();
    play.drill.setVerdict('C1', refused);
    expect(play.text()).toContain(
      [
        ' ✗ nginx-service answers on port 80 with the welcome page          not yet  0/3',
        '   observed  connection refused',
        '   expected  HTTP 200',
        '   field     Service nginx-service spec.ports[0].targetPort',
        '   look      kubectl describe service nginx-service',
        ' · Its backends are the ready Pods, on port 80                              0/2',
        ' · The application is as it was                                       must stay',
      ].join('\n'),
    );
  });

  it('spells out the check that is selected, with what was seen where it passes', () => {
    const play = inLab();
    play.drill.setVerdict('C1', refused);
    play.drill.setVerdict('C2', { verdict: 'pass', evidence: '2 of 2 Pods on port 80' });
    play.press('tab', 'down', 'down');
    expect(play.text()).toContain(
      ' ✓ Its backends are the ready Pods, on port 80                              2/2\n   seen      2 of 2 Pods on port 80',
    );
    expect(play.text()).not.toContain('connection refused');
  });

  it('says when a check cannot be seen, and that it is not counted', () => {
    const play = inLab();
    play.drill.setVerdict('C1', refused);
    play.drill.setVerdict('C1', { verdict: 'error', reason: 'the API server does not answer' });
    expect(play.text()).toContain('cannot see  0/3\n   reason    the API server does not answer\n   observed  connection refused');
    expect(play.text()).toContain('not counted against you');
  });

  it('says that it reconnects, and that what is shown was seen before', () => {
    const play = inLab();
    play.drill.setConnection('reconnecting', 'connection refused on port 6443');
    expect(play.text()).toContain('! reconnecting');
    expect(play.text()).toContain('… reconnecting: connection refused on port 6443\n   what is below was seen before');
    play.drill.setConnection('live', '');
    expect(play.text()).not.toContain('reconnecting');
  });

  it('ticks by itself, and offers the next step once the last check passes', () => {
    const play = inLab();
    expect(play.footer()).not.toContain('next step');
    play.drill.passAll();
    expect(play.text()).toContain('✓ Step passed: 5 of 5 points.');
    expect(play.footer()).toContain('n next step');
    play.press('enter');
    expect(play.done()).toEqual([{ type: 'next' }]);
  });

  it('counts a check that is asked for once at a time', () => {
    const play = inLab().press('c', 'c');
    expect(play.done()).toEqual([{ type: 'check' }]);
    expect(play.text()).toContain('checking …');
    play.send({ type: 'checked', drill: play.drill.state });
    expect(play.text()).not.toContain('checking …');
  });

  it('opens a free hint at once, and asks before one that costs', async () => {
    const play = inLab().press('h');
    expect(play.done()).toEqual([{ type: 'hint' }]);
    await play.drill.hint();
    play.send({ type: 'hinted', drill: play.drill.state, found: true });
    // it is brought into sight
    expect(play.text()).toContain('Hint 1 of 2');
    play.press('h');
    expect(play.done()).toEqual([]);
    expect(play.text()).toContain('? Open the next hint?\n   The next costs 1 point.');
    play.press('y');
    expect(play.done()).toEqual([{ type: 'hint' }]);
    await play.drill.hint();
    play.send({ type: 'hinted', drill: play.drill.state, found: true });
    expect(play.footer()).not.toContain('h hint');
  });

  it('types the solution only when asked twice, and shows each command', () => {
    const play = inLab().press('s');
    expect(play.text()).toContain(
      '? Show and type the solution of this step?\n   The step then counts as solved and earns no points (5 to be had).',
    );
    play.press('y');
    expect(play.done()).toEqual([{ type: 'solve' }]);
    play.drill.emit({ type: 'command-started', argv: ['kubectl', 'patch', 'service', 'web', '-p', '{"a": 1}'] });
    expect(play.text()).toContain(`⠋ $ kubectl patch service web -p '{"a": 1}'`);
    play.drill.emit({
      type: 'command',
      argv: ['kubectl', 'patch', 'service', 'web', '-p', '{"a": 1}'],
      exitCode: 0,
      stdout: '',
      stderr: '',
      ms: 180,
    });
    play.drill.emit({ type: 'command', argv: ['kubectl', 'get', 'pod'], exitCode: 1, stdout: '', stderr: 'Error: no\nmore', ms: 90 });
    expect(play.text()).toContain(`✓ $ kubectl patch service web -p '{"a": 1}'`);
    expect(play.state.work?.steps).toHaveLength(2);
    expect(play.text()).toContain('✗ $ kubectl get pod\n      Error: no\n      more');
    play.send({ type: 'work-done', kind: 'solve', drill: play.drill.state });
    expect(play.text()).toContain('This is how it is done.');
    expect(play.press('enter').state.work).toBeUndefined();
  });

  it('resets when asked twice, naming what is deleted, and asks its questions again', async () => {
    const play = inLab().press('r');
    expect(play.text()).toContain(
      '? Put "Right endpoints, nobody home" back to its start?\n   All you made in namespace drill-bf-port-mismatch is deleted;',
    );
    play.press('y');
    expect(play.done()).toEqual([{ type: 'reset' }]);
    await play.drill.reset();
    play.send({ type: 'work-done', kind: 'reset', drill: play.drill.state });
    expect(play.text()).toContain('Before you act');
  });

  it.each([true, false])(
    'goes home when its reset did not come to its end (interrupted: %s): the start state is half made',
    (interrupted) => {
      const play = inLab().press('r', 'y');
      play.done();
      play.send({
        type: 'work-failed',
        kind: 'reset',
        failure: { message: 'the namespace is still there', hint: undefined, interrupted },
        drill: { ...play.drill.state, phase: 'setting-up' },
      });
      if (interrupted) expect(play.text()).toContain('· Stopped. The lab starts anew when you open it.');
      else play.press('enter');
      expect(play.state.screen).toBe('home');
      expect(play.done()).toEqual([{ type: 'close-drill' }, { type: 'refresh' }]);
    },
  );

  it('finishes at once when the steps are over, and asks when they are not', () => {
    const play = inLab().press('f');
    expect(play.text()).toContain('? Finish "Right endpoints, nobody home" now?');
    expect(play.press('esc').done()).toEqual([]);
  });

  it('goes home with Esc, and lets the drill go', () => {
    const play = inLab().press('esc');
    expect(play.state.screen).toBe('home');
    expect(play.done()).toEqual([{ type: 'close-drill' }, { type: 'refresh' }]);
  });

  it('shows its objects and events, which move by themselves', () => {
    const mirror = mirrorOf(portObjects());
    const play = inLab().send({ type: 'mirror', picture: pictureOf(mirror), events: eventsOf(mirror) });
    play.press('tab', 'tab');
    expect(play.text()).toContain('nginx-deployment  Deployment');
    expect(play.text()).toContain('· Started  Pod nginx-deployment-6d4b75cb6d-4h9xk                           10s');
  });

  it('scrolls no further than the end, so that the way back is as long as the way there', () => {
    const play = inLab();
    const top = play.text();
    play.press(...Array.from({ length: 200 }, () => 'down'));
    const bottom = play.text();
    expect(bottom).not.toBe(top);
    play.press('up');
    expect(play.text()).not.toBe(bottom);
    play.press('G');
    expect(play.text()).toBe(bottom);
    play.press('g');
    expect(play.text()).toBe(top);
  });

  it('shows trouble until a key was pressed', () => {
    const play = inLab();
    play.drill.emit({ type: 'trouble', message: 'the traffic Pod is gone', hint: 'kubedrill reset bf-port-mismatch' });
    play.now += 60_000;
    expect(play.send({ type: 'tick' }).text()).toContain('! the traffic Pod is gone\n   kubedrill reset bf-port-mismatch');
    expect(play.press('tab').text()).not.toContain('the traffic Pod');
  });

  it('takes a failed act as a message, not as an end', () => {
    const play = inLab().press('c');
    play.send({
      type: 'act-failed',
      what: 'check',
      failure: { message: 'the drill is being reset', hint: undefined, interrupted: false },
      drill: play.drill.state,
    });
    expect(play.text()).toContain('! the drill is being reset');
    expect(play.text()).not.toContain('checking …');
  });
});

describe('a fault', () => {
  const announced = {
    type: 'fault-announced',
    fault: 'stop-component',
    what: 'kube-scheduler stops',
    why: 'To see who places Pods.',
    seconds: 20,
  } as const;

  it('is announced on a screen of its own before it strikes, and stays to be read', () => {
    const play = inLab();
    play.drill.emit(announced);
    expect(play.text()).toContain('▲ A fault is about to strike');
    expect(play.text()).toContain('  kube-scheduler stops\n\n  To see who places Pods.');
    play.drill.emit({ type: 'fault', fault: 'stop-component', phase: 'injecting', seen: '' });
    expect(play.text()).toContain('◐ being done: takes about 20 s until it is felt');
    play.drill.emit({ type: 'fault', fault: 'stop-component', phase: 'in-force', seen: 'no scheduler Pod' });
    expect(play.text()).toContain('✓ in force, seen on the cluster: no scheduler Pod');
    play.press('enter');
    expect(play.text()).toContain('Step 1 of 3');
  });

  it('that strikes while the lab is set up is read before the lab', () => {
    const play = new Play().press('enter');
    play.send({ type: 'drill-event', event: announced, drill: undefined });
    expect(play.text()).toContain('▲ A fault is about to strike');
    const drill = new FakeDrill(portLab);
    play.send({ type: 'drill-opened', drill: drill.state }, { type: 'work-done', kind: 'open', drill: drill.state });
    expect(play.text()).toContain('▲ A fault is about to strike');
    expect(play.press('enter').text()).toContain('Step 1 of 3');
  });

  it('that strikes on the way to a step is read before the step', () => {
    const play = inLab();
    play.drill.passAll();
    play.press('enter');
    play.drill.emit(announced);
    expect(play.text()).toContain('▲ A fault is about to strike');
    play.send({ type: 'work-done', kind: 'next', drill: play.drill.state });
    expect(play.text()).toContain('▲ A fault is about to strike');
  });

  it('takes the keys from the shell', () => {
    const play = inLab({ columns: 120, rows: 40 });
    play.send({ type: 'pane', state: 'open', reason: '' }).press('t');
    expect(play.done().at(-1)).toEqual({ type: 'focus-pane', focus: true });
    play.drill.emit(announced);
    expect(play.done()).toEqual([{ type: 'focus-pane', focus: false }]);
  });

  it('that is in force is on every screen', () => {
    const play = inLab();
    play.drill.setFaults([{ journalId: 'j', fault: 'stop-component', what: 'kube-scheduler is stopped', since: 940_000, lab: 'x' }]);
    play.drill.emit({ type: 'fault', fault: 'stop-component', phase: 'in-force', seen: '' });
    expect(play.rows()[2]).toBe(' ▲ fault in force kube-scheduler is stopped                               1 min');
  });
});

describe('the end of a lab', () => {
  it('shows score, attempts, steps, what to take away and the next lab', () => {
    const play = inLab();
    play.drill.passAll();
    play.press('f', 'y');
    play.now += 95_000;
    play.send({
      type: 'finished',
      lab: 'bf-port-mismatch',
      passed: false,
      score: { score: 5, of: 8, ungraded: ['C4'] },
      debrief: 'Three numbers must agree.',
      next: 'cs-scheduler-down',
    });
    const text = play.text();
    expect(text).toContain(' Right endpoints, nobody home                                  ◐ not passed yet');
    expect(text).toMatch(/ 5 of 8 points +0 attempts · 1 min 35 s/);
    expect(text).toContain('! could not be graded, not counted against you: C4');
    expect(text).toMatch(/✓ Diagnose, and repair the Service +5\/5/);
    expect(text).toMatch(/○ Scale by the file +not reached {2}0\/1/);
    expect(text).toContain('What to take away\n  Three numbers must agree.\n\n  Next  Scale-up that goes nowhere');
    expect(play.done()).toEqual([{ type: 'finish' }, { type: 'close-drill' }, { type: 'refresh' }]);
    expect(play.footer()).toContain('Enter go on with it   n next lab');
    play.press('n');
    expect(play.done()).toEqual([{ type: 'open-drill', lab: 'cs-scheduler-down' }]);
  });
});
