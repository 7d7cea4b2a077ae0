import type { CheckState } from '../../drill/events.ts';
import type { Mismatch } from '../../grading/verdict.ts';
import { type Line, spread, wrap } from '../line.ts';
import { checksNow, isStepOver, stepOf } from '../state/conditions.ts';
import type { LabState } from '../state/state.ts';
import { count } from '../text/durations.ts';
import { as, type Glyphs, type Style } from '../theme.ts';
import type { View } from '../view.ts';

type Standing = 'pass' | 'fail' | 'waiting' | 'error' | 'unseen';

export const standingOf = (check: CheckState): Standing => check.verdict?.verdict ?? 'unseen';

const styles: Record<Standing, Style> = { pass: 'good', fail: 'bad', waiting: 'busy', error: 'alarm', unseen: 'faint' };
const words: Record<Standing, string> = {
  pass: 'passed',
  fail: 'not yet',
  waiting: 'waiting',
  error: 'cannot see',
  unseen: 'not looked at yet',
};

const glyphOf = (standing: Standing, glyphs: Glyphs): string => glyphs[standing];

/** The checks of the step; the mismatch of the one that matters most, or that is selected, spelled out. */
export function checkLines(lab: LabState, view: View, width: number): Line[] {
  const checks = checksNow(lab);
  if (checks.length === 0)
    return [[as('faint', isStepOver(lab) ? 'Nothing is graded in this step.' : 'Nothing is graded in this step: read, predict, go on.')]];
  const open = expandedCheck(lab);
  return checks.flatMap((check) => [
    ...titleRows(check, lab, view, width),
    ...(check.id === open?.id ? detailRows(check, view, width) : []),
  ]);
}

/** The check that is spelled out: the selected one, else the first that does not pass. */
export function expandedCheck(lab: LabState): CheckState | undefined {
  const checks = checksNow(lab);
  return (
    checks.find(({ id }) => id === lab.selectedCheck) ?? checks.find(({ verdict }) => verdict !== undefined && verdict.verdict !== 'pass')
  );
}

function titleRows(check: CheckState, lab: LabState, { theme }: View, width: number): Line[] {
  const standing = standingOf(check);
  const worth = check.guard ? 'must stay' : `${standing === 'pass' ? check.points : 0}/${check.points}`;
  const word = standing === 'pass' || standing === 'unseen' ? '' : `${words[standing]}  `;
  const right: Line = [as(styles[standing], word), as('faint', worth)];
  const title = wrap(check.title, width - 3 - (word.length + worth.length) - 1);
  const selected = check.id === lab.selectedCheck;
  const broken = check.step !== stepOf(lab)?.id ? [as('busy', ' (earlier step)')] : [];
  return title.map(
    (row, index): Line =>
      index === 0
        ? spread(
            [
              as(styles[standing], `${glyphOf(standing, theme.glyphs)} `),
              as(selected ? 'strong' : 'plain', row),
              ...(title.length === 1 ? broken : []),
            ],
            right,
            width,
          )
        : [{ text: '  ' }, as(selected ? 'strong' : 'plain', row)],
  );
}

function detailRows(check: CheckState, view: View, width: number): Line[] {
  const { verdict, lastMismatch } = check;
  if (verdict?.verdict === 'error') {
    return [
      ...field('reason', verdict.reason, width),
      ...(lastMismatch ? mismatchRows(lastMismatch, width) : []),
      ...(verdict.look ? field('look', verdict.look, width, 'code') : []),
      [as('faint', '  not counted against you')],
    ];
  }
  if (verdict?.verdict === 'pass') return field('seen', verdict.evidence, width);
  const mismatch = verdict ?? lastMismatch;
  return mismatch ? mismatchRows(mismatch, width) : [[as('faint', `  ${view.theme.glyphs.dot} ${words.unseen}`)]];
}

const mismatchRows = (mismatch: Mismatch, width: number): Line[] => [
  ...field('observed', mismatch.observed, width),
  ...field('expected', mismatch.expected, width, 'strong'),
  ...(mismatch.field ? field('field', mismatch.field, width) : []),
  ...(mismatch.look ? field('look', mismatch.look, width, 'code') : []),
];

/** The most rows of one value: a Pod's whole YAML is for kubectl. */
const mostRows = 4;

function field(name: string, value: string, width: number, style: Style = 'plain'): Line[] {
  const rows = wrap(value.replaceAll('\n', ' '), width - 12);
  const shown = rows.length > mostRows ? [...rows.slice(0, mostRows - 1), `${rows[mostRows - 1]?.slice(0, -1)}…`] : rows;
  return shown.map((row, index): Line => [as('faint', `  ${(index === 0 ? name : '').padEnd(9)} `), as(style, row)]);
}

/** `2 of 5`, for the heading; what could not be seen is said. */
export function checkSummary(lab: LabState, { theme }: View): Line {
  if (lab.checking) return [as('busy', 'checking …')];
  const graded = checksNow(lab).filter(({ guard }) => !guard);
  if (graded.length === 0) return [];
  const passed = graded.filter((check) => standingOf(check) === 'pass').length;
  const blind = graded.filter((check) => standingOf(check) === 'error').length;
  const sum: Line = [as(passed === graded.length ? 'good' : 'faint', `${passed} of ${graded.length}`)];
  return blind > 0 ? [as('alarm', `${theme.glyphs.error} ${count(blind, 'check')} not seen `), ...sum] : sum;
}

/** One row for small screens: how the checks stand, in glyphs and numbers. */
export function checkStrip(lab: LabState, { theme }: View): Line {
  const by = Map.groupBy(checksNow(lab), standingOf);
  return (['pass', 'fail', 'waiting', 'error', 'unseen'] as const).flatMap((standing) => {
    const some = by.get(standing)?.length ?? 0;
    return some === 0 ? [] : [as(styles[standing], `${glyphOf(standing, theme.glyphs)} ${some}  `)];
  });
}
