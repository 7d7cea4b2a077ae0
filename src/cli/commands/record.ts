import { defaultClusterName } from '../../cluster/open.ts';
import { readRecord } from '../../cluster/records.ts';
import { drillFiles, loadDrill } from '../../store/drills.ts';
import { acquireLock } from '../../store/lock.ts';
import { processes } from '../../store/processes.ts';
import type { CommandModule } from '../command.ts';
import { type DrillCommandOptions, drillOptions, withDrill } from '../drills.ts';

const lookEveryMs = 2000;

/** Watches a drill for its recorded checks until it or its cluster is over; `start` runs it in the background. */
export const command: CommandModule = {
  name: 'record',
  summary: 'watch a started lab for its recorded checks (start does this by itself)',
  group: 'learn',
  example: 'kubedrill record in-scale-and-spread',
  build: (command) => void drillOptions(command).argument('<lab>', 'id of the lab'),
  async run([lab = ''], options: DrillCommandOptions, context) {
    const lock = acquireLock(drillFiles(context.paths, lab).recorder, { command: `kubedrill record ${lab}`, ...processes.self() });
    try {
      return await withDrill(
        lab,
        { ...options, onEvent: () => undefined, recording: 'own', live: true, keepFaults: true, watchOnly: true },
        context,
        async () => {
          // the cluster of today: one that is made anew under the same name is another
          const cluster = () => readRecord(context.paths, options.name ?? defaultClusterName)?.id;
          const recorded = cluster();
          while (!context.signal.aborted && loadDrill(context.paths, lab)?.phase === 'running' && cluster() === recorded)
            await context.clock.sleep(lookEveryMs, context.signal);
          return 0;
        },
      );
    } finally {
      lock.release();
    }
  },
};
