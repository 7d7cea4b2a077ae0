import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { DataPath, Position, Problem } from './diagnostics.ts';

/** One document of a file, as plain JSON data, and where each part of it was written. */
export interface KubeDocument {
  value: unknown;
  /** Where it starts. */
  start: Position;
  /** Where the value at `path` was written; the nearest part that was, if it was not. */
  positionOf(path: DataPath): Position;
  /** Where the key that ends `path` was written. */
  keyPositionOf(path: DataPath): Position;
}

export interface KubeYaml {
  /** Empty documents are left out; a document with problems too. */
  documents: KubeDocument[];
  /** Syntax errors, duplicate keys, alias bombs, values that JSON cannot hold: all of them. */
  problems: Problem[];
}

export interface KubeYamlLimits {
  /** Greatest length of the text in characters. Default 2 Mi. */
  maxLength?: number;
  /** Greatest number of documents, empty ones too. Default 1000. */
  maxDocuments?: number;
}

type Tags = Exclude<NonNullable<NonNullable<Parameters<typeof parseAllDocuments>[1]>['customTags']>, unknown[]>;

/** Tags that Kubernetes' decoder does not know, or whose values JSON cannot hold. */
const notKubernetes = /^tag:yaml\.org,2002:(timestamp|binary|omap|pairs|set)$/;

/** YAML 1.1 (yes/no, 0644) without timestamps and sexagesimals: what sigs.k8s.io/yaml reads, and so kubectl. */
const dialect: Tags = (tags) =>
  tags.filter((tag) => typeof tag === 'string' || !(notKubernetes.test(tag.tag) || ('format' in tag && tag.format === 'TIME')));

const tooDeep = 'nested too deeply to be read';

/** Reads YAML or JSON as kubectl does. Never throws: what is wrong comes as problems, with their places. */
export function parseKubeYaml(text: string, path: string, limits: KubeYamlLimits = {}): KubeYaml {
  const { maxLength = 2 * 1024 * 1024, maxDocuments = 1000 } = limits;
  const problem = (position: Position, message: string): Problem => ({ severity: 'error', file: path, ...position, at: '', message });
  const refuse = (message: string): KubeYaml => ({ documents: [], problems: [problem({ line: 1, column: 1 }, message)] });

  if (text.length > maxLength) return refuse(`the file has ${text.length} characters, at most ${maxLength} are read`);

  const lineCounter = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  let parsed: Document[];
  try {
    const all = parseAllDocuments(text, { version: '1.1', customTags: dialect, lineCounter, prettyErrors: false, logLevel: 'silent' });
    parsed = Array.isArray(all) ? (all as Document[]) : [];
  } catch (error) {
    return refuse(`cannot be read: ${messageOf(error)}`);
  }
  if (parsed.length > maxDocuments) return refuse(`the file has ${parsed.length} documents, at most ${maxDocuments} are read`);

  const documents: KubeDocument[] = [];
  const problems: Problem[] = [];
  for (const document of parsed) {
    const faulty = telling([...document.errors, ...document.warnings].map((error) => problem(place(error.pos[0]), reworded(error, text))));
    if (faulty.length === 0) faulty.push(...notJson(document).map(({ offset, message }) => problem(place(offset), message)));
    if (faulty.length > 0) {
      problems.push(...faulty);
      continue;
    }
    if (document.contents === null) continue;
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (value !== null) documents.push(described(document, value, place));
    } catch (error) {
      problems.push(problem(place(document.contents.range?.[0] ?? 0), messageOf(error)));
    }
  }
  return { documents, problems };
}

/** The parser goes on after it lost its way: what it says of one place again, or below too deep a nesting, is noise. */
function telling(problems: Problem[]): Problem[] {
  const deep = problems.find(({ message }) => message === tooDeep);
  if (deep) return [deep];
  return problems.filter((one, index) => problems.findIndex(({ line, column }) => line === one.line && column === one.column) === index);
}

function described(document: Document, value: unknown, place: (offset: number) => Position): KubeDocument {
  const start = place(document.contents?.range?.[0] ?? 0);
  const offsetOf = (path: DataPath, wanted: 'key' | 'value'): number => {
    let node: unknown = document.contents;
    let offset = document.contents?.range?.[0] ?? 0;
    for (const [index, part] of path.entries()) {
      if (isAlias(node)) node = node.resolve(document);
      const last = index === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
        if (!pair) return offset;
        const keyOffset = rangeStart(pair.key);
        const valueOffset = rangeStart(pair.value);
        offset = (last && wanted === 'key' ? keyOffset : (valueOffset ?? keyOffset)) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(part)];
        if (item === undefined) return offset;
        offset = rangeStart(item) ?? offset;
        node = item;
      } else return offset;
    }
    return offset;
  };
  return {
    value,
    start,
    positionOf: (path) => place(offsetOf(path, 'value')),
    keyPositionOf: (path) => place(offsetOf(path, 'key')),
  };
}

function rangeStart(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** Keys that are collections, data that contains itself, numbers that JSON has no way to write. */
function notJson(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isCollection(pair.key))
        found.push({
          offset: rangeStart(pair.key) ?? 0,
          message: 'a key must be a string, this one is a collection (text that begins with {{ needs quotes)',
        });
    },
    Alias(_, node, ancestors) {
      const anchor = node.resolve(document);
      if (anchor && ancestors.includes(anchor))
        found.push({ offset: rangeStart(node) ?? 0, message: `*${node.source} would contain itself` });
    },
    Scalar(_, node) {
      if (typeof node.value === 'number' && !Number.isFinite(node.value))
        found.push({ offset: node.range?.[0] ?? 0, message: `${node.source ?? String(node.value)} is not a number that JSON can hold` });
    },
  });
  return found;
}

/** The parser's message, said in terms of what was written. */
function reworded(error: { code: string; message: string; pos: [number, number] }, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^("[^"\n]*"|'[^'\n]*'|[^:\s{[]*)/.exec(text.slice(error.pos[0], error.pos[0] + 200))?.[0];
    return key ? `the key ${key.replaceAll(/^["']|["']$/g, '')} is written twice` : 'a key is written twice';
  }
  return messageOf(error);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error);
  if (/excessive alias count/i.test(message)) return 'aliases that multiply (an alias bomb) are not read';
  if (/call stack|stack overflow/i.test(message)) return tooDeep;
  return message;
}
