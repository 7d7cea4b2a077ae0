import type { DataPath } from './diagnostics.ts';

/** A text of the lab file and where it was written. */
export interface Written {
  text: string;
  path: DataPath;
}

export interface DraftCheck {
  id: Written | undefined;
  guard: boolean;
  latch: boolean;
  /** Points that were written, if any. */
  points: number | undefined;
  after: Written[];
  path: DataPath;
}

export interface DraftStep {
  id: Written | undefined;
  checks: DraftCheck[];
  hasHints: boolean;
  hasSolution: boolean;
  hasFault: boolean;
  predicts: { choices: number | undefined; answer: unknown; path: DataPath }[];
  path: DataPath;
}

export interface DraftWrong {
  id: Written | undefined;
  step: Written | undefined;
  through: Written | undefined;
  mustFail: Written[];
  hasUndo: boolean;
  path: DataPath;
}

export interface DraftCommand extends Written {
  where: 'setup' | 'solution' | 'wrong';
  /** Index of the step or the wrong fix. */
  of: number;
}

export interface Use {
  id: Written;
  params: unknown;
  paramsPath: DataPath;
}

/**
 * What a lab file says as far as it can be understood, flattened for the lint: a file that breaks the schema in one place is
 * still looked at in all the others, so that an author sees everything at once.
 */
export interface Draft {
  id: Written | undefined;
  track: Written | undefined;
  needs: { workers: number; exclusive: boolean; ingress: boolean; images: string[] };
  steps: DraftStep[];
  wrong: DraftWrong[];
  commands: DraftCommand[];
  /** Manifests that set-up applies. */
  applies: Written[];
  graders: Use[];
  faults: Use[];
  expressions: (Written & { anyValue: boolean })[];
  /** Every text of the file. */
  texts: Written[];
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const written = (value: unknown, path: DataPath): Written | undefined => (typeof value === 'string' ? { text: value, path } : undefined);

/** Texts of a list, or of a single one that stands for a list. */
function writtens(value: unknown, path: DataPath): Written[] {
  if (typeof value === 'string') return [{ text: value, path }];
  return list(value).flatMap((one, index) => written(one, [...path, index]) ?? []);
}

/** Reads whatever was parsed from a lab file; nothing here complains. */
export function draftOf(value: unknown): Draft {
  const root = record(value);
  const needs = record(root.needs);
  const draft: Draft = {
    id: written(root.id, ['id']),
    track: written(root.track, ['track']),
    needs: {
      workers: typeof needs.workers === 'number' ? needs.workers : 0,
      exclusive: needs.exclusive === true,
      ingress: needs.ingress === true,
      images: list(needs.images).filter((one) => typeof one === 'string'),
    },
    steps: [],
    wrong: [],
    commands: [],
    applies: [],
    graders: [],
    faults: [],
    expressions: [],
    texts: textsOf(value, []),
  };
  list(root.setup).forEach((action, index) => {
    readAction(record(action), ['setup', index], index, draft);
  });
  draft.steps = list(root.steps).map((step, index) => readStep(record(step), ['steps', index], index, draft));
  draft.wrong = list(root.wrong).map((wrong, index) => readWrong(record(wrong), ['wrong', index], index, draft));
  return draft;
}

function readAction(action: Record<string, unknown>, path: DataPath, of: number, draft: Draft): void {
  draft.applies.push(...writtens(action.apply, [...path, 'apply']));
  const run = written(action.run, [...path, 'run']);
  if (run) draft.commands.push({ ...run, where: 'setup', of });
  readCondition(action.wait, [...path, 'wait'], draft);
  readFault(action.fault, [...path, 'fault'], draft);
}

function readStep(step: Record<string, unknown>, path: DataPath, of: number, draft: Draft): DraftStep {
  readFault(step.fault, [...path, 'fault'], draft);
  list(step.hints).forEach((hint, index) => {
    readExpression(record(record(hint).when).cel, [...path, 'hints', index, 'when', 'cel'], false, draft);
  });
  draft.commands.push(...writtens(step.solution, [...path, 'solution']).map((one) => ({ ...one, where: 'solution' as const, of })));
  const one = step.predict !== undefined && !Array.isArray(step.predict);
  const predicts = (one ? [step.predict] : list(step.predict)).map((predict, index) => {
    const { choices, answer } = record(predict);
    const at = one ? [...path, 'predict'] : [...path, 'predict', index];
    readExpression(record(answer).cel, [...at, 'answer', 'cel'], true, draft);
    return { choices: Array.isArray(choices) ? choices.length : undefined, answer, path: at };
  });
  return {
    id: written(step.id, [...path, 'id']),
    checks: list(step.checks).map((check, index) => readCheck(record(check), [...path, 'checks', index], draft)),
    hasHints: list(step.hints).length > 0,
    hasSolution: list(step.solution).length > 0,
    hasFault: step.fault !== undefined,
    predicts,
    path,
  };
}

function readCheck(check: Record<string, unknown>, path: DataPath, draft: Draft): DraftCheck {
  readCondition(check, path, draft);
  list(check.all).forEach((condition, index) => {
    readCondition(condition, [...path, 'all', index], draft);
  });
  return {
    id: written(check.id, [...path, 'id']),
    guard: check.guard === true,
    latch: check.latch === true,
    points: typeof check.points === 'number' ? check.points : undefined,
    after: writtens(check.after, [...path, 'after']),
    path,
  };
}

function readWrong(wrong: Record<string, unknown>, path: DataPath, of: number, draft: Draft): DraftWrong {
  for (const field of ['run', 'undo'] as const)
    draft.commands.push(...writtens(wrong[field], [...path, field]).map((one) => ({ ...one, where: 'wrong' as const, of })));
  return {
    id: written(wrong.id, [...path, 'id']),
    step: written(wrong.step, [...path, 'step']),
    through: written(wrong.through, [...path, 'through']),
    mustFail: writtens(wrong.mustFail, [...path, 'mustFail']),
    hasUndo: wrong.undo !== undefined,
    path,
  };
}

function readCondition(value: unknown, path: DataPath, draft: Draft): void {
  const condition = record(value);
  const grader = written(condition.grader, [...path, 'grader']);
  if (grader) draft.graders.push({ id: grader, params: condition.with ?? {}, paramsPath: [...path, 'with'] });
  readExpression(condition.cel, [...path, 'cel'], false, draft);
}

function readFault(value: unknown, path: DataPath, draft: Draft): void {
  const use = record(value);
  const id = written(use.use, [...path, 'use']);
  if (id) draft.faults.push({ id, params: use.with ?? {}, paramsPath: [...path, 'with'] });
}

function readExpression(value: unknown, path: DataPath, anyValue: boolean, draft: Draft): void {
  const expression = written(value, path);
  if (expression) draft.expressions.push({ ...expression, anyValue });
}

function textsOf(value: unknown, path: DataPath): Written[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsOf(one, [...path, index]));
  return Object.entries(record(value)).flatMap(([key, one]) => textsOf(one, [...path, key]));
}
