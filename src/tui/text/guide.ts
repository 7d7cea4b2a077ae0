/** A command of the text that can be typed into the shell by its number. */
export interface Command {
  number: number;
  /** Without prompts; may have several lines. */
  text: string;
}

export type GuidePart = { type: 'prose'; text: string } | { type: 'code'; lines: string[]; command: Command | undefined };

/** Number keys there are. */
const mostCommands = 9;

const shellWords = new Set(['', 'sh', 'bash', 'shell', 'console', 'zsh']);

/** A step's text parted into prose and code, the commands numbered in reading order; `tries` follow the text. */
export function guideOf(text: string, tries: readonly string[]): GuidePart[] {
  const parts: GuidePart[] = [];
  const seen = new Set<string>();
  let count = 0;
  const commandOf = (lines: string[]): Command | undefined => {
    const command = lines
      .filter((line) => line.trim() !== '')
      .map((line) => line.replace(/^\$ /, ''))
      .join('\n');
    if (command === '' || seen.has(command) || count >= mostCommands) return undefined;
    seen.add(command);
    count++;
    return { number: count, text: command };
  };
  for (const piece of pieces(text)) {
    if (piece.type === 'prose') {
      if (piece.text.trim() !== '') parts.push(piece);
      continue;
    }
    parts.push({ type: 'code', lines: piece.lines, command: shellWords.has(piece.language) ? commandOf(piece.lines) : undefined });
  }
  for (const line of tries) {
    const command = commandOf([line]);
    if (command) parts.push({ type: 'code', lines: [line], command });
  }
  return parts;
}

type Piece = { type: 'prose'; text: string } | { type: 'code'; language: string; lines: string[] };

/** Parts at fences. @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks */
function* pieces(text: string): Generator<Piece> {
  let prose: string[] = [];
  let code: { fence: string; indent: number; language: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const mark = /^( {0,3})(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (code) {
      if (mark && line.trim().startsWith(code.fence) && mark[3] === '') {
        yield { type: 'code', language: code.language, lines: code.lines };
        code = undefined;
      } else code.lines.push(line.slice(Math.min(code.indent, line.length - line.trimStart().length)));
    } else if (mark) {
      yield { type: 'prose', text: prose.join('\n') };
      prose = [];
      code = { fence: mark[2] ?? '```', indent: mark[1]?.length ?? 0, language: mark[3] ?? '', lines: [] };
    } else prose.push(line);
  }
  // a fence that never ends runs to the end of the text
  if (code) yield { type: 'code', language: code.language, lines: code.lines };
  yield { type: 'prose', text: prose.join('\n') };
}

export const commandsOf = (text: string, tries: readonly string[]): Command[] =>
  guideOf(text, tries).flatMap((part) => (part.type === 'code' && part.command ? [part.command] : []));
