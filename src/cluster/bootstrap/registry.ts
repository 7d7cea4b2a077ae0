import { request } from 'node:https';
import type { Run } from '../../system/run.ts';
import { publishedNodeImage, registries } from './versions.ts';

/** One way of asking whether a registry is within reach: resolves true as soon as it answers, whatever it says. */
export type Ask = (signal: AbortSignal) => Promise<boolean>;

export const registryBoundMs = 5000;

/** All ways are tried at once; the first that answers decides, and five seconds of silence decide, too. */
export async function registryAnswers(ways: readonly Ask[], signal: AbortSignal, boundMs = registryBoundMs): Promise<boolean> {
  const over = new AbortController();
  const bound = AbortSignal.any([signal, over.signal, AbortSignal.timeout(boundMs)]);
  const silence = new Promise<false>((resolve) => bound.addEventListener('abort', () => resolve(false), { once: true }));
  const answer = async (ask: Ask) => {
    if (!(await ask(bound))) throw new Error('no answer');
    return true;
  };
  try {
    return await Promise.race([Promise.any(ways.map(answer)).catch(() => false), silence]);
  } finally {
    over.abort();
  }
}

/** Over HTTPS from this process, and through the engine's client, which may know of a proxy. */
export function waysToRegistry(run: Run): Ask[] {
  return [
    ...registries.map(
      (url): Ask =>
        (signal) =>
          httpsAnswers(url, signal),
    ),
    async (signal) =>
      (await run('docker', ['manifest', 'inspect', publishedNodeImage.reference], { timeoutMs: registryBoundMs, signal })).ok,
  ];
}

/** A registry says 200 or 401 to whoever asks; anything else is something in between. @see https://distribution.github.io/distribution/spec/api/#api-version-check */
function httpsAnswers(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { method: 'GET', signal }, (response) => {
      response.destroy();
      resolve(response.statusCode === 200 || response.statusCode === 401);
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
