import { isIP } from 'node:net';
import type { Guarded } from '../kubeconfig-guard.ts';
import type { RosterLearner } from '../roster.ts';
import { shardOf } from '../shard.ts';

/** A learner whose work a Job is to grade, and the kubeconfig that has passed the guard. */
export interface Placed {
  learner: RosterLearner;
  guarded: Extract<Guarded, { ok: true }>;
}

/** What one index of the Job finds in its input folder: `roster.yaml` and the kubeconfigs that it names. */
export interface ShardInput {
  files: Record<string, string>;
  learners: string[];
}

const loopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** Why a Job on the cluster at `server` cannot reach a learner's cluster; `undefined` when it may. */
export function unreachable(guarded: Extract<Guarded, { ok: true }>, server: string): string | undefined {
  if (sameServer(guarded.server, server) || !loopback(new URL(guarded.server).hostname)) return undefined;
  return `its cluster ${guarded.server} is on this machine, where a Job cannot reach it`;
}

const sameServer = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;

/** From inside a cluster its own API server has another name. */
function seenFromInside(guarded: Extract<Guarded, { ok: true }>, server: string): string {
  if (!sameServer(guarded.server, server)) return guarded.text;
  const config = JSON.parse(guarded.text) as { clusters: { cluster: Record<string, unknown> }[] };
  const [{ cluster }] = config.clusters as [{ cluster: Record<string, unknown> }];
  cluster.server = 'https://kubernetes.default.svc';
  delete cluster['tls-server-name'];
  return JSON.stringify(config);
}

/** Deals the learners out to `count` shards; each gets the kubeconfigs of its own learners and no others. */
export function inputsOf(placed: readonly Placed[], count: number, server: string): ShardInput[] {
  return Array.from({ length: count }, (_, index) => {
    const mine = shardOf(placed, index + 1, count);
    const files: Record<string, string> = {};
    const names = new Map<string, string>();
    const learners = mine.map(({ learner, guarded }) => {
      const known = names.get(guarded.key) ?? `kubeconfig-${names.size}`;
      names.set(guarded.key, known);
      files[known] = seenFromInside(guarded, server);
      const { id, name, namespace } = learner;
      return { id, ...(name === undefined ? {} : { name }), kubeconfig: known, ...(namespace === undefined ? {} : { namespace }) };
    });
    files['roster.yaml'] = JSON.stringify({ learners });
    return { files, learners: learners.map(({ id }) => id) };
  });
}
