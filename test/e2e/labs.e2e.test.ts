import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabProof } from '../../src/drill/prove.ts';
import { aloneClusters } from './cluster.ts';
import { kubedrill } from './kubedrill.ts';

const labs = join(import.meta.dirname, '..', '..', 'labs');
const ids = readdirSync(labs, { withFileTypes: true })
  .filter((track) => track.isDirectory())
  .flatMap((track) => readdirSync(join(labs, track.name)))
  .sort();

let proofs: LabProof[] = [];

describe('every lab of the catalogue, on the real cluster', () => {
  beforeAll(async () => {
    const { stdout, stderr } = await kubedrill(['verify', '--json', '--also-on', ...aloneClusters], { timeoutMs: 2_700_000 });
    console.error(stderr);
    proofs = (JSON.parse(stdout) as { labs: LabProof[] }).labs;
  }, 2_700_000);

  it.each(ids)('%s is proved: untouched it fails, its solution passes, its wrong fixes fail, reset restores it', (id) => {
    const proof = proofs.find((one) => one.id === id);
    expect(proof, `${id} was not proved at all`).toBeDefined();
    const { ok, error, untouched, solution, wrong, reset } = proof as LabProof;
    const notes = [
      error ?? '',
      ...untouched.notes,
      ...solution.notes,
      ...wrong.flatMap((one) => one.notes.map((note) => `${one.id}: ${note}`)),
      ...reset.difference,
    ].filter(Boolean);
    expect({ ok, notes }).toEqual({ ok: true, notes: [] });
  });
});
