import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { LabError } from '../lab-error.ts';
import { clock } from '../system/clock.ts';
import { pathsFrom } from '../system/paths.ts';
import { run } from '../system/run.ts';
import { version } from '../version.ts';
import type { CommandContext, CommandModule } from './command.ts';
import { summaries } from './help.ts';
import { commands } from './index.generated.ts';

function contextOf(signal: AbortSignal): CommandContext {
  return {
    run,
    clock,
    paths: pathsFrom(process.env),
    env: process.env,
    signal,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    home: join(dirname(fileURLToPath(import.meta.url)), '..'),
    print: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
    json: (document) => void process.stdout.write(`${JSON.stringify(document, null, 2)}\n`),
  };
}

/** Builds the commander program of one command and runs it. */
async function runCommand(module: CommandModule, argv: string[], context: CommandContext): Promise<number> {
  let exitCode = 0;
  const command = new Command(`kubedrill ${module.name}`)
    .description(module.summary)
    .exitOverride()
    .addHelpText('after', `\nExample:\n  ${module.example}`);
  module.build(command);
  command.action(async () => {
    exitCode = await module.run(command.args, command.opts(), context);
  });
  await command.parseAsync(argv, { from: 'user' });
  return exitCode;
}

function report(error: unknown, context: CommandContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof LabError) {
    context.say(`kubedrill: ${error.message}`);
    if (error.hint) context.say(`  ${error.hint}`);
    return error.exitCode;
  }
  context.say(`kubedrill: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 3;
}

async function main(argv: string[]): Promise<number> {
  const stop = new AbortController();
  let interrupted = false;
  const interrupt = () => {
    // a second Ctrl+C does not wait for the clean-up
    if (interrupted) process.exit(130);
    interrupted = true;
    stop.abort(new LabError('interrupted', 'interrupted'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // started by the shim, which was killed: nobody waits for this process any more, and the terminal must be given back
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  const context = contextOf(stop.signal);
  const [name, ...rest] = argv;
  try {
    if (name === '--version' || name === '-V') {
      context.print(version);
      return 0;
    }
    if (name === '--help' || name === '-h' || name === 'help') {
      context.print(await summaries());
      return 0;
    }
    if (name !== undefined && !name.startsWith('-')) {
      const load = commands[name];
      if (!load) throw new LabError('usage', `there is no command "${name}"`, { hint: 'List them: kubedrill --help' });
      const code = await runCommand(await load(), rest, context);
      return interrupted ? 130 : code;
    }
    const { command } = await import('./commands/tui.ts');
    const code = await runCommand(command, argv, context);
    // the terminal UI says which signal ended it
    return interrupted && code < 128 ? 130 : code;
  } catch (error) {
    if (interrupted) {
      context.say('kubedrill: interrupted');
      return 130;
    }
    return report(error, context);
  }
}

/** Ends when all that was said has left the process: `process.exit` alone drops what a slow reader of a pipe has not taken yet. */
async function end(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    // a reader that went away takes nothing more: the callback comes with its error
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  process.exit(code);
}

main(process.argv.slice(2)).then(end, (error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return end(3);
});
