import type { Command } from 'commander';
import type { Clock } from '../system/clock.ts';
import type { Paths } from '../system/paths.ts';
import type { Run } from '../system/run.ts';

/** What every command gets: the ports, made once in `cli/main.ts`. */
export interface CommandContext {
  run: Run;
  clock: Clock;
  paths: Paths;
  env: Record<string, string | undefined>;
  /** Aborts on Ctrl+C and SIGTERM. */
  signal: AbortSignal;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Folder of the installed kubedrill, with labs/ and images/. */
  home: string;
  /** Writes a line of the result to stdout. */
  print(line: string): void;
  /** Writes a line of progress or advice to stderr. */
  say(line: string): void;
  /** Writes one JSON document to stdout. */
  json(document: unknown): void;
}

/** One command; one file in `cli/commands/`. `build` adds its options to a commander command, `run` returns the exit code. */
export interface CommandModule {
  name: string;
  /** One line for `kubedrill --help`. */
  summary: string;
  /** Place in the help: learners first. */
  group: 'learn' | 'cluster' | 'faults' | 'prove' | 'teach' | 'author';
  example: string;
  build(command: Command): void;
  run(args: string[], options: Record<string, unknown>, context: CommandContext): Promise<number>;
}
