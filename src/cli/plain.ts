import type { CheckState, DrillEvent } from '../drill/events.ts';
import { describeProgress } from './progress.ts';

const marks = { pass: 'PASS', fail: 'FAIL', waiting: 'WAIT', error: 'ERR ' } as const;

/** A check as lines: its mark and title, then what was seen and where to look. */
export function checkLines(check: CheckState): string[] {
  const { verdict } = check;
  const head = `  ${verdict ? marks[verdict.verdict] : '    '}  ${check.id}  ${check.title}${check.guard ? ' (must stay true)' : ` (${check.points} ${check.points === 1 ? 'point' : 'points'})`}`;
  if (!verdict || verdict.verdict === 'pass') return [head];
  const indent = '        ';
  if (verdict.verdict === 'error') return [head, `${indent}could not look: ${verdict.reason}`];
  return [
    head,
    `${indent}observed: ${verdict.observed}`,
    `${indent}expected: ${verdict.expected}`,
    ...(verdict.field ? [`${indent}field:    ${verdict.field}`] : []),
    ...(verdict.look ? [`${indent}look:     ${verdict.look}`] : []),
  ];
}

/** What a line-by-line front end says of an event: result lines for stdout, progress lines for stderr. */
export function plainLines(event: DrillEvent): { out?: string[]; progress?: string[] } {
  switch (event.type) {
    case 'phase':
      return event.phase === 'running' || event.phase === 'closed' ? {} : { progress: [`${event.lab}: ${event.phase}`] };
    case 'progress':
      return { progress: describeProgress(event.progress) };
    case 'connection':
      return event.state === 'reconnecting' ? { progress: [`the API server does not answer: ${event.seen}`] } : {};
    case 'step':
      return event.step.state === 'current' ? { out: ['', `Step ${event.index + 1} of ${event.of}: ${event.step.title}`] } : {};
    case 'check':
      return { out: checkLines(event.check) };
    case 'step-passed':
      return { out: [`  step done: ${event.earned} of ${event.of} points`] };
    case 'hint':
      return {
        out: [`Hint ${event.hint.tier} of ${event.hint.of}${event.hint.cost ? ` (costs ${event.hint.cost})` : ''}: ${event.hint.text}`],
      };
    case 'predicted':
      return { out: [`${event.right ? 'Right' : `Not so: ${event.answer}`}. ${event.why}`] };
    case 'command':
      return {
        out: [
          `$ ${event.argv.join(' ')}`,
          ...[event.stdout, event.stderr].flatMap((text) => (text.trim() ? text.trimEnd().split('\n') : [])),
        ],
      };
    case 'fault-announced':
      return { out: [`! In a moment: ${event.what} Why: ${event.why} It takes about ${event.seconds} s.`] };
    case 'fault':
      return { out: [`! ${event.fault}: ${event.phase}${event.seen ? ` (${event.seen})` : ''}`] };
    case 'command-started':
    case 'score':
      return {};
    case 'finished':
      return {
        out: [
          '',
          `${event.passed ? 'Passed' : 'Not passed yet'}: ${event.score.score} of ${event.score.of} points, ${event.attempts} ${event.attempts === 1 ? 'attempt' : 'attempts'}`,
          ...(event.score.ungraded.length > 0 ? [`Could not be graded (neither won nor lost): ${event.score.ungraded.join(', ')}`] : []),
          '',
          event.debrief.trimEnd(),
          ...(event.next ? ['', `Next: kubedrill start ${event.next}`] : []),
        ],
      };
    case 'trouble':
      return { progress: [`trouble: ${event.message}`, ...(event.hint ? [`  ${event.hint}`] : [])] };
  }
}
