import type { NodeAccess } from '../drill/cluster.ts';
import type { Provider } from './provider.ts';

const execBoundMs = 30_000;

/** The node machines of one cluster, by its provider. */
export const nodeAccess = (provider: Provider, cluster: string, signal: AbortSignal): NodeAccess => ({
  exec: (node, argv, options = {}) =>
    provider.exec(cluster, node, argv, {
      timeoutMs: options.timeoutMs ?? execBoundMs,
      input: options.input,
      signal: options.signal ?? signal,
    }),
  pause: (node, during = signal) => provider.pause(cluster, node, during),
  unpause: (node, during = signal) => provider.unpause(cluster, node, during),
});
