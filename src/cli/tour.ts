import { join } from 'node:path';
import { bringUp, openDrillFor, openHandle } from './cluster-handle.ts';
import type { CommandContext } from './command.ts';
import { nextLab } from './drills.ts';
import { labNamed, labsOf } from './labs.ts';
import { checkLines, plainLines } from './plain.ts';
import { sayProgress } from './progress.ts';

const tourLab = 'in-first-pod';

/**
 * Without a terminal: makes the cluster if need be, and plays one lab, its solution typed for the reader,
 * checks going from fail to pass on the real cluster. Exit code 0 when the lab passed.
 */
export async function tour(context: CommandContext, options: { name: string; yes: boolean; labs: string[] }): Promise<number> {
  const labs = await labsOf(context, options.labs);
  const lab = labNamed(labs, tourLab);
  await bringUp(context, options.name, sayProgress(context), context.signal, { yes: options.yes });
  const handle = await openHandle(context, options.name);
  try {
    context.print(
      `\nA short tour: the lab "${lab.title}" (${lab.id}), played for you on the cluster "${options.name}".\n\n${lab.brief.trim()}`,
    );
    const onEvent = (event: Parameters<typeof plainLines>[0]) => {
      if (event.type === 'check' || event.type === 'step' || event.type === 'finished') return;
      const { out, progress } = plainLines(event);
      for (const line of out ?? []) context.print(`  ${line}`);
      for (const line of progress ?? []) context.say(line);
    };
    const drill = await openDrillFor(
      handle,
      {
        id: lab.id,
        labs,
        onEvent,
        signal: context.signal,
        namespace: `tour-${lab.id}`,
        paths: { ...context.paths, state: join(context.paths.state, 'tour') },
      },
      context,
    );
    try {
      for (const [index, step] of drill.lab.steps.entries()) {
        context.print(`\nStep ${index + 1} of ${drill.lab.steps.length}: ${step.title}`);
        const ids = step.checks.map((check) => check.id);
        context.print('\n  Before:');
        for (const check of await drill.settle(ids, 1)) for (const line of checkLines(check)) context.print(line);
        context.print('\n  The solution, typed for you:');
        await drill.solve({ signal: context.signal });
        context.print('\n  After:');
        for (const check of drill.checksOf(step)) for (const line of checkLines(check)) context.print(line);
        await drill.next();
      }
      const checks = drill.state.checks;
      const passed = checks.filter((check) => check.verdict?.verdict === 'pass');
      const points = passed.reduce((sum, check) => sum + check.points, 0);
      const of = checks.reduce((sum, check) => sum + check.points, 0);
      context.print(`\n${passed.length} of ${checks.length} checks pass: ${points} of ${of} points, had you typed it yourself.`);
      context.print(
        `\nYour turn:\n  kubedrill                       the terminal UI, at a terminal\n  kubedrill start ${nextLab(labs, lab.id) ?? lab.id}    the next lab, line by line\n  kubedrill list                  all labs\n(from a clone: npm start -- <command>)`,
      );
      return passed.length === checks.length ? 0 : 1;
    } finally {
      await drill.abandon().finally(() => drill.close());
    }
  } finally {
    await handle.close();
  }
}
