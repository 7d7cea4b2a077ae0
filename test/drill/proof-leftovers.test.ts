import { expect, it } from 'vitest';
import { proofNamespace, removeProofLeftovers } from '../../src/drill/proof-leftovers.ts';
import { labLabel } from '../../src/drill/set-up.ts';
import { clock } from '../../src/system/clock.ts';
import { api, server } from '../support/each-api.ts';
import { statusAnswer } from '../support/fake-api-server.ts';

const signal = new AbortController().signal;

const namespace = (name: string, labels: Record<string, string> = {}) => server.put({ kind: 'Namespace', metadata: { name, labels } });

it('removes the namespaces of proofs, and nobody else’s', async () => {
  namespace(proofNamespace('web', ''), { [labLabel]: 'web' });
  namespace(proofNamespace('web', '-no-selector'), { [labLabel]: 'web' });
  namespace('drill-web', { [labLabel]: 'web' });
  namespace('verify-by-hand');
  await removeProofLeftovers(api, { clock, signal });
  const left = ['verify-web', 'verify-web-no-selector', 'drill-web', 'verify-by-hand'].filter((name) => server.get('Namespace', name));
  expect(left).toEqual(['drill-web', 'verify-by-hand']);
});

it('says so when it cannot see what is left', async () => {
  server.when(({ path }) => path.endsWith('/namespaces'), statusAnswer(403, 'Forbidden', 'you may not look'));
  await expect(removeProofLeftovers(api, { clock, signal })).rejects.toThrow('cannot see what earlier proofs left: you may not look');
});

it('gives a piece a name that a namespace can have, however long its lab is called', () => {
  const name = proofNamespace('a-lab-with-a-name-that-is-much-longer-than-needed', '-and-a-wrong-fix');
  expect(name.length).toBeLessThanOrEqual(63);
  expect(name).toMatch(/^verify-[a-z0-9-]*[a-z0-9]$/);
});
