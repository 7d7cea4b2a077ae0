import type { LabPredict } from '../../lab/schema.ts';
import { keyLabel, prefixKey } from '../keymap.ts';
import { head, type Line, spread, widthOf, wrap } from '../line.ts';
import { hintsLeft, isStepOver, openQuestions, stepOf } from '../state/conditions.ts';
import type { Answered, LabState } from '../state/state.ts';
import { count } from '../text/durations.ts';
import { type CodePart, type GuidePart, guideOf } from '../text/guide.ts';
import { as } from '../theme.ts';
import type { View } from '../view.ts';
import { indent } from './frame.ts';

/** The text of the step with its commands, questions and opened hints. */
export function labText(lab: LabState, view: View, width: number, inShell = false): Line[] {
  const step = stepOf(lab);
  if (!step) return [];
  const { drill } = lab;
  const guide = guideOf(step.text, step.try).flatMap((part, index) => [...(index > 0 ? [[]] : []), ...partLines(part, view, width)]);
  const brief = view.markdown(drill.lab.brief, width);
  return [
    ...(lab.asking ? [...questionLines(lab, view, width), []] : []),
    ...(drill.current === 0 ? [...brief, []] : []),
    ...guide,
    ...answeredLines(lab, view, width),
    ...hintLines(lab, view, width),
    ...endLines(lab, view, width, inShell),
    ...(drill.current > 0 ? [[], [as('faint', 'What this lab is about')], ...brief] : []),
  ];
}

function partLines(part: GuidePart, view: View, width: number): Line[] {
  return part.type === 'prose' ? view.markdown(part.text, width) : codeLines(part, view, width);
}

/** A block of code; before each command the number that types it. */
function codeLines(part: CodePart, { theme }: View, width: number): Line[] {
  const bar = as('faint', `${theme.glyphs.bar} `);
  return part.pieces.flatMap(({ lines, command }) =>
    lines.flatMap((line, index) =>
      codeRows(line, width - 5).map((row, wrapped): Line => {
        const label = index === 0 && wrapped === 0 && command ? as('title', ` ${command.number} `) : { text: '   ' };
        return [label, bar, as('code', wrapped === 0 ? row : `  ${row}`)];
      }),
    ),
  );
}

/** A line of code cut into rows: nothing of a command may be hidden. Breaks at blanks where it can. */
function codeRows(line: string, width: number): string[] {
  const rows: string[] = [];
  let rest = line;
  let room = width;
  while (widthOf(rest) > room) {
    const fits = head(rest, room);
    const blank = fits.lastIndexOf(' ');
    // a file's name is worth a shorter row
    const at = blank > room / 4 ? blank + 1 : fits.length;
    rows.push(rest.slice(0, at));
    rest = rest.slice(at);
    room = width - 2;
  }
  return [...rows, rest];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** The question that is asked before acting. */
function questionLines(lab: LabState, view: View, width: number): Line[] {
  const { asking } = lab;
  const step = stepOf(lab);
  const question = asking && step?.predict[asking.question];
  if (!asking || !question) return [];
  const heading: Line = [as('title', '? '), as('strong', 'Before you act: what do you expect?')];
  return [
    heading,
    ...indent(view.markdown(question.ask, width - 2), 2),
    [],
    ...(asking.answered ? replyLines(lab, view, width) : openLines(question, asking, view, width)),
  ];
}

/** What one may answer, and how. */
function openLines(question: LabPredict, asking: NonNullable<LabState['asking']>, view: View, width: number): Line[] {
  const { glyphs } = view.theme;
  const keys = question.choices ? `${glyphs.less} ${glyphs.more} or its letter chooses` : 'type it';
  return [
    ...choiceLines(question, asking, view, width),
    [as('faint', `  ${asking.sent ? 'looking at the cluster …' : `not graded ${glyphs.dot} ${keys}`}`)],
  ];
}

function choiceLines(question: LabPredict, asking: NonNullable<LabState['asking']>, { theme }: View, width: number): Line[] {
  if (!question.choices) {
    return [[as('faint', '  your answer '), as('strong', asking.typed), asking.sent ? { text: '' } : as('selected', ' ')], []];
  }
  return [
    ...question.choices.flatMap((choice, index) => {
      const chosen = index === asking.choice;
      return wrap(choice, width - 7).map(
        (row, at): Line => [
          as('accent', chosen && at === 0 ? ` ${theme.glyphs.select} ` : '   '),
          as('faint', at === 0 ? `${letters[index]} ` : '  '),
          as(chosen ? 'strong' : 'plain', row),
        ],
      );
    }),
    [],
  ];
}

const answersOf = (lab: LabState): Answered[] => lab.answered[stepOf(lab)?.id ?? ''] ?? [];

/** The answer that was just given, in the question's place. */
const replyLines = (lab: LabState, view: View, width: number): Line[] =>
  answersOf(lab)
    .filter(({ question }) => question === lab.asking?.question)
    .flatMap((answered) => indent(verdictLines(answered, view, width - 2), 2));

/** What was answered earlier in this sitting, with the reason: that is where the learning is. */
const answeredLines = (lab: LabState, view: View, width: number): Line[] =>
  answersOf(lab)
    .filter(({ question }) => question !== lab.asking?.question)
    .flatMap((answered) => [[], ...verdictLines(answered, view, width)]);

function verdictLines(answered: Answered, view: View, width: number): Line[] {
  const { glyphs } = view.theme;
  const verdict: Line = answered.right
    ? [as('good', `${glyphs.pass} you expected right: `), as('strong', answered.answer)]
    : [as('busy', `${glyphs.fail} you expected: `), { text: answered.given }];
  return [
    ...wrapSpans(verdict, width),
    ...(answered.right
      ? []
      : indent(
          wrap(`It is: ${answered.answer}`, width - 2).map((row): Line => [as('strong', row)]),
          2,
        )),
    ...indent(view.markdown(answered.why, width - 2), 2),
  ];
}

/** A mark and a text after it, the text wrapped beneath itself. */
function wrapSpans([mark, text]: Line, width: number): Line[] {
  if (!mark || !text) return [];
  const used = widthOf(mark.text);
  if (used + widthOf(text.text) <= width) return [[mark, text]];
  return [[mark], ...wrap(text.text, width - 2).map((row): Line => [{ text: '  ' }, { ...text, text: row }])];
}

function hintLines(lab: LabState, view: View, width: number): Line[] {
  const step = stepOf(lab);
  const opened = lab.drill.hints[step?.id ?? ''] ?? [];
  const lines = opened.flatMap((hint): Line[] => {
    const cost: Line = hint.cost > 0 ? [as('busy', `cost ${count(hint.cost, 'point')}`)] : [];
    return [[], spread([as('title', `Hint ${hint.tier} of ${hint.of}`)], cost, width), ...view.markdown(hint.text, width)];
  });
  const { left, cost } = hintsLeft(lab);
  if (left === 0 || isStepOver(lab)) return lines;
  if (lab.hinting) return [...lines, [], [as('faint', 'Opening a hint …')]];
  return [
    ...lines,
    [],
    [as('strong', 'h'), as('faint', ` ${opened.length > 0 ? 'next hint' : 'a hint'}: ${count(left, 'hint')} left, ${costWords(cost)}`)],
  ];
}

export function costWords([least, most]: [number, number]): string {
  if (most === 0) return 'the next is free';
  return least === most ? `the next costs ${count(most, 'point')}` : `the next costs ${least} to ${most} points`;
}

function endLines(lab: LabState, view: View, width: number, inShell: boolean): Line[] {
  const state = lab.drill.steps[lab.drill.current];
  if (!state || !isStepOver(lab)) {
    const open = openQuestions(lab).length;
    return open > 0 && !lab.asking ? [[], [as('strong', 'p'), as('faint', ` ${count(open, 'question')} to answer before you act`)]] : [];
  }
  const { glyphs } = view.theme;
  const last = lab.drill.current === lab.drill.lab.steps.length - 1;
  const mark: Line =
    state.state === 'passed'
      ? [as('good', `${glyphs.pass} Step passed`), as('strong', `, ${state.earned} of ${count(state.of, 'point')}`)]
      : [as('busy', `${glyphs.solved} Solved for you`), as('strong', ', no points')];
  return [
    [],
    spread(
      mark,
      [as('strong', inShell ? `${keyLabel(prefixKey.key)} Enter` : 'Enter'), as('faint', last ? ' finishes the lab' : ' goes on')],
      width,
    ),
  ];
}
