import { describe, expect, it } from 'vitest';
import type { LabProof } from '../../src/drill/prove.ts';
import { type CatalogueOptions, type ProofCluster, proveCatalogue } from '../../src/drill/prove-catalogue.ts';
import type { DrillSession } from '../../src/drill/session.ts';
import { fail } from '../../src/grading/verdict.ts';
import type { Lab } from '../../src/lab/schema.ts';
import { LabError } from '../../src/lab-error.ts';
import { FakeClock } from '../support/fake-clock.ts';

const lab = (id: string, exclusive: boolean, wrong = 0): Lab =>
  ({
    id,
    exclusive,
    needs: { ingress: false },
    setup: [],
    steps: [{ id: 'only', solution: [], checks: [] }],
    wrong: Array.from({ length: wrong }, (_, n) => ({
      id: `w${n}`,
      step: 'only',
      run: exclusive ? ['@pause {{worker0}}'] : [],
      mustFail: ['C1'],
    })),
    files: {},
  }) as unknown as Lab;

/** Clusters whose drills take a moment each; `together` names those that ran beside one that needs its cluster alone. */
function fakeClusters(names: string[], unmet: string[] = [], broken: string[] = []) {
  const ran: string[] = [];
  const together: string[] = [];
  const clusters = names.map((name): ProofCluster => {
    const running: Lab[] = [];
    return {
      unmet: () => unmet,
      drills: (which) => (suffix) =>
        ({
          lab: which,
          fingerprint: {},
          currentStep: () => which.steps[0],
          advance: async () => undefined,
          runCommands: async () => undefined,
          settle: async (ids: string[]) => ids.map((id) => ({ id, verdict: fail({ observed: 'no', expected: 'yes' }) })),
          reset: async () => undefined,
          open: async () => {
            ran.push(`${name}: ${which.id}${suffix}`);
            if (running.some((other) => other.exclusive || which.exclusive))
              together.push(`${which.id} beside ${running.map(({ id }) => id)}`);
            running.push(which);
            await new Promise((next) => setTimeout(next, 5));
          },
          abandon: async () => {
            running.splice(running.indexOf(which), 1);
            if (broken.includes(name)) throw new LabError('recovery-failed', `not undone on ${name}`);
          },
          close: async () => undefined,
        }) as unknown as DrillSession,
    };
  });
  return { clusters, ran, together };
}

async function prove(labs: Lab[], clusters: ProofCluster[], more: Partial<CatalogueOptions> = {}) {
  const proofs: LabProof[] = [];
  const signal = new AbortController().signal;
  await proveCatalogue(labs, clusters, {
    width: 2,
    clock: new FakeClock(),
    onProof: (proof) => proofs.push(proof),
    inTime: () => true,
    deadline: signal,
    signal,
    ...more,
  });
  return proofs;
}

describe('the proof of a catalogue', () => {
  const labs = [lab('one', false, 1), lab('two', false), lab('alone', true, 2), lab('lonely', true, 1)];

  it('puts every piece of each lab together, once', async () => {
    const { clusters } = fakeClusters(['a', 'b', 'c']);
    const proofs = await prove(labs, clusters);
    expect(proofs.map(({ id }) => id).sort()).toEqual(['alone', 'lonely', 'one', 'two']);
    expect(proofs.find(({ id }) => id === 'alone')?.wrong.map(({ id }) => id)).toEqual(['w0', 'w1']);
    expect(proofs.every(({ ok }) => ok)).toBe(true);
  });

  it('spreads the pieces of a lab that needs a cluster alone over all clusters, with nothing beside them', async () => {
    const { clusters, ran, together } = fakeClusters(['a', 'b', 'c']);
    await prove(labs, clusters);
    expect(together).toEqual([]);
    expect(new Set(ran.filter((one) => one.includes('alone')).map((one) => one[0])).size).toBeGreaterThan(1);
    expect(ran.filter((one) => /: (one|two)/.test(one)).every((one) => one.startsWith('a: '))).toBe(true);
  });

  it('lets those of its pieces that stay in their namespace run beside others', async () => {
    const { clusters, ran, together } = fakeClusters(['a', 'b']);
    const alone = lab('alone', true, 2);
    const inside = { ...alone, wrong: alone.wrong.map((fix) => (fix.id === 'w1' ? { ...fix, run: ['kubectl delete pod web'] } : fix)) };
    const proofs = await prove([lab('one', false, 1), inside], clusters);
    expect(ran).toContain('a: alone-w1');
    expect(ran).toContain('b: alone');
    expect(together).toEqual([]);
    expect(proofs.every(({ ok }) => ok)).toBe(true);
  });

  it('needs no more than one cluster', async () => {
    const { clusters, together } = fakeClusters(['a']);
    expect(await prove(labs, clusters)).toHaveLength(4);
    expect(together).toEqual([]);
  });

  it('says once what a cluster has not, and runs nothing on it', async () => {
    const { clusters, ran } = fakeClusters(['a'], ['2 workers']);
    const [proof] = await prove([lab('alone', true, 2)], clusters);
    expect(proof).toMatchObject({ ok: false, error: 'cannot run on this cluster: 2 workers' });
    expect(ran).toEqual([]);
  });

  it('runs nothing more on a cluster on which a fault could not be undone', async () => {
    const { clusters, ran } = fakeClusters(['a', 'b', 'c'], [], ['b']);
    const proofs = await prove(labs, clusters);
    expect(ran.filter((one) => one.startsWith('b: '))).toHaveLength(1);
    expect(proofs).toHaveLength(labs.length);
    expect(proofs.filter(({ ok }) => !ok)).toMatchObject([{ error: expect.stringContaining('not undone on b') }]);
  });

  it('tells of each lab why it was not proved when no cluster is whole any more', async () => {
    const { clusters, ran } = fakeClusters(['a', 'b'], [], ['a', 'b']);
    const proofs = await prove([lab('alone', true, 2), lab('lonely', true, 1)], clusters);
    expect(ran).toHaveLength(2);
    expect(proofs.map(({ ok, error }) => ({ ok, error: error?.includes('no cluster is left that is whole: not undone on') }))).toEqual([
      { ok: false, error: true },
      { ok: false, error: true },
    ]);
  });

  it('begins nothing when there is no time, and what was broken off tells nothing of the lab', async () => {
    const late = 'one: not proved: out of time; one (wrong: w0): not proved: out of time';
    const { clusters, ran } = fakeClusters(['a']);
    expect(await prove([lab('one', false, 1)], clusters, { inTime: () => false })).toMatchObject([{ ok: false, error: late }]);
    expect(ran).toEqual([]);
    expect(await prove([lab('one', false, 1)], clusters, { deadline: AbortSignal.abort() })).toMatchObject([{ ok: false, error: late }]);
  });
});
