/** A command of the text that can be typed into the shell by its number. */
export interface Command {
  number: number;
  /** Without prompts; may have several lines. */
  text: string;
}

/** A block of code; each piece is a command with a number, or lines that are only read. */
export interface CodePart {
  type: 'code';
  pieces: { lines: string[]; command: Command | undefined }[];
}

export type GuidePart = { type: 'prose'; text: string } | CodePart;

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
      .map(withoutPrompt)
      .join('\n');
    if (command === '' || seen.has(command) || count >= mostCommands) return undefined;
    seen.add(command);
    count++;
    return { number: count, text: command };
  };
  const code = (lines: string[], isShell: boolean): GuidePart => ({
    type: 'code',
    pieces: (isShell ? commandGroups(lines) : [lines]).map((group) => ({ lines: group, command: isShell ? commandOf(group) : undefined })),
  });
  for (const piece of pieces(text)) {
    if (piece.type === 'code') parts.push(code(piece.lines, shellWords.has(piece.language)));
    else if (piece.text.trim() !== '') parts.push(piece);
  }
  const offered = tries.filter((line) => !seen.has(line));
  if (offered.length > 0) {
    parts.push({ type: 'code', pieces: offered.map((line) => ({ lines: line.split('\n'), command: commandOf([line]) })) });
  }
  return parts;
}

const withoutPrompt = (line: string): string => line.replace(/^\$ /, '');

/** Lines that belong together: a command with its continuations and here-document; else each line is a command of its own. */
function commandGroups(lines: string[]): string[][] {
  const whole = lines.some(
    (line) => line.includes('<<') || /^\s+\S/.test(line) || /^(for|while|if|until|case)\b/.test(withoutPrompt(line)),
  );
  if (whole) return [lines];
  const groups: string[][] = [];
  let open = false;
  for (const line of lines) {
    if (open) groups.at(-1)?.push(line);
    else groups.push([line]);
    open = line.endsWith('\\');
  }
  return groups;
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
  guideOf(text, tries).flatMap((part) => (part.type === 'code' ? part.pieces.flatMap(({ command }) => (command ? [command] : [])) : []));
