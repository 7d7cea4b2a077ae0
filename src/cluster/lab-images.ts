import type { OnProgress } from '../system/progress.ts';
import type { Run } from '../system/run.ts';
import { must } from './bootstrap/commands.ts';
import type { Provider } from './provider.ts';

const boundMs = 10 * 60_000;

/** Brings images in archives to the engine of this machine, and from there to every node of a cluster. */
export async function loadLabImages(
  request: { archives: readonly string[]; references: readonly string[]; originals?: ReadonlyMap<string, string> },
  cluster: { name: string; provider: Provider },
  ports: { run: Run; onProgress: OnProgress; signal: AbortSignal },
): Promise<void> {
  const { run, onProgress, signal } = ports;
  for (const archive of request.archives) {
    await must(run, 'docker', ['load', '--quiet', '--input', archive], { timeoutMs: boundMs, signal, fact: `could not load ${archive}` });
  }
  for (const [reference, original] of request.originals ?? []) await standIn(run, reference, original, signal);
  await cluster.provider.loadImages(cluster.name, request.references, { onProgress, signal });
}

/** Gives an original the name of its stand-in, on the engine of this machine. */
async function standIn(run: Run, reference: string, original: string, signal: AbortSignal): Promise<void> {
  const there = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', original], { timeoutMs: 20_000, signal });
  if (!there.ok) {
    await must(run, 'docker', ['pull', '--quiet', original], {
      timeoutMs: boundMs,
      signal,
      code: 'not-possible-here',
      fact: `could not pull ${original}, which is to stand at ${reference}`,
      hint: `Bring it to the engine of this machine (docker load) or leave ${reference} out of the map.`,
    });
  }
  await must(run, 'docker', ['tag', original, reference], { timeoutMs: 20_000, signal, fact: `could not name ${original} ${reference}` });
}
