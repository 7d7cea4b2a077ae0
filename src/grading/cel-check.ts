import type { ASTNode } from '@marcbachmann/cel-js';
import { compileCel, guess } from './cel-compile.ts';
import { pluralFunctions, singularFunctions } from './cel-functions.ts';
import { literalText, walk } from './cel-syntax.ts';
import { kinds } from './kinds.ts';
import type { Read } from './mirror-view.ts';
import { readsOfWorkload, type WorkloadKind, workloadKinds } from './ownership.ts';
import { patternOf } from './pattern.ts';

/**
 * What is wrong with an expression before it runs: syntax, undeclared names, arguments that cannot be, a result that is neither true nor false
 * (unless any value will do). `offset` counts characters from its start. Empty when nothing is.
 */
export function checkCel(
  expression: string,
  options: { anyValue?: boolean; remembered?: readonly string[] } = {},
): { message: string; offset?: number }[] {
  const { ast, problem, type } = compileCel(expression);
  if (problem) return [problem];
  const problems: { message: string; offset?: number }[] = [];
  if (!options.anyValue && type !== 'bool' && type !== 'dyn')
    problems.push({ message: `the expression gives ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}, not true or false`, offset: 0 });
  for (const node of walk(ast)) {
    const message = misuse(node, options.remembered ?? []);
    if (message) problems.push({ message, offset: node.start });
  }
  return problems;
}

function misuse(node: ASTNode, remembered: readonly string[]): string | undefined {
  if (node.op === 'id' && node.args === 'remembered' && remembered.length === 0)
    return 'nothing is remembered here: `remembered` belongs to the timeline grader';
  if (
    node.op === '.' &&
    node.args[0].op === 'id' &&
    node.args[0].args === 'remembered' &&
    remembered.length > 0 &&
    !remembered.includes('*') &&
    !remembered.includes(node.args[1])
  ) {
    return `nothing is remembered as ${node.args[1]}${guess(node.args[1], remembered)}`;
  }
  if (node.op === 'rcall' && (node.args[0] === 'matches_re2' || node.args[0] === 'find')) {
    const pattern = literalText(node.args[2][0]);
    try {
      if (pattern !== undefined) patternOf(pattern);
    } catch (error) {
      return (error as Error).message;
    }
  }
  if (node.op !== 'call') return undefined;
  const [name, args] = node.args;
  if (name === 'podsOf' || name === 'before') {
    const kind = literalText(args[0]);
    const known: readonly string[] = name === 'podsOf' ? workloadKinds : Object.keys(kinds);
    if (kind === undefined) return `${name}() takes its kind as a literal, e.g. ${name}('Deployment', 'web')`;
    if (!known.includes(kind)) return `${name}() does not know the kind ${kind}${guess(kind, known)}`;
  }
  const namespaceArgument = args[name === 'podsOf' || name === 'before' ? 2 : 1];
  const reads = singularFunctions.has(name) || pluralFunctions.has(name) || name === 'podsOf';
  if (reads && namespaceArgument && literalText(namespaceArgument) === undefined) {
    return `${name}() takes its namespace as a literal, e.g. 'kube-system'`;
  }
  return undefined;
}

/** The kinds (and namespaces) that an expression looks at. */
export function readsOfCel(expression: string): Read[] {
  const { ast, problem } = compileCel(expression);
  if (problem) return [];
  const reads: Read[] = [];
  for (const node of walk(ast)) {
    if (node.op !== 'call') continue;
    const [name, args] = node.args;
    const kind = singularFunctions.get(name) ?? pluralFunctions.get(name);
    if (kind) {
      const namespace = literalText(args[1]);
      reads.push(namespace ? { kind, namespace } : kind);
    }
    if (name === 'podsOf') {
      const workload = literalText(args[0]);
      if (workload !== undefined && (workloadKinds as readonly string[]).includes(workload)) {
        reads.push(...readsOfWorkload(workload as WorkloadKind, literalText(args[2])));
      }
    }
  }
  return [...new Map(reads.map((read) => [typeof read === 'string' ? read : `${read.kind} ${read.namespace}`, read])).values()];
}

/** Whether an expression names a variable, e.g. `now`: then its answer may change although no object does. */
export function namesInCel(expression: string): Set<string> {
  const { ast, problem } = compileCel(expression);
  return new Set(problem ? [] : [...walk(ast)].flatMap((node) => (node.op === 'id' ? [node.args] : [])));
}

/** The kinds that an expression looks at, wherever. */
export const kindsOf = (expression: string): string[] =>
  readsOfCel(expression).map((read) => (typeof read === 'string' ? read : read.kind));
