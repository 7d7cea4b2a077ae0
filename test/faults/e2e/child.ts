/**
 * A process that strikes and recovers on a real cluster, and kills itself (SIGKILL) at the moment that it is told to:
 * `node child.ts '{"state": ..., "acts": [...], "dieAt": ...}'`. It prints each moment as a line before it lives it.
 */
import { type OpenFaultDesk, openFaultDesk } from '../../../src/faults/desk.ts';
import type { KubeApi } from '../../../src/kube/api.ts';
import { clock } from '../../../src/system/clock.ts';
import { openTestCluster } from './cluster.ts';

export interface ChildTask {
  /** State folder: the journal lives there. */
  state: string;
  namespace: string;
  acts: ({ inject: string; with: Record<string, unknown> } | { guard: string } | { recover: true })[];
  /** Name of a moment, or its number; never when absent. */
  dieAt?: string | number;
  /** Or whatever it does by then, this many milliseconds after the first act began. */
  dieAfterMs?: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask;
let lived = 0;

function moment(name: string): void {
  lived++;
  process.stdout.write(`${name}\n`);
  if (task.dieAt === name || task.dieAt === lived) process.kill(process.pid, 'SIGKILL');
}

const cluster = await openTestCluster();
const around = async <T>(name: string | undefined, act: () => Promise<T>): Promise<T> => {
  if (name) moment(`before ${name}`);
  const result = await act();
  if (name) moment(`after ${name}`);
  return result;
};
const changes = (argv: readonly string[]) =>
  !['true', 'test', 'base64', 'sha256sum', 'find', 'ps', 'date', 'curl', 'ip'].includes(argv[0] ?? '') && argv[1] !== 'is-active';
const api: KubeApi = {
  ...cluster.api,
  server: cluster.api.server,
  request: (method, path, request) => around(method === 'GET' ? undefined : method, () => cluster.api.request(method, path, request)),
};
const { nodes } = cluster;
const desk: OpenFaultDesk = await openFaultDesk({
  context: { paths: { state: task.state, cache: task.state }, clock, signal: new AbortController().signal },
  cluster: {
    ...cluster,
    api,
    nodes: {
      exec: (node, argv, options) => around(changes(argv) ? argv.slice(0, 2).join(' ') : undefined, () => nodes.exec(node, argv, options)),
      pause: (node) => around('pause', () => nodes.pause(node)),
      unpause: (node) => around('unpause', () => nodes.unpause(node)),
    },
  },
  crashPoint: moment,
});
if (task.dieAfterMs !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), task.dieAfterMs).unref();
try {
  for (const act of task.acts) {
    if ('inject' in act) await desk.inject({ use: act.inject, with: act.with }, task.namespace, '');
    else if ('guard' in act) await desk.guard(act.guard, task.namespace);
    else
      for (const { fault, outcome, seen, seconds } of await desk.recoverAll())
        process.stdout.write(`${fault}: ${outcome}: ${seen} (${seconds} s)\n`);
  }
  await desk.close();
} catch (error) {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await cluster.close();
