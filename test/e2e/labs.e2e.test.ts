import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabProof } from '../../src/drill/prove.ts';
import { aloneCluster, proofCluster } from './cluster.ts';
import { kubedrill } from './kubedrill.ts';

const labs = join(import.meta.dirname, '..', '..', 'labs');
const ids = readdirSync(labs, { withFileTypes: true })
  .filter((track) => track.isDirectory())
  .flatMap((track) => readdirSync(join(labs, track.name)))
  .sort();

/** Minutes that are kept for a second look at those that did not hold, and for taking the clusters away. */
const minutes = { second: 8, end: 2 };
/** What `npm test` has for the proofs, or an hour when this file is run by itself. */
const until = Number(process.env.KUBEDRILL_TEST_UNTIL ?? Date.now() + 60 * 60_000);
const minutesLeft = () => Math.max(1, Math.floor((until - Date.now()) / 60_000 - minutes.end));
const proofs = new Map<string, LabProof>();
/** All that speaks against a lab. */
const notesOf = ({ error, untouched, solution, wrong, reset }: LabProof): string[] =>
  [
    error ?? '',
    ...untouched.notes,
    ...solution.notes,
    ...wrong.flatMap((one) => one.notes.map((note) => `${one.id}: ${note}`)),
    ...reset.difference,
  ].filter(Boolean);
/** Nothing speaks against it but that there was no time. */
const lateBy = (proof: LabProof | undefined) =>
  proof?.error !== undefined && notesOf(proof).every((note) => note.split('; ').every((one) => one.endsWith('not proved: out of time')));

async function prove(which: readonly string[], parallel: number, { within, atMost }: { within: number; atMost: number }): Promise<void> {
  const bounds = ['--within', String(within), '--at-most', String(atMost)];
  const { code, stdout, stderr } = await kubedrill(
    ['verify', ...which, '--json', ...bounds, '--parallel', String(parallel), '--also-on', aloneCluster, proofCluster],
    // what is broken off is cleaned up, and the faults that it had in force are undone
    { timeoutMs: (atMost + 8) * 60_000 },
  );
  console.error(stderr);
  if (!stdout) throw new Error(`verify ended with ${code} and told nothing: ${stderr.slice(-2000)}`);
  // a second look that came too late leaves the first one as it was
  for (const proof of (JSON.parse(stdout) as { labs: LabProof[] }).labs)
    if (!proofs.has(proof.id) || !lateBy(proof)) proofs.set(proof.id, proof);
}

describe('every lab of the catalogue, on the real cluster', () => {
  let within = 0;
  beforeAll(async () => {
    // a third cluster costs a fifth of a processor even when nothing runs in it: it is there for the proofs only
    const up = await kubedrill(['up', '--yes', '--name', proofCluster], { onCluster: false, timeoutMs: 400_000 });
    expect(up.code, up.stderr).toBe(0);
    within = Math.max(1, minutesLeft() - minutes.second);
    // what has begun may take its minutes; what takes longer than all that is left is broken off
    await prove([], 6, { within, atMost: within + minutes.second / 2 });
    // a busy machine can break a proof that holds; one that fails twice is wrong
    const broken = ids.filter((id) => !proofs.get(id)?.ok && !lateBy(proofs.get(id)));
    if (broken.length === 0) return;
    console.error(`A second look at what did not hold: ${broken.join(', ')}`);
    const left = minutesLeft();
    await prove(broken, 3, { within: left, atMost: left });
  }, 6_000_000);
  afterAll(async () => {
    if (process.env.KUBEDRILL_KEEP_TEST_CLUSTER !== '1')
      await kubedrill(['down', '--yes', '--name', proofCluster], { onCluster: false, timeoutMs: 120_000 });
  }, 130_000);

  it.for(ids)('%s is proved: untouched it fails, its solution passes, its wrong fixes fail, reset restores it', (id, { skip }) => {
    const proof = proofs.get(id);
    expect(proof, `${id} was not proved at all`).toBeDefined();
    if (lateBy(proof)) skip(`${id} was not proved within ${within} minutes`);
    const { ok } = proof as LabProof;
    const notes = notesOf(proof as LabProof);
    expect({ ok, notes }).toEqual({ ok: true, notes: [] });
  });
});
