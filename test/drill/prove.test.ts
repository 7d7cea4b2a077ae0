import { describe, expect, it } from 'vitest';
import { type ProofTask, proofRows } from '../../src/drill/prove.ts';
import type { Lab } from '../../src/lab/schema.ts';

const task = (name: string): ProofTask => ({ name, run: async () => ({}) });
const labThatNeeds = (needs: Partial<Lab['needs']>) => ({ needs: { ingress: false, ...needs } as Lab['needs'] });
const namesOf = (rows: ProofTask[][]) => rows.map((row) => row.map(({ name }) => name));

describe('the pieces of a proof', () => {
  const tasks = [task('whole'), task('wrong one'), task('wrong two')];

  it('run side by side', () => {
    expect(namesOf(proofRows(labThatNeeds({}), tasks))).toEqual([['whole'], ['wrong one'], ['wrong two']]);
  });

  it('run one after the other when they would claim the same host of an Ingress', () => {
    expect(namesOf(proofRows(labThatNeeds({ ingress: true }), tasks))).toEqual([['whole', 'wrong one', 'wrong two']]);
  });
});
