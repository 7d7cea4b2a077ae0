import type { Clock } from '../system/clock.ts';
import type { KubeApi } from './api.ts';

/** Between two questions while all is well, and while no answer comes. */
const everyMs = 5000;
const againMs = 1000;
const answerMs = 5000;

/**
 * Asks the API server every few seconds whether it is there, until the signal aborts: an open watch is silent for minutes,
 * also when its peer has vanished. Any answer will do, a refusal too. `lastAnswer` is when the last one was asked for.
 */
export async function heartbeat(options: {
  api: KubeApi;
  clock: Clock;
  signal: AbortSignal;
  onSilence(seen: string, lastAnswer: number): void;
}): Promise<void> {
  const { api, clock, signal } = options;
  let lastAnswer = clock.now();
  await clock.sleep(everyMs, signal);
  while (!signal.aborted) {
    const asked = clock.now();
    const answer = await api.request<string>('GET', '/livez', { as: 'text', timeoutMs: answerMs, signal });
    if (signal.aborted) return;
    const isThere = answer.ok || answer.kind === 'refused';
    if (isThere) lastAnswer = asked;
    else options.onSilence(answer.message, lastAnswer);
    await clock.sleep(isThere ? everyMs : againMs, signal);
  }
}
