import { expect, test } from 'vitest';
import { nodeAccess } from '../../src/cluster/node-access.ts';
import type { Provider } from '../../src/cluster/provider.ts';
import { ran } from '../faults/fake/machine.ts';

/** A provider that does what it is asked to unless it was interrupted. */
const provider = {
  exec: async (_cluster: string, _node: string, _argv: readonly string[], { signal }: { signal?: AbortSignal }) =>
    ran(signal?.aborted ? 130 : 0),
  pause: async (_cluster: string, _node: string, signal: AbortSignal) => ran(signal.aborted ? 130 : 0),
  unpause: async (_cluster: string, _node: string, signal: AbortSignal) => ran(signal.aborted ? 130 : 0),
} as unknown as Provider;

test('after Ctrl+C nothing new is done on the nodes, but what has to be undone is', async () => {
  const stop = new AbortController();
  const nodes = nodeAccess(provider, 'kd', stop.signal);
  stop.abort();
  const { signal } = new AbortController();
  const all = async (during?: AbortSignal) => [
    (await nodes.exec('kd-worker', ['systemctl', 'start', 'kubelet'], { signal: during })).ok,
    (await nodes.pause('kd-worker', during)).ok,
    (await nodes.unpause('kd-worker', during)).ok,
  ];
  expect(await all()).toEqual([false, false, false]);
  expect(await all(signal)).toEqual([true, true, true]);
});
