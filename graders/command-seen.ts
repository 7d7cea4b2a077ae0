import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { pasteable, seconds } from '../src/grading/words.ts';

/** The time of a typed command is known to a second. */
const slackMs = 1000;

/** The learner typed a command, and how it ended. Its text is never graded: it differs from platform to platform. Use `latch: true`. */
export default defineGrader({
  id: 'command-seen',
  says: 'During the drill a command with these words was typed and ended as it must, perhaps while the API server was away.',
  params: z.strictObject({
    argvContains: z.array(z.string().min(1)).min(1).describe('Words that the command holds, in this order.'),
    anyOf: z.array(z.string().min(1)).optional().describe('At least one of these words is in it, too.'),
    exit: z.enum(['zero', 'non-zero', 'any']).default('any'),
    whileApi: z.enum(['away', 'answering']).optional(),
    afterCheck: z.string().min(1).optional().describe('After this check has passed.'),
  }),
  reads: [],
  looks: 'recorded',
  example: '{grader: command-seen, latch: true, with: {argvContains: [kubectl, apply], exit: non-zero, whileApi: away}}',
  grade({ params, timeline }) {
    const recorded = timeline();
    const { argvContains, anyOf, exit, whileApi, afterCheck } = params;
    const wanted = [
      pasteable(argvContains),
      ...(anyOf ? [`with ${anyOf.join(' or ')}`] : []),
      ...(exit === 'any' ? [] : [exit === 'zero' ? 'that succeeds' : 'that fails']),
      ...(whileApi ? [`while the API server is ${whileApi}`] : []),
      ...(afterCheck ? [`after ${afterCheck}`] : []),
    ].join(' ');
    const away: { from: number; to: number }[] = [];
    let checkAt: number | undefined;
    let last: { argv: string[]; why: string } | undefined;
    const entries = recorded.entries();
    for (const entry of entries) {
      if (entry.type !== 'api') continue;
      const open = away.at(-1);
      if (entry.state === 'away' && (!open || open.to !== Number.POSITIVE_INFINITY))
        away.push({ from: entry.at, to: Number.POSITIVE_INFINITY });
      if (entry.state === 'answering' && open?.to === Number.POSITIVE_INFINITY) open.to = entry.at;
    }
    for (const entry of entries) {
      if (entry.type === 'check-passed' && entry.check === afterCheck) checkAt ??= entry.at;
      if (entry.type !== 'command' || !holdsInOrder(entry.argv, argvContains)) continue;
      if (anyOf && !anyOf.some((word) => entry.argv.includes(word))) continue;
      const wasAway = away.some((stretch) => entry.at + slackMs >= stretch.from && entry.at - slackMs <= stretch.to);
      const surelyAway = away.some((stretch) => entry.at >= stretch.from && entry.at - slackMs <= stretch.to);
      const why =
        exit !== 'any' && (entry.exitCode === 0) !== (exit === 'zero')
          ? `it ended with exit code ${entry.exitCode}`
          : whileApi === 'away' && !wasAway
            ? 'the API server was answering'
            : whileApi === 'answering' && surelyAway
              ? 'the API server was away'
              : afterCheck !== undefined && (checkAt === undefined || entry.at + slackMs < checkAt)
                ? `${afterCheck} had not passed`
                : undefined;
      if (why === undefined)
        return pass(
          `${pasteable(entry.argv)} ended with exit code ${entry.exitCode}, ${seconds(entry.at - recorded.since)} into the drill`,
        );
      last = { argv: entry.argv, why };
    }
    if (last) return fail({ observed: `${pasteable(last.argv)}: ${last.why}`, expected: wanted });
    return waiting({ observed: 'no such command yet', expected: wanted });
  },
});

function holdsInOrder(argv: readonly string[], words: readonly string[]): boolean {
  let next = 0;
  for (const word of argv) if (word === words[next]) next += 1;
  return next === words.length;
}
