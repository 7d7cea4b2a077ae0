import { readFileSync, rmSync } from 'node:fs';
import { volumesBy } from '../../kube/cluster-facts.ts';
import { LabError } from '../../lab-error.ts';
import { writeWhole } from '../../system/files.ts';
import type { Run, RunResult } from '../../system/run.ts';
import type { ClusterNode, ClusterSpec, Provider, ProviderFacts } from '../provider.ts';
import { kindConfig } from './kind-config.ts';

/**
 * kind lets nobody label its node containers, but a container keeps the name of the image that it was made from.
 * So the image gets one more name for each cluster, and with it the nodes bear the ownership id from the moment they are made.
 */
const ownImage = (made: 'air-gapped' | 'published', id: string) => `kubedrill/cluster:${made}-${id}`;
const idIn = (image: string | undefined): string | undefined =>
  /^kubedrill\/cluster:(?:air-gapped|published)-([0-9a-f-]{36})$/.exec(image ?? '')?.[1];

/** What a kind provider works with; found or made by the bootstrap. */
export interface KindTools {
  /** Path of the kind binary; only needed to make clusters. */
  kind: string;
  kubectl: string;
  nodeImage: string;
  /** The node image was built here, without a registry. */
  airGapped: boolean;
  cgroupV1: boolean;
  cores: number;
  /** The lab images are part of the node image. */
  labImagesBaked: boolean;
}

/** Labels that kind puts on its node containers. @see https://pkg.go.dev/sigs.k8s.io/kind/pkg/cluster/constants */
const clusterLabel = 'io.x-k8s.kind.cluster';
const roleLabel = 'io.x-k8s.kind.role';
const createBoundMs = 360_000;
const execBoundMs = 30_000;

/** Clusters of kind, on a container engine. */
export function kindProvider(ports: { run: Run; tools: () => Promise<KindTools> }): Provider {
  const { run } = ports;

  const docker = (args: readonly string[], options: { timeoutMs?: number; input?: string; signal?: AbortSignal } = {}) =>
    run('docker', args, { timeoutMs: options.timeoutMs ?? execBoundMs, input: options.input, signal: options.signal });

  const must = (result: RunResult, fact: string, hint?: string): RunResult => {
    if (result.ok) return result;
    if (result.outcome === 'cancelled') throw new LabError('interrupted', `interrupted: ${fact}`);
    if (result.outcome === 'missing')
      throw new LabError('missing-program', `${fact}: ${result.command.split(' ')[0]} is not installed`, {
        hint: 'See what is missing: kubedrill doctor',
      });
    const why =
      result.outcome === 'timed-out'
        ? `gave up after ${Math.round(result.ms / 1000)} s`
        : result.stderr.trim().split('\n').slice(-4).join('\n');
    throw new LabError('cluster-failed', `${fact}: ${why}`, { hint: hint ?? `See for yourself: ${result.command}` });
  };

  async function nodesOf(cluster: string, signal?: AbortSignal): Promise<ClusterNode[]> {
    const format = `{{.Names}}\t{{.State}}\t{{.Label "${roleLabel}"}}`;
    const result = must(
      await docker(['ps', '--all', '--filter', `label=${clusterLabel}=${cluster}`, '--format', format], { signal }),
      'could not list the node containers',
      'Is the engine there? kubedrill doctor',
    );
    return result.stdout
      .split('\n')
      .filter(Boolean)
      .map((line): ClusterNode => {
        const [name = '', state = '', role = ''] = line.split('\t');
        return {
          name,
          role: role === 'control-plane' ? 'control-plane' : 'worker',
          state: state === 'running' ? 'running' : state === 'paused' ? 'paused' : 'stopped',
        };
      })
      .sort((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name));
  }

  /** The image that each node was made from, as its container keeps it. */
  async function imagesOf(nodes: readonly ClusterNode[], signal: AbortSignal): Promise<string[]> {
    const inspected = must(
      await docker(['inspect', '--type', 'container', '--format', '{{.Config.Image}}', ...nodes.map((node) => node.name)], { signal }),
      'could not look at the node containers',
    );
    return inspected.stdout.split('\n').filter(Boolean);
  }

  return {
    id: 'kind',

    async create(spec: ClusterSpec, { kubeconfig, onProgress, signal }) {
      const tools = await ports.tools();
      const image = ownImage(tools.airGapped ? 'air-gapped' : 'published', spec.ownershipId);
      must(await docker(['tag', tools.nodeImage, image], { signal }), `could not name the node image ${image}`);
      const config = `${kubeconfig}.kind.yaml`;
      writeWhole(config, kindConfig(spec, tools));
      let step: { name: string; started: number } | undefined;
      const end = (failed?: string) => {
        if (!step) return;
        const seconds = (performance.now() - step.started) / 1000;
        onProgress(
          failed === undefined
            ? { type: 'step-done', step: step.name, seconds }
            : { type: 'step-failed', step: step.name, seconds, reason: failed },
        );
        step = undefined;
      };
      const result = await run(
        tools.kind,
        ['create', 'cluster', '--name', spec.name, '--config', config, '--image', image, '--kubeconfig', kubeconfig, '--wait', '120s'],
        {
          timeoutMs: createBoundMs,
          signal,
          onLine: (line) => {
            // kind says " • step ..." when it begins and " ✓ step" when it is done
            const begun = /^\s*•\s+(.*?)\s*(\.\.\.)?\s*$/.exec(line);
            if (begun?.[1]) {
              end();
              step = { name: `kind: ${plain(begun[1])}`, started: performance.now() };
              onProgress({ type: 'step-started', step: step.name, bound: createBoundMs / 1000 });
            } else if (/^\s*✓/.test(line)) end();
          },
        },
      );
      rmSync(config, { force: true });
      end(result.ok ? undefined : 'it failed');
      must(result, `kind could not make the cluster ${spec.name}`, 'Look at the machine: kubedrill doctor');
    },

    async delete(name, { onProgress, signal }) {
      const nodes = await nodesOf(name, signal);
      if (nodes.length === 0) return;
      const images = new Set(await imagesOf(nodes, signal));
      const started = performance.now();
      const step = `delete the cluster ${name}`;
      onProgress({ type: 'step-started', step, bound: 120 });
      // what "kind delete cluster" does, but for the kubeconfig, which is ours; so neither kind nor a node image need be there
      must(
        await docker(['rm', '--force', '--volumes', ...nodes.map((node) => node.name)], { timeoutMs: 120_000, signal }),
        `could not delete the nodes of ${name}`,
      );
      // only the name goes: the image itself is the bootstrap's
      for (const image of images) if (idIn(image)) await docker(['rmi', image]);
      onProgress({ type: 'step-done', step, seconds: (performance.now() - started) / 1000 });
    },

    async status(name, signal) {
      const nodes = await nodesOf(name, signal);
      const running = nodes.filter((node) => node.state === 'running').length;
      return {
        name,
        exists: nodes.length > 0,
        nodes,
        state: nodes.length === 0 ? 'absent' : running === nodes.length ? 'running' : running === 0 ? 'stopped' : 'partly',
      };
    },

    async ownershipId(name, signal) {
      const nodes = await nodesOf(name, signal);
      if (nodes.length === 0) return { none: `kind has no cluster named ${name}` };
      const images = await imagesOf(nodes, signal);
      const foreign = nodes.findIndex((_, index) => idIn(images[index]) === undefined);
      if (foreign >= 0) return { none: `node ${nodes[foreign]?.name} was made from ${images[foreign]}, not by kubedrill` };
      const [id, ...others] = new Set(images.map(idIn));
      if (id === undefined || others.length > 0) return { none: `the nodes of ${name} were made for different clusters` };
      return { id };
    },

    async start(name, { onProgress, signal }) {
      for (const node of await nodesOf(name, signal)) {
        if (node.state === 'running') continue;
        const step = `start node ${node.name}`;
        const started = performance.now();
        onProgress({ type: 'step-started', step, bound: 60 });
        must(
          await docker([node.state === 'paused' ? 'unpause' : 'start', node.name], { signal, timeoutMs: 60_000 }),
          `could not start node ${node.name}`,
        );
        onProgress({ type: 'step-done', step, seconds: (performance.now() - started) / 1000 });
      }
    },

    labImages: async () => ((await ports.tools()).labImagesBaked ? 'baked' : 'load'),

    kubectl: async () => (await ports.tools()).kubectl,

    exec: (_cluster, node, argv, options) => docker(['exec', ...(options.input === undefined ? [] : ['-i']), node, ...argv], options),
    pause: (_cluster, node, signal) => docker(['pause', node], { signal }),
    unpause: (_cluster, node, signal) => docker(['unpause', node], { signal }),

    async loadImages(cluster, images, { onProgress, signal }) {
      if (images.length === 0) return;
      for (const node of await nodesOf(cluster, signal)) {
        const step = `load ${images.length} images into ${node.name}`;
        const started = performance.now();
        onProgress({ type: 'step-started', step, bound: 300 });
        const archive = `/kubedrill-images-${process.pid}.tar`;
        const local = `/tmp${archive}`;
        must(await docker(['save', '-o', local, ...images], { signal, timeoutMs: 300_000 }), 'could not save the lab images');
        try {
          must(
            await docker(['cp', local, `${node.name}:${archive}`], { signal, timeoutMs: 120_000 }),
            `could not copy images to ${node.name}`,
          );
          must(
            await docker(['exec', node.name, 'ctr', '-n', 'k8s.io', 'images', 'import', '--no-unpack', archive], {
              signal,
              timeoutMs: 300_000,
            }),
            `could not import images on ${node.name}`,
          );
        } finally {
          rmSync(local, { force: true });
          await docker(['exec', node.name, 'rm', '-f', archive]);
        }
        onProgress({ type: 'step-done', step, seconds: (performance.now() - started) / 1000 });
      }
    },

    async facts(name, signal): Promise<ProviderFacts> {
      const nodes = await nodesOf(name, signal);
      const airGapped = (await imagesOf(nodes, signal)).every((image) => image.startsWith(ownImage('air-gapped', '')));
      return {
        storage: {
          className: 'standard',
          provisioner: 'rancher.io/local-path',
          binding: 'WaitForFirstConsumer',
          ...volumesBy['rancher.io/local-path'],
        },
        controlPlaneTainted: nodes.length > 1,
        // kindnet enforces NetworkPolicy since kind 0.24; the pod network of the air-gapped node does not
        networkPolicy: !airGapped,
        staticPodPath: '/etc/kubernetes/manifests',
        readyzOnNode: 'https://127.0.0.1:6443/readyz',
        ingress: { how: 'stand-in', className: 'kubedrill' },
        metrics: { how: 'stand-in' },
      };
    },

    async serverOf(name, kubeconfig, signal) {
      const controlPlane = (await nodesOf(name, signal)).find((node) => node.role === 'control-plane');
      if (!controlPlane) return { expected: undefined, found: serverIn(kubeconfig) };
      const port = await docker(['port', controlPlane.name, '6443/tcp'], { signal });
      const published = port.stdout.trim().split('\n')[0];
      return { expected: published ? `https://${published.replace('0.0.0.0', '127.0.0.1')}` : undefined, found: serverIn(kubeconfig) };
    },
  };
}

const plain = (text: string) => text.replace(/[^\p{L}\p{N} ().,:/-]/gu, '').trim();

function serverIn(kubeconfig: string): string | undefined {
  return /^\s*server:\s*(\S+)\s*$/m.exec(readFileSync(kubeconfig, 'utf8'))?.[1];
}
