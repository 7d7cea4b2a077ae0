import { describe, expect, it } from 'vitest';
import { kindProvider } from '../../../src/cluster/kind/kind-provider.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { type Answer, fakeRun } from '../support/fake-run.ts';

const signal = new AbortController().signal;
const id = '7b2d3a44-6f39-4c0e-9d6a-2f1f0c1b7e55';
const own = `kubedrill/cluster:air-gapped-${id}`;
const tools = {
  kind: '/cache/kind',
  kubectl: '/cache/kubectl',
  nodeImage: 'kubedrill/node:abc',
  airGapped: true,
  cgroupV1: true,
  cores: 2,
  labImagesBaked: true,
};

function kind(
  nodes: { name: string; role?: string; state?: string; image?: string }[],
  answer: (command: string) => Answer = () => undefined,
) {
  const run = fakeRun((command) => {
    const given = answer(command);
    if (given !== undefined) return given;
    if (command.startsWith('docker ps'))
      return nodes.map(({ name, role = 'worker', state = 'running' }) => `${name}\t${state}\t${role}`).join('\n');
    if (command.includes('.Config.Image')) return nodes.map(({ image = own }) => image).join('\n');
    return '';
  });
  return { run, provider: kindProvider({ run, tools: async () => tools }) };
}

describe('whom a kind cluster was made for', () => {
  it('stands in the image of its nodes, stopped and paused ones included; no node is asked', async () => {
    const { provider, run } = kind([
      { name: 'drill-control-plane', role: 'control-plane' },
      { name: 'drill-worker', state: 'exited' },
    ]);
    expect(await provider.ownershipId('drill', signal)).toEqual({ id });
    expect(run.commands.some((command) => command.startsWith('docker exec'))).toBe(false);
  });

  it.each([
    ['no nodes', [], 'kind has no cluster named drill'],
    [
      'a node made by hand',
      [{ name: 'a' }, { name: 'b', image: 'kindest/node:v1.34.0' }],
      'node b was made from kindest/node:v1.34.0, not by kubedrill',
    ],
    [
      'our node image without an id',
      [{ name: 'a', image: 'kubedrill/node:abc' }],
      'node a was made from kubedrill/node:abc, not by kubedrill',
    ],
    [
      'nodes of two clusters',
      [{ name: 'a' }, { name: 'b', image: `kubedrill/cluster:air-gapped-${id.replace('7', '8')}` }],
      'the nodes of drill were made for different clusters',
    ],
  ])('is nobody of ours: %s', async (_, nodes, none) => {
    expect(await kind(nodes).provider.ownershipId('drill', signal)).toEqual({ none });
  });
});

describe('making and deleting', () => {
  const options = () => ({ kubeconfig: `${scratchFolder()}/kubeconfig`, onProgress: () => undefined, signal });

  it('gives the node image a name that bears the id, before kind makes a node from it', async () => {
    const { provider, run } = kind([]);
    await provider.create({ name: 'drill', workers: 2, ownershipId: id, kubernetes: '1.34' }, options());
    expect(run.commands[0]).toBe(`docker tag kubedrill/node:abc ${own}`);
    expect(run.commands[1]).toContain(`/cache/kind create cluster --name drill`);
    expect(run.commands[1]).toContain(`--image ${own}`);
  });

  it('deletes the nodes of exactly this name, and the name of their image; it needs nothing but the engine', async () => {
    const { run } = kind([{ name: 'drill-control-plane', role: 'control-plane' }, { name: 'drill-worker' }]);
    const provider = kindProvider({
      run,
      tools: async () => {
        throw new Error('there are no tools');
      },
    });
    await provider.delete('drill', options());
    expect(run.commands.filter((command) => /docker (rm|rmi) /.test(command))).toEqual([
      'docker rm --force --volumes drill-control-plane drill-worker',
      `docker rmi ${own}`,
    ]);
    expect(run.commands[0]).toContain('label=io.x-k8s.kind.cluster=drill');
  });

  it('leaves the name of an image alone that is not ours', async () => {
    const { provider, run } = kind([{ name: 'a', image: 'kindest/node:v1.34.0' }]);
    await provider.delete('a', options());
    expect(run.commands.some((command) => command.startsWith('docker rmi'))).toBe(false);
  });
});

it('knows from the image whether the network of the nodes enforces policies', async () => {
  const facts = async (image: string) =>
    (await kind([{ name: 'a', role: 'control-plane', image }]).provider.facts('drill', signal)).networkPolicy;
  expect([await facts(own), await facts(`kubedrill/cluster:published-${id}`)]).toEqual([false, true]);
});
