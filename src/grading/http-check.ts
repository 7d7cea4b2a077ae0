import { z } from 'zod';
import { patternOf, patternText } from './pattern.ts';
import type { HttpAnswer, Probes } from './probes.ts';
import { mustSee } from './see.ts';
import { allOf, fail, pass, type Verdict } from './verdict.ts';
import { count, shown } from './words.ts';

/** What is asked and what the answers must be; shared by the graders that speak HTTP. */
export const httpShape = {
  path: z.string().regex(/^\//, 'a path that begins with /').default('/'),
  count: z.number().int().min(1).max(300).default(1).describe('Requests, each on a fresh connection.'),
  status: z.number().int().min(100).max(599).default(200),
  body: patternText.optional().describe('A pattern (RE2) that every body matches.'),
  bodyIs: z.string().optional().describe('Every body, exactly, save white space at its ends.'),
  minOk: z.number().int().min(1).optional().describe('How many of the answers must be right. Default: all.'),
  increasing: z
    .strictObject({
      pattern: patternText.describe('With one group that holds a number.'),
      by: z.enum(['one', 'any']).default('one').describe('`one`: each number is one more than the one before; `any`: more than it.'),
    })
    .optional()
    .describe('The numbers in the bodies grow from request to request.'),
  timeoutMs: z.number().int().min(100).max(10_000).default(2000),
};

export interface HttpExpectation {
  path: string;
  count: number;
  status: number;
  body?: string;
  bodyIs?: string;
  minOk?: number;
  increasing?: { pattern: string; by: 'one' | 'any' };
  timeoutMs: number;
}

const words: Record<NonNullable<HttpAnswer['errorKind']>, string> = {
  refused: 'connection refused (nobody listens there)',
  timeout: 'no answer in time',
  nxdomain: 'no such name (NXDOMAIN)',
  reset: 'connection reset',
  eof: 'connection closed without an answer',
  other: 'no answer',
};

/** What is wrong with one answer, `undefined` when nothing is. */
function wrongWith(answer: HttpAnswer, expected: HttpExpectation): { observed: string; expected: string } | undefined {
  const wanted = `HTTP ${expected.status}`;
  if (answer.status === 0) {
    return { observed: answer.errorKind ? words[answer.errorKind] : shown(answer.error ?? 'no answer'), expected: wanted };
  }
  if (answer.status !== expected.status) return { observed: `HTTP ${answer.status}: ${shown(answer.body, 60)}`, expected: wanted };
  if (expected.body !== undefined && !patternOf(expected.body).test(answer.body)) {
    return { observed: `body ${shown(answer.body, 80)}`, expected: `a body that matches ${expected.body}` };
  }
  if (expected.bodyIs !== undefined && answer.body.trim() !== expected.bodyIs.trim()) {
    return { observed: `body ${shown(answer.body, 80)}`, expected: `the body ${shown(expected.bodyIs, 80)}` };
  }
  return undefined;
}

/** Judges the answers that came from one address. */
export function judgeAnswers(answers: readonly HttpAnswer[], expected: HttpExpectation, where: { url: string; look: string }): Verdict {
  const { url, look } = where;
  const field = `GET ${url}`;
  const wrongs = answers.flatMap((answer) => wrongWith(answer, expected) ?? []);
  const right = answers.length - wrongs.length;
  const needed = expected.minOk ?? expected.count;
  const [first] = wrongs;
  if (right < needed || answers.length === 0) {
    const many = answers.length > 1 ? `${wrongs.length} of ${count(answers.length, 'request')}: ` : '';
    return fail({
      observed: first ? `${many}${first.observed}` : 'no answers',
      expected: first?.expected ?? `${needed} answers`,
      field,
      look,
    });
  }
  if (expected.increasing) {
    const broken = notIncreasing(
      answers.map((answer) => answer.body),
      expected.increasing,
    );
    if (broken) return fail({ ...broken, field, look });
  }
  return pass(`${url}: ${right} of ${count(answers.length, 'request')} answered HTTP ${expected.status}`);
}

/** Where a series of numbers in texts does not grow as it must, `undefined` when it does. */
export function notIncreasing(
  texts: readonly string[],
  rule: { pattern: string; by: 'one' | 'any' },
): { observed: string; expected: string } | undefined {
  const pattern = patternOf(rule.pattern);
  const expected = rule.by === 'one' ? 'each number is one more than the one before' : 'each number is more than the one before';
  const numbers: number[] = [];
  for (const text of texts) {
    const found = pattern.find(text);
    const number = Number(found?.groups[0] ?? found?.match);
    if (!found || !Number.isFinite(number)) return { observed: `no number in ${shown(text, 60)}`, expected: `a number by ${rule.pattern}` };
    const last = numbers.at(-1);
    if (last !== undefined && (rule.by === 'one' ? number !== last + 1 : number <= last))
      return { observed: `${last}, then ${number}`, expected };
    numbers.push(number);
  }
  return undefined;
}

/** Asks one address as often as it is wanted. Throws `CannotSee` when the probe could not ask. */
export async function askAnswers(probes: Probes, url: string, expected: HttpExpectation, host?: string): Promise<HttpAnswer[]> {
  // numbers that grow from request to request are asked for one after the other; those that grow by one, without another check in between
  const order = expected.increasing ? { concurrency: 1, ...(expected.increasing.by === 'one' ? { alone: true } : {}) } : {};
  return mustSee(await probes.http({ url, count: expected.count, timeoutMs: expected.timeoutMs, ...order, ...(host ? { host } : {}) }));
}

/** Asks and judges several addresses; all of them must be right. */
export async function gradeUrls(
  probes: Probes,
  urls: readonly string[],
  expected: HttpExpectation,
  options: { look: string; host?: string },
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const url of urls) {
    const verdict = judgeAnswers(await askAnswers(probes, url, expected, options.host), expected, { url, look: options.look });
    if (verdict.verdict !== 'pass') return verdict;
    verdicts.push(verdict);
  }
  return allOf(verdicts);
}

/** `10.0.0.1` or `[fd00::1]`, as a URL wants it. */
export const hostInUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);
