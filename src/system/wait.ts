import type { Clock } from './clock.ts';

/** One look at a condition: whether it holds, and what was seen, in words. */
export interface Look {
  done: boolean;
  seen: string;
}

export type Waited = { outcome: 'done'; seen: string; ms: number } | { outcome: 'bound' | 'cancelled'; seen: string; ms: number };

/**
 * Looks again and again until the condition holds, the bound is reached or the signal aborts.
 * The last thing that was seen is kept: that is what a message reports, not "timeout".
 */
export async function waitUntil(
  look: () => Promise<Look>,
  options: { boundMs: number; everyMs?: number; clock: Clock; signal?: AbortSignal },
): Promise<Waited> {
  const { clock, signal } = options;
  const started = clock.now();
  let seen = 'nothing yet';
  for (;;) {
    if (signal?.aborted) return { outcome: 'cancelled', seen, ms: clock.now() - started };
    const now = await look();
    seen = now.seen;
    if (now.done) return { outcome: 'done', seen, ms: clock.now() - started };
    if (clock.now() - started >= options.boundMs) return { outcome: 'bound', seen, ms: clock.now() - started };
    await clock.sleep(options.everyMs ?? 500, signal);
  }
}
