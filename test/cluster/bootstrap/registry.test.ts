import { describe, expect, it } from 'vitest';
import { type Ask, registryAnswers } from '../../../src/cluster/bootstrap/registry.ts';

const never = new AbortController().signal;
const silent: Ask = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(false)));

describe('whether a registry answers', () => {
  it('is decided by the first that does, while the others are silent, and these are stopped', async () => {
    let stopped = false;
    const hanging: Ask = (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          stopped = true;
          resolve(false);
        }),
      );
    expect(await registryAnswers([hanging, async () => true], never)).toBe(true);
    expect(stopped).toBe(true);
  });

  it('is not decided by the first that fails', async () => {
    const late: Ask = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    };
    expect(await registryAnswers([async () => false, () => Promise.reject(new Error('ENOTFOUND')), late], never)).toBe(true);
  });

  it('is no when all refuse, at once, and when all are silent, at the bound', async () => {
    expect(await registryAnswers([async () => false, async () => false], never, 60_000)).toBe(false);
    expect(await registryAnswers([silent, silent], never, 5)).toBe(false);
  });

  it('is no when there is nothing to ask or the user interrupts', async () => {
    expect(await registryAnswers([], never)).toBe(false);
    const stop = new AbortController();
    const asked = registryAnswers([silent], stop.signal, 60_000);
    stop.abort();
    expect(await asked).toBe(false);
  });
});
