import { type ClassLearner, pointsNow, presentStep, type StepStanding, stepStanding, tellingMismatch } from '../batch/class/state.ts';
import { type ClassViewState, classKeys, isDone, shownLearners } from './class-state.ts';
import { cut, fill, type Line, type Span, spread, widthOf, wrap } from './line.ts';
import { bodyRows, header, rule, scrolled, scrollMark } from './screens/frame.ts';
import { isTooSmall, tooSmall } from './screens/too-small.ts';
import { age, duration } from './text/durations.ts';
import { as, type Style, type Theme } from './theme.ts';

const clean = (text: string): string => text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');

function mark(standing: StepStanding, theme: Theme): Span {
  const { glyphs } = theme;
  const marks: Record<StepStanding, [Style, string]> = {
    passed: ['good', glyphs.pass],
    failing: ['bad', glyphs.fail],
    waiting: ['busy', glyphs.waiting],
    blind: ['busy', glyphs.error],
    unseen: ['faint', glyphs.unseen],
  };
  return as(...marks[standing]);
}

/** Where a learner is, and since when: the column that an instructor reads. */
function whereabouts(state: ClassViewState, learner: ClassLearner): Span {
  const { klass, now } = state;
  if (learner.sight !== 'live')
    return as(learner.sight === 'connecting' ? 'faint' : 'busy', `${learner.sight}${learner.why ? `: ${clean(learner.why)}` : ''}`);
  if (isDone(learner)) return as('good', 'done');
  const step = klass.steps[presentStep(klass, learner)];
  return { text: `at ${step?.title ?? ''} for ${age(now - learner.since)}` };
}

const nameOf = (learner: ClassLearner): string => clean(learner.name ?? learner.id);

interface Columns {
  name: number;
  steps: number;
  points: number;
}

function columnsFor(state: ClassViewState): Columns {
  const { learners, steps } = state.klass;
  const most = Math.max(7, ...learners.map((learner) => widthOf(nameOf(learner))));
  // at most a third for the name: where somebody stands is what one looks for
  return { name: Math.min(most, Math.floor(state.size.columns / 3)), steps: steps.length * 2, points: 7 };
}

function row(state: ClassViewState, learner: ClassLearner, columns: Columns, theme: Theme, selected: boolean): Line {
  const { won, of } = pointsNow(state.klass, learner);
  const steps = state.klass.steps.flatMap(({ id }): Span[] => [mark(stepStanding(learner, id), theme), { text: ' ' }]);
  const points = learner.sight === 'live' || won > 0 ? `${won}/${of}` : '';
  const name = fill(
    [selected ? as('strong', cut(nameOf(learner), columns.name)) : { text: cut(nameOf(learner), columns.name) }],
    columns.name,
  );
  const left: Line = [
    as('accent', selected ? `${theme.glyphs.select} ` : '  '),
    ...name,
    { text: '  ' },
    ...fill(steps, columns.steps),
    { text: ' ' },
    { text: points.padStart(columns.points) },
    { text: '  ' },
    whereabouts(state, learner),
  ];
  return fill(left, state.size.columns);
}

function heading(state: ClassViewState, columns: Columns): Line {
  const numbers = state.klass.steps.map((_, index) => String((index + 1) % 10).padEnd(2)).join('');
  return fill(
    [as('faint', `  ${'learner'.padEnd(columns.name)}  ${numbers} ${'points'.padStart(columns.points)}  where`)],
    state.size.columns,
  );
}

function table(state: ClassViewState, theme: Theme): { lines: Line[]; right: Line } {
  const columns = columnsFor(state);
  const shown = shownLearners(state);
  const height = bodyRows(state.size) - 1;
  const offset = Math.max(0, Math.min(state.selected - Math.floor(height / 2), shown.length - height));
  const part = scrolled(
    shown.map((learner, index) => row(state, learner, columns, theme, index === state.selected)),
    height,
    offset,
  );
  return { lines: [heading(state, columns), ...part.lines], right: scrollMark(part, theme) };
}

/** One learner: every check, and the last mismatch with its way to look closer. */
function details(state: ClassViewState, theme: Theme): Line[] {
  const learner = shownLearners(state)[state.selected];
  if (!learner) return [];
  const width = state.size.columns - 4;
  const block = (style: Style, text: string): Line[] => wrap(clean(text), width).map((line): Line => [{ text: '  ' }, as(style, line)]);
  const last = tellingMismatch(state.klass, learner);
  const mismatch: Line[] = last
    ? [
        [as('strong', `  ${last.check}: ${clean(last.title)}`), as('faint', `  since ${duration(state.now - last.at)}`)],
        ...(last.mismatch.field ? block('faint', last.mismatch.field) : []),
        ...block('bad', `observed: ${last.mismatch.observed}`),
        ...block('plain', `expected: ${last.mismatch.expected}`),
        ...(last.mismatch.look ? block('accent', last.mismatch.look) : []),
      ]
    : block('faint', isDone(learner) ? 'Everything passes.' : 'No mismatch has been seen yet.');
  const checks = learner.checks.map((check): Line => {
    const verdict = check.verdict?.verdict;
    const standing: StepStanding =
      verdict === 'pass'
        ? 'passed'
        : verdict === 'fail'
          ? 'failing'
          : verdict === 'waiting'
            ? 'waiting'
            : verdict === 'error'
              ? 'blind'
              : 'unseen';
    const why = check.verdict?.verdict === 'error' ? `  ${clean(check.verdict.reason)}` : '';
    return [
      { text: '  ' },
      mark(standing, theme),
      { text: ` ${check.id}  ${clean(check.title)}` },
      as('faint', check.guard ? '  must stay true' : `  ${check.points}`),
      as('busy', why),
    ];
  });
  const blind = learner.sight === 'live' ? [] : block('busy', `${learner.sight}: ${learner.why}`);
  return [...blind, ...mismatch, [], ...checks];
}

/** The whole screen, as many rows as the terminal has. */
export function classRows(state: ClassViewState, theme: Theme): Line[] {
  const { size, klass } = state;
  if (isTooSmall(size)) return tooSmall(size);
  const { learners } = klass;
  const live = learners.filter(({ sight }) => sight === 'live').length;
  const done = learners.filter(isDone).length;
  const chosen = shownLearners(state)[state.selected];
  const title: Line =
    state.details && chosen
      ? [as('title', nameOf(chosen)), as('faint', `  ${clean(klass.title)}`)]
      : [as('title', clean(klass.title)), as('faint', `  ${klass.lab}`)];
  const head = header(title, [as('faint', `${live} of ${learners.length} live, ${done} done`)], size, theme);
  const { lines, right } = state.details ? { lines: details(state, theme), right: [] } : table(state, theme);
  const height = bodyRows(size);
  const body = Array.from({ length: height }, (_, index): Line => lines[index] ?? []);
  const keys = classKeys.flatMap(({ shown, label }, index): Span[] => [
    ...(index > 0 ? [{ text: '   ' }] : []),
    as('strong', shown === '↑↓' ? `${theme.glyphs.less}${theme.glyphs.more}` : shown),
    as('faint', ` ${state.details && label === 'last mismatch' ? 'back' : label}`),
  ]);
  return [...head, ...body, rule(size.columns, theme), spread([{ text: ' ' }, ...keys], right, size.columns)];
}
