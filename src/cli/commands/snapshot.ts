import { resolve } from 'node:path';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import type { CommandModule } from '../command.ts';
import type { SnapshotDocument } from '../documents.ts';
import { labsNamed } from '../labs.ts';
import { registry } from '../registry.ts';

interface SnapshotOptions {
  learner?: string;
  out?: string;
  name?: string;
  labs?: string[];
  json?: boolean;
}

/** Makes an archive of a drill, to be handed in and graded elsewhere. */
export const command: CommandModule = {
  name: 'snapshot',
  summary: 'make an archive of a drill, to be graded elsewhere',
  group: 'teach',
  example: 'kubedrill snapshot bf-port-mismatch --learner ada',
  build: (command) =>
    void command
      .argument('<lab>', 'id of the lab that is under way')
      .option('--learner <id>', 'whose work it is; part of the file name')
      .option('--out <file>', 'default: <learner>.<lab>.snapshot.zip')
      .option('--name <cluster>', 'name of the cluster', 'kubedrill')
      .option('--labs <folder...>', 'also take labs from these folders (data only)')
      .option('--json', 'what was made, as JSON'),
  async run(ids, options: SnapshotOptions, context) {
    const [lab] = (await labsNamed(context, ids, options.labs)) as [Lab];
    const { learner } = options;
    if (learner !== undefined && !/^[^\p{C}/\\]{1,100}$/u.test(learner)) {
      throw new LabError('usage', `--learner takes an id without slashes, not ${JSON.stringify(learner)}`);
    }
    const { openOwnedCluster } = await import('../../cluster/open.ts');
    const { drillSource } = await import('../../batch/snapshots/drill-source.ts');
    const { takeSnapshot } = await import('../../batch/snapshots/take.ts');
    const { packSnapshot } = await import('../../batch/snapshots/pack.ts');
    const { writeZip } = await import('../../batch/snapshots/write-zip.ts');
    const { writeBytes } = await import('../../batch/snapshots/write-bytes.ts');
    const { version } = await import('../../version.ts');
    const cluster = await openOwnedCluster(context, options.name);
    try {
      context.say('Looking at the cluster as grading does; what is on its way gets its time ...');
      const { snapshot, graded } = await takeSnapshot({
        lab,
        learner,
        kubedrill: version,
        api: cluster.api,
        graders: registry.graders,
        cluster: cluster.facts,
        ...drillSource(context.paths, lab),
        clock: context.clock,
        signal: context.signal,
      });
      const bytes = writeZip(packSnapshot(snapshot));
      const path = resolve(options.out ?? `${learner ? `${learner}.` : ''}${lab.id}.snapshot.zip`);
      const sha256 = writeBytes(path, bytes);
      const score =
        graded.outcome === 'graded'
          ? { score: graded.score, of: graded.of, ungraded: graded.ungraded }
          : { score: null, of: null, ungraded: [] };
      if (options.json) {
        const { looks } = snapshot;
        context.json({ lab: lab.id, path, sha256, bytes: bytes.length, looks: looks.length, ...score } satisfies SnapshotDocument);
      } else {
        context.print(
          `${path}  ${Math.ceil(bytes.length / 1024)} KiB, ${snapshot.looks.length} ${snapshot.looks.length === 1 ? 'look' : 'looks'}`,
        );
        context.print(`sha256 ${sha256}`);
        if (graded.outcome === 'graded') {
          const left = graded.ungraded.length > 0 ? `; only a live cluster can show ${graded.ungraded.join(', ')}` : '';
          context.print(`What it shows: ${graded.score} of ${graded.of} points${left}`);
        } else context.print(`What it shows cannot be graded: ${graded.reason}`);
      }
      return 0;
    } finally {
      await cluster.close();
    }
  },
};
