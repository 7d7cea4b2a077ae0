import { type ASTNode, EvaluationError } from '@marcbachmann/cel-js';
import { compileCel } from './cel-compile.ts';
import type { CelScope } from './cel-functions.ts';
import { childrenOf, conjunctsOf, literalText, lookAtNode, nameOfOrigin, originOf, sourceOf, walk } from './cel-syntax.ts';
import { fromCel } from './cel-values.ts';
import type { Mismatch } from './verdict.ts';
import { shown } from './words.ts';

/** What was seen instead; `expected` is the check's own words. */
export type Seen = Omit<Mismatch, 'expected'>;

type Locals = Record<string, unknown>;
type Outcome = { value: unknown } | { error: unknown };

/** Evaluates a part of an expression, with the iteration variables around it. */
function outcomeOf(node: ASTNode, scope: CelScope, locals: Locals): Outcome {
  const part = compileCel(sourceOf(node), Object.keys(locals));
  if (part.problem) return { error: new Error(part.problem.message) };
  try {
    return { value: part.run(scope, locals) };
  } catch (error) {
    return { error };
  }
}

const evaluated = (node: ASTNode, scope: CelScope, locals: Locals): unknown => {
  const outcome = outcomeOf(node, scope, locals);
  return 'value' in outcome ? outcome.value : undefined;
};

/** Where a value was read: a field with its object, else the text of the expression. */
function place(node: ASTNode, value: unknown, locals: Locals): Seen {
  const origin = originOf(node);
  if (origin?.name !== undefined && origin.path)
    return { observed: shown(fromCel(value)), field: `${nameOfOrigin(origin)} ${origin.path}` };
  const local = localPath(node, locals);
  if (local) return { observed: shown(fromCel(value)), field: local };
  return { observed: `${sourceOf(node)} is ${shown(fromCel(value))}` };
}

/** `p.status.phase` with p bound to a Pod -> `Pod web-1 status.phase`. */
function localPath(node: ASTNode, locals: Locals): string | undefined {
  let path = '';
  let here = node;
  while (here.op === '.' || here.op === '.?' || here.op === '[]') {
    path = here.op === '[]' ? `[${sourceOf(here.args[1])}]${path}` : `.${here.args[1]}${path}`;
    here = here.args[0];
  }
  if (here.op !== 'id' || path === '' || !Object.hasOwn(locals, here.args)) return undefined;
  return `${nameOfItem(locals[here.args]) ?? here.args} ${path.replace(/^\./, '')}`;
}

function nameOfItem(item: unknown): string | undefined {
  if (item === null || typeof item !== 'object') return undefined;
  const { kind, metadata, name } = item as { kind?: string; metadata?: { name?: string }; name?: string };
  if (metadata?.name) return kind ? `${kind} ${metadata.name}` : metadata.name;
  return typeof name === 'string' ? name : undefined;
}

/** Why an expression that gave false is false, in the values of its first part that does not hold. Throws `CannotSee`. */
export function explainFalse(node: ASTNode, scope: CelScope, locals: Locals = {}): Seen {
  const look = lookAtNode(node);
  const seen = falsehood(node, scope, locals);
  return { ...(look ? { look } : {}), ...seen };
}

function falsehood(node: ASTNode, scope: CelScope, locals: Locals): Seen {
  const explain = (part: ASTNode, inner: Locals = locals): Seen => explainFalse(part, scope, inner);
  switch (node.op) {
    case '&&': {
      for (const conjunct of conjunctsOf(node)) {
        const outcome = outcomeOf(conjunct, scope, locals);
        if ('error' in outcome) return explainFault(outcome.error, conjunct, scope, locals);
        if (outcome.value === false) return explain(conjunct);
      }
      break;
    }
    case '||':
      return { observed: node.args.map((part) => sentence(explain(part))).join(', and ') };
    case '?:': {
      const branch = evaluated(node.args[0], scope, locals) === true ? node.args[1] : node.args[2];
      return explain(branch);
    }
    case '!_': {
      const [inner] = childrenOf(node);
      if (inner?.op === 'call' && inner.args[0] === 'has') {
        const field = inner.args[1][0];
        if (field) return place(field, evaluated(field, scope, locals), locals);
      }
      return { observed: `${sourceOf(node.args)} holds` };
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in': {
      const [left, right] = node.args;
      const looked = left.op === 'value' ? right : left;
      const other = looked === left ? right : left;
      const seen = place(looked, evaluated(looked, scope, locals), locals);
      if (other.op === 'value' || other.op === 'list' || other.op === 'map') return seen;
      return { ...seen, observed: `${seen.observed} (${sourceOf(other)} is ${shown(fromCel(evaluated(other, scope, locals)))})` };
    }
    case 'rcall':
      return falseCall(node, scope, locals);
    case 'call':
      return falseFunction(node, scope, locals);
    case '.':
      return place(node, false, locals);
    default:
      break;
  }
  return { observed: `${sourceOf(node)} is false` };
}

const sentence = (seen: Seen): string => (seen.field ? `${seen.field} is ${seen.observed}` : seen.observed);

function falseCall(node: ASTNode & { op: 'rcall' }, scope: CelScope, locals: Locals): Seen {
  const [name, receiver, args] = node.args;
  const [variable, predicate] = args;
  const quantifier = name === 'all' || name === 'exists' || name === 'exists_one';
  if (quantifier && variable?.op === 'id' && predicate) {
    const value = evaluated(receiver, scope, locals);
    const items: unknown[] = Array.isArray(value) ? value : value !== null && typeof value === 'object' ? Object.keys(value) : [];
    const bound = (item: unknown): Locals => ({ ...locals, [variable.args]: item });
    if (name === 'all') {
      const bad = items.find((item) => evaluated(predicate, scope, bound(item)) !== true);
      if (bad !== undefined) return explainItem(bad, predicate, scope, bound(bad));
    }
    if (items.length === 0) return { observed: `${sourceOf(receiver)} is empty` };
    if (name === 'exists' && items.length === 1) return explainItem(items[0], predicate, scope, bound(items[0]));
    const held = items.filter((item) => evaluated(predicate, scope, bound(item)) === true).length;
    return { observed: `${held === 0 ? 'none' : held} of the ${items.length} in ${sourceOf(receiver)}` };
  }
  if (['contains', 'startsWith', 'endsWith', 'matches', 'matches_re2'].includes(name)) {
    return place(receiver, evaluated(receiver, scope, locals), locals);
  }
  return { observed: `${sourceOf(node)} is false` };
}

/** The part of a predicate that one element breaks, with the element's name. */
function explainItem(item: unknown, predicate: ASTNode, scope: CelScope, locals: Locals): Seen {
  const outcome = outcomeOf(predicate, scope, locals);
  const seen = 'error' in outcome ? explainFault(outcome.error, predicate, scope, locals) : explainFalse(predicate, scope, locals);
  const name = nameOfItem(item);
  if (!name || seen.field?.includes(name) || seen.observed.includes(name)) return seen;
  return { ...seen, observed: `${name}: ${seen.observed}` };
}

function falseFunction(node: ASTNode & { op: 'call' }, scope: CelScope, locals: Locals): Seen {
  const [name, args] = node.args;
  const [first] = args;
  if (name === 'has' && first) return { observed: 'nothing', field: place(first, null, locals).field ?? sourceOf(first) };
  if (name === 'ready' && first) {
    const origin = originOf(first);
    const item = origin?.name ? nameOfOrigin(origin) : nameOfItem(evaluated(first, scope, locals));
    return { observed: `${item ?? sourceOf(first)} is not ready` };
  }
  return { observed: `${sourceOf(node)} is false` };
}

/** Why an expression could not be evaluated: something it reads is not there. What is no fault of an expression is thrown on. */
export function explainFault(error: unknown, node: ASTNode, scope: CelScope, locals: Locals = {}): Seen {
  if (!(error instanceof EvaluationError)) throw error;
  const look = lookAtNode(node);
  const withLook = (seen: Seen): Seen => ({ ...(look ? { look } : {}), ...seen });
  const at = (error.node as ASTNode | undefined) ?? node;
  const absent = missingObject(at, scope, locals);
  if (absent) return withLook({ observed: absent });
  if (error.code === 'no_such_key' && at.op === '.') {
    const origin = originOf(at);
    const field = origin?.name !== undefined ? `${nameOfOrigin(origin)} ${origin.path}` : (localPath(at, locals) ?? sourceOf(at));
    return withLook({ observed: `no such field ${at.args[1]}`, field });
  }
  if (error.code === 'no_such_key' || error.code === 'index_out_of_bounds') {
    const path = at.op === '[]' ? sourceOf(at.args[1]) : sourceOf(at);
    const holder = at.op === '[]' ? at.args[0] : at;
    const origin = originOf(holder);
    return withLook({
      observed: `nothing at ${path}`,
      field: origin?.name !== undefined ? `${nameOfOrigin(origin)} ${origin.path}` : sourceOf(holder),
    });
  }
  return withLook({ observed: (error.summary ?? error.message).replaceAll('matches_re2', 'matches') });
}

/** The first object by name that a node asks for and that is not there. */
function missingObject(node: ASTNode, scope: CelScope, locals: Locals): string | undefined {
  for (const one of walk(node)) {
    if (one.op !== 'call') continue;
    const origin = originOf(one);
    if (origin?.name !== undefined && evaluated(one, scope, locals) === null) {
      return `${origin.kind} ${origin.name} does not exist${origin.namespace ? ` in ${origin.namespace}` : ''}`;
    }
    if (one.args[0] === 'before' && evaluated(one, scope, locals) === null) {
      return `${literalText(one.args[1][0])} ${literalText(one.args[1][1])} was not there at the start`;
    }
  }
  return undefined;
}
