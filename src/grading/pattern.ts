import { RE2JS } from 're2js';
import { z } from 'zod';

/** A regular expression that matches in linear time, whatever a lab or an answer holds. */
export interface Pattern {
  test(text: string): boolean;
  /** The first match with its groups, `undefined` when there is none. */
  find(text: string): { match: string; groups: string[] } | undefined;
}

const compiled = new Map<string, Pattern>();

/** Compiles (once) a pattern in RE2's syntax, multi-line. Throws `SyntaxError` for a broken one. @see https://github.com/google/re2/wiki/Syntax */
export function patternOf(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  let re: RE2JS;
  try {
    re = RE2JS.compile(source, RE2JS.MULTILINE);
  } catch (error) {
    throw new SyntaxError(`the pattern ${source} is broken: ${error instanceof Error ? error.message : String(error)}`);
  }
  const pattern: Pattern = {
    test: (text) => re.matcher(text).find(),
    find(text) {
      const matcher = re.matcher(text);
      if (!matcher.find()) return undefined;
      const groups = Array.from({ length: matcher.groupCount() }, (_, index) => matcher.group(index + 1) ?? '');
      return { match: matcher.group() ?? '', groups };
    },
  };
  if (compiled.size > 500) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

/** A pattern as a parameter of a grader: checked when the lab is loaded. */
export const patternText = z
  .string()
  .min(1)
  .refine(
    (text) => {
      try {
        patternOf(text);
        return true;
      } catch {
        return false;
      }
    },
    { error: 'not a regular expression (RE2 syntax)' },
  );
