import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gradersById } from '../../../graders/index.generated.ts';
import { openOwnedCluster } from '../../cluster/open.ts';
import { unmetNeeds } from '../../drill/needs.ts';
import { joinProof, type LabProof, type OpenFresh, proofTasks, secondsSince, sideBySide } from '../../drill/prove.ts';
import { openDrill } from '../../drill/session.ts';
import { openFaultDesk } from '../../faults/desk.ts';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import { proofsJunit } from '../../report/proofs-junit.ts';
import type { CommandModule } from '../command.ts';
import { drillOptions } from '../drills.ts';
import { labNamed, labsOf } from '../labs.ts';
import { proofLines } from '../proof-lines.ts';
import { selectLabs } from '../select-labs.ts';

interface VerifyOptions {
  name?: string;
  labs?: string[];
  json?: boolean;
  junit?: string;
  parallel?: string;
  shard?: string;
  changedSince?: string;
  track?: string;
}

/** Proves labs on the real cluster: untouched fails, the solution passes, wrong fixes fail as declared, reset restores. */
export const command: CommandModule = {
  name: 'verify',
  summary: 'prove labs on the real cluster',
  group: 'prove',
  example: 'kubedrill verify in-first-pod bf-port-mismatch --junit proofs.xml',
  build: (command) =>
    void drillOptions(command)
      .argument('[lab...]', 'ids of labs; all without')
      .option('--track <track>', 'only the labs of this track')
      .option('--junit <file>', 'also write a JUnit report')
      .option('--parallel <n>', 'pieces of proof that run side by side', '8')
      .option('--shard <i/n>', 'the i-th of n equal parts of the labs')
      .option('--changed-since <ref>', 'only labs whose files or graders changed since this git revision'),
  async run(ids, options: VerifyOptions, context) {
    const all = labsOf(context, options.labs);
    const chosen = await selectLabs(ids.length > 0 ? ids.map((id) => labNamed(all, id)) : all, options, context);
    const width = Number(options.parallel ?? 8);
    if (!Number.isInteger(width) || width < 1)
      throw new LabError('usage', `--parallel takes a whole number from 1, not "${options.parallel}"`);
    const cluster = await openOwnedCluster(context, options.name);
    const faults = await openFaultDesk({ context, cluster, onEvent: () => undefined });
    const scratch = mkdtempSync(join(tmpdir(), 'kubedrill-verify-'));
    const started = context.clock.now();
    try {
      const openFor =
        (lab: Lab): OpenFresh =>
        (suffix) =>
          openDrill({
            lab,
            cluster,
            faults,
            paths: { state: join(scratch, `${lab.id}${suffix}`), cache: context.paths.cache },
            namespace: `verify-${lab.id}${suffix}`.slice(0, 63),
            run: context.run,
            clock: context.clock,
            env: context.env,
            signal: context.signal,
            gradersById,
            recording: 'own',
            live: true,
          });
      const proofs: LabProof[] = [];
      const prove = async (labs: readonly Lab[], lanes: number) => {
        const tasks = labs.flatMap((lab) => proofTasks(lab, openFor(lab)).map((task) => ({ lab, task })));
        const pieces = new Map<string, (Partial<LabProof> | { error: string })[]>();
        const from = new Map<string, number>();
        await sideBySide(
          tasks,
          lanes,
          async ({ lab, task }) => {
            from.set(lab.id, from.get(lab.id) ?? context.clock.now());
            const piece = await task
              .run()
              .catch((error: unknown) => ({ error: `${task.name}: ${error instanceof Error ? error.message : String(error)}` }));
            const done = [...(pieces.get(lab.id) ?? []), piece];
            pieces.set(lab.id, done);
            if (done.length <= lab.wrong.length) return;
            const proof = joinProof(lab, done, secondsSince(context.clock, from.get(lab.id) as number));
            proofs.push(proof);
            for (const line of proofLines(proof)) context.say(line);
          },
          context.signal,
        );
      };
      const impossible = chosen.map((lab) => ({ lab, why: unmetNeeds(lab, cluster.facts) })).filter(({ why }) => why.length > 0);
      for (const { lab, why } of impossible) {
        const proof = joinProof(lab, [{ error: `cannot run on this cluster: ${why.join('; ')}` }], 0);
        proofs.push(proof);
        for (const line of proofLines(proof)) context.say(line);
      }
      const possible = chosen.filter((lab) => !impossible.some((one) => one.lab === lab));
      await prove(
        possible.filter((lab) => !lab.exclusive),
        width,
      );
      await prove(
        possible.filter((lab) => lab.exclusive),
        1,
      );
      proofs.sort((a, b) => chosen.findIndex((lab) => lab.id === a.id) - chosen.findIndex((lab) => lab.id === b.id));
      const ok = proofs.length === chosen.length && proofs.every((proof) => proof.ok);
      const serial = proofs.reduce((sum, proof) => sum + proof.seconds, 0);
      const wall = secondsSince(context.clock, started);
      if (options.junit) writeFileSync(options.junit, proofsJunit(proofs));
      if (options.json) context.json({ ok, labs: proofs, seconds: wall });
      else
        context.print(
          `${proofs.filter((proof) => proof.ok).length} of ${chosen.length} labs proved in ${wall} s (${serial.toFixed(0)} s of proof)`,
        );
      return ok ? 0 : proofs.some((proof) => !proof.ok && !proof.error) ? 1 : 3;
    } finally {
      await faults.close();
      await cluster.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};
