import type { KubeObject } from './object.ts';
import { containerStatuses, troubleOf } from './pods.ts';
import type { Probes } from './probes.ts';
import { mustSee } from './see.ts';

export type ReadLog = { lines: string[] } | { notYet: string };

/** The log of a container that has run, or why there is none yet. Throws `CannotSee` when it could not be read. */
export async function logOf(
  probes: Probes,
  pod: KubeObject,
  options: { container?: string; previous?: boolean; sinceTime?: string } = {},
): Promise<ReadLog> {
  const { name } = pod.metadata;
  const status = containerStatuses(pod).find((one) => !options.container || one.name === options.container);
  const known = (pod.spec?.containers ?? []).some((one: { name: string }) => one.name === options.container);
  if (options.container && !known) return { notYet: `Pod ${name} has no container ${options.container}` };
  const started = status?.state?.running ?? status?.state?.terminated ?? status?.lastState?.terminated;
  if (!started) return { notYet: `Pod ${name}: ${troubleOf(pod)?.reason ?? 'its container has not started'}` };
  if (options.previous && !status?.lastState?.terminated) return { notYet: `Pod ${name} has not restarted` };
  const text = mustSee(await probes.logs({ pod: name, ...options }));
  return { lines: text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1) };
}
