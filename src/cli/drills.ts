import type { Command } from 'commander';
import { gradersById } from '../../graders/index.generated.ts';
import { defaultClusterName, openOwnedCluster } from '../cluster/open.ts';
import type { DrillEvent } from '../drill/events.ts';
import { type DrillSession, openDrill } from '../drill/session.ts';
import { openFaultDesk } from '../faults/desk.ts';
import type { Lab } from '../lab/schema.ts';
import { clusterLockPath, type Lock, waitForLock } from '../store/lock.ts';
import { processes } from '../store/processes.ts';
import { expectWritable } from '../system/files.ts';
import type { CommandContext } from './command.ts';
import { labNamed, labsOf } from './labs.ts';
import { plainLines } from './plain.ts';
import { recorderOf } from './recorder.ts';
import { expectNotTaken, replayLeft } from './under-way.ts';

export interface DrillCommandOptions {
  name?: string;
  labs?: string[];
  json?: boolean;
}

/** Prints events as plain lines, or as JSON lines. */
export const printer =
  (context: CommandContext, json: boolean, quietChecks = false) =>
  (event: DrillEvent) => {
    if (json) return context.print(JSON.stringify(event));
    if (quietChecks && event.type === 'check') return;
    const { out, progress } = plainLines(event);
    for (const line of out ?? []) context.print(line);
    for (const line of progress ?? []) context.say(line);
  };

/** The lab after this one in the catalogue's order. */
export function nextLab(labs: readonly Lab[], id: string): string | undefined {
  const index = labs.findIndex((lab) => lab.id === id);
  return index < 0 ? undefined : labs[index + 1]?.id;
}

/** Another command may be about to end; a terminal UI is not. */
const lockBoundMs = 10_000;

/**
 * Opens the lab's drill on the owned cluster, hands it over, and leaves it in order whatever happens.
 * Who acts holds the cluster against every other kubedrill meanwhile; `watchOnly` does not act. `afresh`: what was injected by hand goes.
 */
export async function withDrill(
  labId: string,
  options: DrillCommandOptions & {
    onEvent: (event: DrillEvent) => void;
    keepFaults?: boolean;
    recording?: 'own' | 'follow' | 'none';
    live?: boolean;
    watchOnly?: boolean;
    afresh?: boolean;
  },
  context: CommandContext,
  act: (session: DrillSession) => Promise<number>,
): Promise<number> {
  const labs = await labsOf(context, options.labs);
  const lab = labNamed(labs, labId);
  expectWritable(context.paths.state);
  const lock = options.watchOnly ? undefined : await holdCluster(options.name, context);
  try {
    return await onHeldCluster(lab, labs, options, context, act);
  } finally {
    lock?.release();
  }
}

const holdCluster = (name: string | undefined, context: CommandContext): Promise<Lock> =>
  waitForLock(
    clusterLockPath(context.paths, name ?? defaultClusterName),
    { ...processes.self(), command: `kubedrill ${process.argv.slice(2).join(' ')}`.trim() },
    {
      boundMs: lockBoundMs,
      clock: context.clock,
      signal: context.signal,
      onWait: ({ command, pid }) => context.say(`waiting for "${command}" (process ${pid}), at most ${lockBoundMs / 1000} s`),
    },
  );

async function onHeldCluster(
  lab: Lab,
  labs: readonly Lab[],
  options: Parameters<typeof withDrill>[1],
  context: CommandContext,
  act: (session: DrillSession) => Promise<number>,
): Promise<number> {
  const cluster = await openOwnedCluster(context, options.name);
  try {
    const faults = await openFaultDesk({ context, cluster, onEvent: options.onEvent });
    try {
      if (!options.watchOnly) {
        expectNotTaken(context, cluster, lab.id);
        await replayLeft(faults, context.paths, lab.id, options.afresh ?? false);
      }
      const recording = options.recording ?? (recorderOf(context, lab.id) ? 'follow' : 'none');
      const keepFaults = options.keepFaults ?? false;
      const opening = {
        lab,
        cluster,
        faults,
        paths: context.paths,
        run: context.run,
        clock: context.clock,
        env: context.env,
        signal: context.signal,
        gradersById,
        recording,
        live: options.live ?? false,
        watchOnly: options.watchOnly,
        next: nextLab(labs, lab.id),
        onEvent: options.onEvent,
      };
      const session = await openDrill(opening, keepFaults);
      try {
        return await act(session);
      } finally {
        await session.close(keepFaults);
      }
    } finally {
      await faults.close();
    }
  } finally {
    await cluster.close();
  }
}

/** Options that every command about a drill has. */
export function drillOptions(command: Command): Command {
  return command
    .option('--name <cluster>', 'name of the cluster', 'kubedrill')
    .option('--labs <folder...>', 'also take labs from these folders (data only)')
    .option('--json', 'events as JSON lines, results as JSON');
}
