import { type ASTNode, type Environment, EvaluationError } from '@marcbachmann/cel-js';
import { distance } from 'fastest-levenshtein';
import { type CelScope, celEnvironment, celVariables, pluralFunctions, singularFunctions } from './cel-functions.ts';
import { walk } from './cel-syntax.ts';

/** An expression ready to run, over and over. `locals` are iteration variables of an expression around it. */
export interface Compiled {
  ast: ASTNode;
  problem: { message: string; offset?: number } | undefined;
  /** CEL's name of the type of its result; `dyn` when only running it tells. */
  type: string;
  run(scope: CelScope, locals?: Record<string, unknown>): unknown;
}

/** Evaluation is synchronous: the functions of the environment read the scope of the expression that runs now. */
let scopeNow: CelScope | undefined;
const scope = (): CelScope => {
  if (!scopeNow) throw new Error('no expression is running');
  return scopeNow;
};

const root = celEnvironment(scope);
const environments = new Map<string, Environment>();
const compiled = new Map<string, Compiled>();

function environmentWith(locals: readonly string[]): Environment {
  const key = locals.join(' ');
  const known = environments.get(key);
  if (known) return known;
  const made = root.clone();
  for (const local of locals) if (!made.hasVariable(local)) made.registerVariable(local, 'dyn');
  environments.set(key, made);
  return made;
}

/** The parts of the library's nodes and evaluators that its types leave out. */
interface Evaluating {
  run(node: unknown, context: unknown): unknown;
}
interface Checking {
  check(node: unknown, context: unknown): unknown;
  getType(name: string): unknown;
}
type Adaptable = ASTNode & { setMeta(key: string, value: unknown): unknown };

/**
 * Mends two things of the library in a parsed expression. Its `matches` is a JavaScript RegExp, which a pattern can make run for ever:
 * ours runs in linear time. Its `has()` takes fields of variables only: ours takes `has(pod('a').spec.nodeName)`, as CEL's specification has it.
 */
function adapt(ast: ASTNode): void {
  for (const node of walk(ast)) {
    if (node.op === 'rcall' && node.args[0] === 'matches') (node.args as unknown[])[0] = 'matches_re2';
    if (node.op === 'call' && node.args[0] === 'has' && node.args[1][0]?.op === '.')
      (node as Adaptable).setMeta('macro', hasField(node.args[1][0]));
  }
}

/** @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros */
function hasField(access: ASTNode & { op: '.' }): unknown {
  const [holder, field] = access.args;
  return {
    typeCheck(checker: Checking, _: unknown, context: unknown) {
      checker.check(holder, context);
      return checker.getType('bool');
    },
    evaluate(evaluator: Evaluating, _: unknown, context: unknown): boolean {
      const value = evaluator.run(holder, context);
      if (value === null || typeof value !== 'object') {
        throw new EvaluationError({ code: 'no_such_key', message: `No such key: ${field}`, node: access });
      }
      return value instanceof Map
        ? value.has(field)
        : Object.hasOwn(value, field) && (value as Record<string, unknown>)[field] !== undefined;
    },
  };
}

/** Compiles (once) an expression; its problem is a value. Never throws. */
export function compileCel(expression: string, locals: readonly string[] = []): Compiled {
  const key = `${locals.join(' ')}\0${expression}`;
  const known = compiled.get(key);
  if (known) return known;
  if (compiled.size > 2000) compiled.clear();
  const made = compile(expression, locals);
  compiled.set(key, made);
  return made;
}

function compile(expression: string, locals: readonly string[]): Compiled {
  try {
    const parsed = environmentWith(locals).parse(expression);
    adapt(parsed.ast);
    const checked = parsed.check();
    const problem = checked.valid ? undefined : problemOf(checked.error);
    return {
      ast: parsed.ast,
      problem,
      type: String(checked.type ?? 'dyn'),
      run(given, values) {
        if (problem) throw new SyntaxError(problem.message);
        const outer = scopeNow;
        scopeNow = given;
        try {
          return parsed(celVariables(given, values));
        } finally {
          scopeNow = outer;
        }
      },
    };
  } catch (error) {
    const problem = problemOf(error);
    return {
      ast: undefined as unknown as ASTNode,
      problem,
      type: 'dyn',
      run() {
        throw new SyntaxError(problem.message);
      },
    };
  }
}

const functionNames = [
  ...singularFunctions.keys(),
  ...pluralFunctions.keys(),
  'ready',
  'condition',
  'owner',
  'podsOf',
  'before',
  'quantity',
  'base64Decode',
  'size',
  'has',
  'timestamp',
  'duration',
  'int',
  'string',
  'double',
];
const variableNames = ['ns', 'cluster', 'now', 'remembered'];

/** The library's words made plain, with a guess at what was meant. */
function problemOf(error: unknown): { message: string; offset?: number } {
  const { summary, range, message } = error as { summary?: string; range?: { start: number }; message?: string };
  let text = (summary ?? message ?? String(error)).replaceAll('matches_re2', 'matches');
  const overload = /^found no matching overload for '([A-Za-z]\w*)\((.*)\)'$/.exec(text);
  const variable = /^Unknown variable: (\w+)$/.exec(text);
  if (overload) {
    const [, name = '', types = ''] = overload;
    text = functionNames.includes(name)
      ? `${name}() cannot be called with (${types})`
      : `unknown function ${name}()${guess(name, functionNames)}`;
  } else if (variable) {
    text = `unknown name ${variable[1]}${guess(variable[1] ?? '', variableNames)}`;
  }
  return range ? { message: text, offset: range.start } : { message: text };
}

export function guess(name: string, names: readonly string[]): string {
  const [best] = names.map((one) => ({ one, far: distance(name, one) })).sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(2, name.length / 4) ? `, did you mean ${best.one}?` : '';
}
