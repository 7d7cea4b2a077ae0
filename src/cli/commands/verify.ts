import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LabProof, secondsSince } from '../../drill/prove.ts';
import { proveCatalogue } from '../../drill/prove-catalogue.ts';
import { LabError, reasonOf } from '../../lab-error.ts';
import { proofsJunit } from '../../report/proofs-junit.ts';
import { annotate, annotationsOfProofs } from '../annotate.ts';
import type { CommandModule } from '../command.ts';
import type { VerifyDocument } from '../documents.ts';
import { drillOptions } from '../drills.ts';
import { labNamed, labsOf } from '../labs.ts';
import { proofLines } from '../proof-lines.ts';
import { proofTrace } from '../proof-trace.ts';
import { openProver, type Prover } from '../prover.ts';
import { selectLabs } from '../select-labs.ts';

interface VerifyOptions {
  name?: string;
  labs?: string[];
  json?: boolean;
  junit?: string;
  codeQuality?: string;
  parallel?: string;
  alsoOn?: string[];
  within?: string;
  atMost?: string;
  shard?: string;
  changedSince?: string;
  track?: string;
  trace?: boolean;
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
      .option('--code-quality <file>', "also write GitLab's code quality report, at the lines of lab.yaml")
      .option('--parallel <n>', 'pieces of proof that run side by side', '8')
      .option('--also-on <cluster...>', 'more clusters of kubedrill; labs that need one alone are proved there at the same time')
      .option('--within <minutes>', 'begin no further piece of proof after this time; what is left is reported as not proved')
      .option('--at-most <minutes>', 'break off what is under way after this time; it is reported as not proved, too')
      .option('--shard <i/n>', 'the i-th of n equal parts of the labs')
      .option('--trace', 'tell on stderr, with times, what each piece of proof does')
      .option('--changed-since <ref>', 'only labs whose files or graders changed since this git revision'),
  async run(ids, options: VerifyOptions, context) {
    const all = await labsOf(context, options.labs);
    const chosen = await selectLabs(ids.length > 0 ? ids.map((id) => labNamed(all, id)) : all, options, context);
    const width = Number(options.parallel ?? 8);
    if (!Number.isInteger(width) || width < 1)
      throw new LabError('usage', `--parallel takes a whole number from 1, not "${options.parallel}"`);
    const within = minutesOf('--within', options.within);
    const atMost = minutesOf('--at-most', options.atMost);
    const proofs: LabProof[] = [];
    const onProof = (proof: LabProof) => {
      proofs.push(proof);
      for (const line of proofLines(proof)) context.say(line);
    };
    const scratch = mkdtempSync(join(tmpdir(), 'kubedrill-verify-'));
    const provers: Prover[] = [];
    const unclean: string[] = [];
    const started = context.clock.now();
    const trace = options.trace ? proofTrace(context) : () => () => undefined;
    const inTime = () => context.clock.now() - started < Math.min(within, atMost) * 60_000;
    const deadline = Number.isFinite(atMost) ? AbortSignal.timeout(atMost * 60_000) : new AbortController().signal;
    try {
      // a change that touches no lab is no reason to ask for a cluster
      for (const name of chosen.length === 0 ? [] : [options.name, ...(options.alsoOn ?? [])])
        provers.push(await openProver(context, name, { scratch, deadline, trace }));
      await proveCatalogue(chosen, provers, { width, clock: context.clock, onProof, inTime, deadline, signal: context.signal });
    } finally {
      // what is proved is told also when a cluster cannot be cleaned up
      for (const prover of provers) await prover.close().catch((error: unknown) => unclean.push(reasonOf(error)));
      rmSync(scratch, { recursive: true, force: true });
    }
    proofs.sort((a, b) => chosen.findIndex((lab) => lab.id === a.id) - chosen.findIndex((lab) => lab.id === b.id));
    const ok = proofs.length === chosen.length && proofs.every((proof) => proof.ok);
    const wall = secondsSince(context.clock, started);
    const serial = proofs.reduce((sum, proof) => sum + proof.seconds, 0);
    if (options.junit) writeFileSync(options.junit, proofsJunit(proofs));
    annotate(annotationsOfProofs(proofs, chosen), options.codeQuality, context);
    if (options.json) context.json({ ok, labs: proofs, seconds: wall } satisfies VerifyDocument);
    else if (chosen.length === 0) context.print('nothing to prove: no lab is left');
    else
      context.print(
        `${proofs.filter((proof) => proof.ok).length} of ${chosen.length} labs proved in ${wall} s; one after the other it would have been ${Math.round(serial)} s`,
      );
    for (const reason of unclean) context.say(`kubedrill: not cleaned up: ${reason}\n  Look: kubedrill doctor`);
    if (unclean.length > 0) return 3;
    return ok ? 0 : proofs.some((proof) => !proof.ok && !proof.error) ? 1 : 3;
  },
};

function minutesOf(option: string, text: string | undefined): number {
  const minutes = text === undefined ? Number.POSITIVE_INFINITY : Number(text);
  if (Number.isNaN(minutes) || minutes < 0) throw new LabError('usage', `${option} takes minutes, not "${text}"`);
  return minutes;
}
