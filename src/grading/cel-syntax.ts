import type { ASTNode } from '@marcbachmann/cel-js';
import { pluralFunctions, singularFunctions } from './cel-functions.ts';
import type { KindName } from './kinds.ts';
import { kindWord, kubectl, labelWords } from './words.ts';

/** The nodes right below a node. */
export function childrenOf(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return [...node.args];
  }
}

export function* walk(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}

/** The text of a node as its author wrote it. */
export function sourceOf(node: ASTNode): string {
  const { input, start } = node;
  let { end } = node;
  // the library ends a node before the brackets around its last part
  while (end < input.length && openBrackets(input.slice(start, end)) > 0) end++;
  return input.slice(start, end).trim();
}

function openBrackets(text: string): number {
  const outsideStrings = text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '');
  return (outsideStrings.match(/\(/g)?.length ?? 0) - (outsideStrings.match(/\)/g)?.length ?? 0);
}

export const literalText = (node: ASTNode | undefined): string | undefined =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;

/** Conjuncts of a chain of `&&`, left to right. */
export const conjunctsOf = (node: ASTNode): ASTNode[] =>
  node.op === '&&' ? [...conjunctsOf(node.args[0]), ...conjunctsOf(node.args[1])] : [node];

/** The object that a node reads a field of: `deployment('web').spec.replicas` -> Deployment web, `spec.replicas`. */
export interface Origin {
  kind: KindName;
  /** Undefined for a list. */
  name: string | undefined;
  namespace: string | undefined;
  labels: Record<string, string> | undefined;
  call: ASTNode;
  path: string;
}

export function originOf(node: ASTNode): Origin | undefined {
  if (node.op === '.' || node.op === '.?') {
    const origin = originOf(node.args[0]);
    return origin && { ...origin, path: origin.path ? `${origin.path}.${node.args[1]}` : node.args[1] };
  }
  if (node.op === '[]' || node.op === '[?]') {
    const origin = originOf(node.args[0]);
    return origin && { ...origin, path: `${origin.path}[${sourceOf(node.args[1])}]` };
  }
  if (node.op !== 'call') return undefined;
  const [functionName, args] = node.args;
  if (functionName === 'before') return undefined;
  const singular = singularFunctions.get(functionName);
  if (singular) {
    const name = literalText(args[0]);
    if (name === undefined) return undefined;
    return { kind: singular, name, namespace: literalText(args[1]), labels: undefined, call: node, path: '' };
  }
  const plural = pluralFunctions.get(functionName);
  if (plural)
    return { kind: plural, name: undefined, namespace: literalText(args[1]), labels: literalLabels(args[0]), call: node, path: '' };
  return undefined;
}

function literalLabels(node: ASTNode | undefined): Record<string, string> | undefined {
  if (node?.op !== 'map') return undefined;
  const pairs = node.args.map(([key, value]) => [literalText(key), literalText(value)] as const);
  if (pairs.length === 0 || pairs.some(([key, value]) => key === undefined || value === undefined)) return undefined;
  return Object.fromEntries(pairs as [string, string][]);
}

export const nameOfOrigin = (origin: Origin): string => (origin.name === undefined ? `${origin.kind}s` : `${origin.kind} ${origin.name}`);

/** A command that shows what an expression reads first. */
export function lookAtNode(node: ASTNode): string | undefined {
  for (const one of walk(node)) {
    const origin = originOf(one);
    if (origin) {
      if (origin.name !== undefined) return kubectl(['get', kindWord(origin.kind), origin.name, '-o', 'yaml'], origin.namespace);
      return kubectl(['get', kindWord(origin.kind), ...(origin.labels ? ['-l', labelWords(origin.labels)] : [])], origin.namespace);
    }
    if (one.op === 'call' && one.args[0] === 'podsOf') {
      return kubectl(['get', `${literalText(one.args[1][0])?.toLowerCase() ?? 'deployment'},pods`], literalText(one.args[1][2]));
    }
  }
  return undefined;
}
