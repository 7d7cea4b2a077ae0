import { createInterface } from 'node:readline/promises';
import type { CommandContext } from './command.ts';

/** Asks a question at the terminal; only a clear yes is a yes. */
export async function ask(context: CommandContext, question: string): Promise<boolean> {
  const lines = createInterface({ input: context.stdin, output: context.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: context.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
