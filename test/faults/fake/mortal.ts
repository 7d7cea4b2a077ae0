import { backgroundLoops } from '../../../src/faults/background.ts';
import type { FaultLife } from '../../../src/faults/life.ts';
import type { KubeApi } from '../../../src/kube/api.ts';
import type { Journal } from '../../../src/store/journal.ts';
import type { FakeCluster } from './cluster.ts';
import { writes } from './machine.ts';

export class Died extends Error {}

/**
 * A process that dies at one of its moments: a crash point, or just before or after something is changed on the cluster.
 * From then on it can neither see nor change anything, whatever its `catch` and `finally` try.
 */
export function mortal(cluster: FakeCluster, journal: Journal, dieAt: number): { life: FaultLife; moments: string[] } {
  const moments: string[] = [];
  let dead = false;
  const alive = () => {
    if (dead) throw new Died('dead');
  };
  const moment = (name: string) => {
    alive();
    moments.push(name);
    if (moments.length === dieAt) {
      dead = true;
      throw new Died(name);
    }
  };
  const around = async <T>(name: string | undefined, act: () => Promise<T>): Promise<T> => {
    alive();
    if (name) moment(`before ${name}`);
    const result = await act();
    if (name) moment(`after ${name}`);
    return result;
  };
  const api: KubeApi = {
    ...cluster.api,
    request: (method, path, request) =>
      around(method === 'GET' ? undefined : `${method} ${path}`, () => cluster.api.request(method, path, request)),
  };
  const { nodes } = cluster;
  const context = cluster.context({
    api,
    nodes: {
      exec: (node, argv, options) => around(writes(argv) ? argv.join(' ') : undefined, () => nodes.exec(node, argv, options)),
      pause: (node) => around(`pause ${node}`, () => nodes.pause(node)),
      unpause: (node) => around(`unpause ${node}`, () => nodes.unpause(node)),
    },
    background: backgroundLoops(new AbortController().signal, () => !dead),
  });
  return {
    moments,
    life: {
      context,
      cluster: { name: 'kd', id: 'ours', provider: 'kind' },
      crashPoint: moment,
      journal: {
        ...journal,
        plan: async (plan) => {
          alive();
          return journal.plan(plan);
        },
        mark: async (id, state) => {
          alive();
          return journal.mark(id, state);
        },
      },
    },
  };
}
