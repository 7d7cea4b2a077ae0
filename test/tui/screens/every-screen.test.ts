import { describe, expect, it } from 'vitest';
import { lineText, lineWidth, paint } from '../../../src/tui/line.ts';
import { eventsOf } from '../../../src/tui/picture/events.ts';
import { pictureOf } from '../../../src/tui/picture/model.ts';
import { screenOf } from '../../../src/tui/screens/screen.ts';
import { themeOf } from '../../../src/tui/theme.ts';
import { mirrorOf } from '../../support/fake-mirror.ts';
import { homeOf, portObjects } from '../../support/tui-labs.ts';
import { inLab, Play, view } from '../../support/tui-state.ts';

const fault = (number: number) => ({
  journalId: `j${number}`,
  fault: 'stop-component',
  what: 'kube-scheduler is stopped on the control plane of the cluster',
  since: 1,
  lab: 'x',
});
const size = (columns: number, rows: number) => ({ columns, rows });

/** Every screen there is, in the states that make it largest. */
function gallery(columns: number, rows: number): Record<string, Play> {
  const at = size(columns, rows);
  const lab = (asking = false) => {
    const play = inLab({ ...at, asking });
    const mirror = mirrorOf(portObjects());
    play.send({ type: 'mirror', picture: pictureOf(mirror), events: eventsOf(mirror) });
    play.drill.setVerdict('C1', {
      verdict: 'fail',
      observed: 'x '.repeat(200),
      expected: 'HTTP 200',
      field: 'Service x spec',
      look: 'kubectl describe service nginx-service',
    });
    return play;
  };
  const work = new Play(at).send({ type: 'work-started', kind: 'bring-up', title: 'Making the cluster' });
  for (let index = 0; index < 40; index++) {
    work.send({
      type: 'work-progress',
      progress: { type: 'step-started', step: `a step with a rather long name, number ${index}`, expected: 60, bound: 600 },
    });
  }
  const failed = lab();
  failed.press('r', 'y').send({
    type: 'work-failed',
    kind: 'reset',
    failure: { message: 'the namespace is still there '.repeat(6), hint: 'kubectl get ns', interrupted: false },
    drill: failed.drill.state,
  });
  const announced = lab();
  announced.drill.emit({
    type: 'fault-announced',
    fault: 'stop-component',
    what: 'kube-scheduler stops',
    why: 'why '.repeat(120),
    seconds: 20,
  });
  const finished = lab().send({
    type: 'finished',
    lab: 'bf-port-mismatch',
    passed: true,
    score: { score: 8, of: 8, ungraded: [] },
    debrief: 'learned '.repeat(300),
    next: 'cs-scheduler-down',
  });
  const troubled = lab();
  troubled.drill.emit({ type: 'trouble', message: 'trouble '.repeat(40), hint: 'hint '.repeat(40) });
  const faulty = lab();
  faulty.drill.setFaults([fault(1), fault(2), fault(3)]);
  faulty.drill.emit({ type: 'score', score: faulty.drill.state.score });
  const absent = homeOf({
    cluster: { state: 'absent', plan: Array.from({ length: 20 }, (_, index) => `a line of the plan, number ${index}`) },
  });
  return {
    home: new Play(at),
    'home, searching': new Play(at).press('/').type('x'.repeat(90)),
    'home, without a cluster': new Play({ ...at, home: absent }),
    'home, a question': new Play({ ...at, home: absent }).press('enter'),
    'home, faults': new Play({ ...at, home: homeOf({ faults: [fault(1), fault(2), fault(3)] }) }),
    'home, loading': new Play({ ...at, home: homeOf({ catalogue: { state: 'loading' } }) }),
    lab: lab(),
    'lab, a question first': lab(true),
    'lab, checks': lab().press('tab'),
    'lab, objects': lab().press('tab', 'tab'),
    'lab, events': lab().press('tab', 'tab', 'tab'),
    'lab, confirm': lab().press('r'),
    'lab, trouble': troubled,
    'lab, faults': faulty,
    'lab with a shell': lab().send({ type: 'pane', state: 'open', reason: '' }),
    'lab, wide shell': lab().send({ type: 'pane', state: 'open', reason: '' }).press('z'),
    'lab, help': lab().press('?'),
    fault: announced,
    work,
    'work, failed': failed,
    debrief: finished,
  };
}

describe.each([
  [60, 15],
  [80, 24],
  [100, 30],
  [120, 40],
  [240, 70],
])('at %ix%i every screen', (columns, rows) => {
  const screens = Object.entries(gallery(columns, rows));

  it.each(screens)('fills the terminal exactly: %s', (_, play) => {
    const frame = screenOf(play.state, view);
    expect(frame.above.length + frame.body.length + frame.below.length).toBe(rows);
    for (const line of [...frame.above, ...frame.below]) expect(lineWidth(line), lineText(line)).toBeLessThanOrEqual(columns);
    for (const line of frame.body) expect(lineWidth(line), lineText(line)).toBeLessThanOrEqual(frame.pane ? frame.bodyWidth : columns);
  });

  it.each(screens)('says how to go on: %s', (name, play) => {
    expect(play.footer(), name).toMatch(/Enter|Esc|yes|quit|shell|n no|close/);
  });
});

describe('without colours and without UTF-8', () => {
  const plain = { ...view, theme: themeOf({ colour: false, unicode: false }) };

  it('every screen is ASCII', () => {
    for (const [name, play] of Object.entries(gallery(80, 24))) {
      const frame = screenOf(play.state, plain);
      const text = [...frame.above, ...frame.body, ...frame.below].map((line) => paint(line, plain.theme)).join('\n');
      expect([...text].filter((char) => char > '~').join(''), name).toBe('');
    }
  });

  it('a verdict is told by its glyph and its word', () => {
    const play = inLab();
    play.drill.setVerdict('C1', { verdict: 'pass', evidence: '' });
    play.drill.setVerdict('C2', { verdict: 'fail', observed: 'a', expected: 'b' });
    const rows = screenOf(play.state, plain).body.map((line) => lineText(line).trim());
    expect(rows).toContainEqual(expect.stringMatching(/^\+ nginx-service answers .* 3\/3$/));
    expect(rows).toContainEqual(expect.stringMatching(/^x Its backends .* not yet {2}0\/2$/));
  });
});

describe('a terminal that is too small', () => {
  it.each([
    [59, 30],
    [100, 14],
    [20, 5],
    [1, 1],
  ])('is told so: %ix%i', (columns, rows) => {
    const play = inLab(size(columns, rows));
    const frame = screenOf(play.state, view);
    expect(frame.above).toHaveLength(rows);
    if (columns >= 20) expect(frame.above.map(lineText).join(' ')).toContain(`${columns}x${rows}`);
  });
});
