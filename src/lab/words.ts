/** The words of a command, or why it needs a shell, which there is not. */
export type Words = { words: string[] } | { problem: string };

/**
 * Splits a command into its words as a POSIX shell would, and stops there: nothing is expanded, piped or redirected.
 * What only a shell could do is a problem. `$NS` and `{{...}}` are placeholders and stay as they are.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
 */
export function splitWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const source = text.trim();
  const append = (part: string) => {
    word = (word ?? '') + part;
  };
  while (at < source.length) {
    const rest = source.slice(at);
    const character = source[at]!;
    const placeholder = /^(\{\{[^{}]*\}\}|\$NS\b)/.exec(rest)?.[0];
    if (placeholder) {
      append(placeholder);
      at += placeholder.length;
    } else if (rest.startsWith('\\\n')) {
      at += 2;
    } else if (character === '\n') {
      return { problem: 'one command per entry: a line break ends it' };
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (character === "'") {
      const end = source.indexOf("'", at + 1);
      if (end < 0) return { problem: "a ' is not closed" };
      append(source.slice(at + 1, end));
      at = end + 1;
    } else if (character === '"') {
      const quoted = doubleQuoted(source, at + 1);
      if ('problem' in quoted) return quoted;
      append(quoted.text);
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 >= source.length) return { problem: 'ends with a backslash' };
      append(source[at + 1]!);
      at += 2;
    } else {
      const shell = shellOnly(rest, word === undefined);
      if (shell) return { problem: shell };
      append(character);
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return { words };
}

/** Within double quotes a backslash keeps its meaning only before `$`, backtick, `"`, itself and a line break. */
function doubleQuoted(source: string, start: number): { text: string; end: number } | { problem: string } {
  let text = '';
  for (let at = start; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '"') return { text, end: at + 1 };
    if (character === '\\' && at + 1 < source.length && '$`"\\\n'.includes(source[at + 1]!)) {
      at += 1;
      if (source[at] !== '\n') text += source[at];
    } else if (character === '`' || (character === '$' && !/^\$(NS\b|[\s"]|$)/.test(source.slice(at)))) {
      return { problem: `there is no shell to replace ${nameOf(source.slice(at))}: use single quotes if it is meant literally` };
    } else text += character;
  }
  return { problem: 'a " is not closed' };
}

const operators: Record<string, string> = { '|': 'a pipe', '<': 'a redirection', '>': 'a redirection', ';': 'a second command' };

function shellOnly(rest: string, startsWord: boolean): string | undefined {
  const character = rest[0]!;
  const operator = rest.startsWith('&') ? 'a second command or a background job' : operators[character];
  if (operator)
    return `${rest.startsWith('&&') || rest.startsWith('||') ? rest.slice(0, 2) : character} needs a shell (${operator}), and commands run without one`;
  if (character === '`' || character === '$')
    return `there is no shell to replace ${nameOf(rest)}: use single quotes if it is meant literally`;
  if (character === '(' || character === ')')
    return `${character} needs a shell, and commands run without one: quote it if it is meant literally`;
  if (character === '#' && startsWord) return 'a comment does not belong into a command';
  return undefined;
}

const nameOf = (rest: string) => /^(\$\(|\$\{?\w+\}?|\$.|`)/.exec(rest)?.[0] ?? rest[0];
