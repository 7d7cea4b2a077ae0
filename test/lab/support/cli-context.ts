import { join } from 'node:path';
import type { CommandContext } from '../../../src/cli/command.ts';

/** A command's context whose output is kept; ports that authoring and listing never use throw. */
export function contextIn(folder: string): { context: CommandContext; printed: string[]; said: string[]; documents: unknown[] } {
  const printed: string[] = [];
  const said: string[] = [];
  const documents: unknown[] = [];
  const never = () => {
    throw new Error('not to be used');
  };
  const context = {
    run: never,
    clock: { now: never, sleep: never },
    paths: { state: join(folder, 'state'), cache: join(folder, 'cache') },
    env: {},
    signal: new AbortController().signal,
    home: folder,
    print: (line: string) => void printed.push(...line.split('\n')),
    say: (line: string) => void said.push(line),
    json: (document: unknown) => void documents.push(document),
  } as unknown as CommandContext;
  return { context, printed, said, documents };
}
