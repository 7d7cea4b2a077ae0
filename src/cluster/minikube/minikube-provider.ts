import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { volumesBy } from '../../kube/cluster-facts.ts';
import { LabError } from '../../lab-error.ts';
import { readIfThere } from '../../system/files.ts';
import type { OnProgress } from '../../system/progress.ts';
import type { Run, RunResult } from '../../system/run.ts';
import type { ClusterNode, Provider, ProviderFacts } from '../provider.ts';
import {
  enabledAddons,
  imagesFrom,
  nodesFromStatus,
  type Profile,
  profilesFrom,
  readExitMarker,
  versionFrom,
  withExitMarker,
} from './minikube-output.ts';

/** The oldest minikube whose outputs are known; see the tests. */
const oldest = [1, 32, 0] as const;
/**
 * A profile has no room for a word of ours, but it keeps the names that its certificate is made for. So it gets one more,
 * and with it bears the ownership id from the moment it is written, on every driver.
 */
const ownName = (id: string) => `${id}.kubedrill.internal`;
const idIn = (name: string): string | undefined => /^([0-9a-f-]{36})\.kubedrill\.internal$/.exec(name)?.[1];
/**
 * What kubedrill asks of every profile, before what the user asks for. Alone, Minikube's scheduler and controller manager elect no leader:
 * here they do as everywhere else, for a lease shows whether they are alive.
 */
const asked = (id: string): string[] => [
  `--apiserver-names=${ownName(id)}`,
  '--extra-config=scheduler.leader-elect=true',
  '--extra-config=controller-manager.leader-elect=true',
];
const lookBoundMs = 30_000;
const startBoundMs = 15 * 60_000;
const deleteBoundMs = 5 * 60_000;
/** Docker's label on the node containers of a profile. */
const nameLabel = 'name.minikube.sigs.k8s.io';

export interface MinikubePorts {
  run: Run;
  env: Record<string, string | undefined>;
  /** Where the private kubeconfig of a profile lies: the only one that minikube is shown. */
  kubeconfigOf: (profile: string) => string;
  /** A kubectl that fits. */
  kubectl: () => Promise<string>;
}

/** The profile that a minikube command line names; a name of our own where it names none. */
const profileIn = (args: readonly string[]): string => args[args.indexOf('-p') + 1 || args.length] ?? 'minikube-without-profile';

/** Clusters of Minikube: profiles. The docker driver and containerd unless `--minikube-arg` says otherwise. */
export function minikubeProvider(ports: MinikubePorts): Provider {
  const { run, env } = ports;
  const minikube = (
    args: readonly string[],
    options: { timeoutMs?: number; signal?: AbortSignal; kubeconfig?: string; onLine?: (line: string) => void; input?: string } = {},
  ) =>
    run('minikube', args, {
      timeoutMs: options.timeoutMs ?? lookBoundMs,
      signal: options.signal,
      input: options.input,
      // never the user's kubeconfig
      env: { KUBECONFIG: options.kubeconfig ?? ports.kubeconfigOf(profileIn(args)), MINIKUBE_IN_STYLE: 'false' },
      onLine: options.onLine,
    });

  async function mustBeThere(signal: AbortSignal): Promise<void> {
    const looked = await minikube(['version', '--short'], { signal });
    const how = 'Install it (https://minikube.sigs.k8s.io/docs/start/), or use kind: kubedrill up --provider kind';
    if (looked.outcome === 'missing') throw new LabError('missing-program', `minikube is not on PATH (${env.PATH ?? ''})`, { hint: how });
    const version = versionFrom(looked.stdout);
    if (!version)
      throw new LabError(
        'missing-program',
        `minikube does not say its version: ${looked.stderr.trim() || looked.stdout.trim() || 'nothing'}`,
        { hint: how },
      );
    const older = version.findIndex((part, index) => part !== oldest[index]);
    if (older >= 0 && (version[older] as number) < (oldest[older] as number))
      throw new LabError('missing-program', `minikube is ${version.join('.')}, kubedrill needs ${oldest.join('.')} or newer`, {
        hint: how,
      });
  }

  const must = (result: RunResult, fact: string): RunResult => {
    if (result.ok) return result;
    if (result.outcome === 'cancelled') throw new LabError('interrupted', `interrupted: ${fact}`);
    if (result.outcome === 'missing')
      throw new LabError('missing-program', `${fact}: minikube is not installed`, { hint: 'See what is missing: kubedrill doctor' });
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-4).join('\n');
    throw new LabError(
      'cluster-failed',
      `${fact}: ${result.outcome === 'timed-out' ? `gave up after ${Math.round(result.ms / 1000)} s` : said}`,
      { hint: `See for yourself: ${result.command}` },
    );
  };

  async function nodesOf(profile: string, signal: AbortSignal): Promise<ClusterNode[] | undefined> {
    const status = await minikube(['status', '-p', profile, '-o', 'json'], { signal });
    if (status.outcome === 'missing') return undefined;
    const nodes = nodesFromStatus(status.stdout);
    if (nodes) return nodes;
    // the profile may still be there, whoever made it: a start makes a removed machine anew
    return (await profileNamed(profile, signal))?.nodes.map((node) => ({ ...node, state: 'stopped' }));
  }

  /** The light list does not ask every cluster of this user how it is, but leaves half-made profiles out. */
  async function profileNamed(name: string, signal: AbortSignal): Promise<Profile | undefined> {
    for (const extent of [['--light'], []]) {
      const list = await minikube(['profile', 'list', '-o', 'json', ...extent], { signal, kubeconfig: ports.kubeconfigOf(name) });
      const found = profilesFrom(list.stdout).find((one) => one.name === name);
      if (found) return found;
    }
    return undefined;
  }

  /** A profile keeps the driver that it was made with. */
  const drivers = new Map<string, string>();
  async function driverOf(name: string, signal: AbortSignal): Promise<string> {
    const driver = drivers.get(name) ?? (await profileNamed(name, signal))?.driver ?? '';
    if (driver) drivers.set(name, driver);
    return driver;
  }

  /** With the docker driver a node is a container of its own name; else minikube's own ssh. */
  async function onNode(
    profile: string,
    node: string,
    argv: readonly string[],
    options: { timeoutMs: number; input?: string; signal?: AbortSignal },
  ): Promise<RunResult> {
    const signal = options.signal ?? new AbortController().signal;
    if ((await driverOf(profile, signal)) === 'docker')
      return run('docker', ['exec', ...(options.input === undefined ? [] : ['-i']), node, ...argv], {
        timeoutMs: options.timeoutMs,
        input: options.input,
        signal,
      });
    const result = await minikube(['ssh', '-p', profile, '-n', node, '--', withExitMarker(argv)], {
      timeoutMs: options.timeoutMs,
      signal,
      input: options.input,
    });
    const real = readExitMarker(result.stdout);
    if (!real) return result;
    return { ...result, ok: real.exitCode === 0, outcome: 'exited', exitCode: real.exitCode, stdout: real.stdout };
  }

  async function container(profile: string, act: 'pause' | 'unpause', node: string, signal: AbortSignal): Promise<RunResult> {
    const driver = await driverOf(profile, signal);
    if (driver !== 'docker')
      throw new LabError('not-possible-here', `a node of the ${driver || 'unknown'} driver cannot be ${act}d`, {
        hint: 'Use the docker driver: kubedrill up --provider minikube',
      });
    return run('docker', [act, node], { timeoutMs: lookBoundMs, signal });
  }

  /** Minikube lets Pods onto its control plane; with workers beside it ours is as everywhere else, so that every lab finds what it needs. */
  async function taintControlPlane(profile: string, kubeconfig: string, signal: AbortSignal): Promise<void> {
    const nodes = (await nodesOf(profile, signal)) ?? [];
    const controlPlane = nodes.find((node) => node.role === 'control-plane');
    if (!controlPlane || nodes.length < 2) return;
    const taint = ['taint', 'node', controlPlane.name, 'node-role.kubernetes.io/control-plane=:NoSchedule', '--overwrite'];
    must(
      await run(await ports.kubectl(), ['--kubeconfig', kubeconfig, ...taint], { timeoutMs: lookBoundMs, signal }),
      `could not taint ${controlPlane.name}`,
    );
  }

  /** `minikube image load` says nothing of what it could not bring: it succeeds all the same. */
  async function mustHaveImages(profile: string, images: readonly string[], signal: AbortSignal): Promise<void> {
    for (const { name } of (await nodesOf(profile, signal)) ?? []) {
      const listed = must(
        await onNode(profile, name, ['crictl', 'images', '-o', 'json'], { timeoutMs: lookBoundMs, signal }),
        `could not look at the images of ${name}`,
      );
      const there = imagesFrom(listed.stdout);
      const missing = images.filter((image) => !there.has(image));
      if (missing.length > 0)
        throw new LabError('cluster-failed', `minikube did not load ${missing.join(', ')} into ${name}`, {
          hint: `See for yourself: minikube image load -p ${profile} ${missing[0]} --alsologtostderr`,
        });
    }
  }

  const timed = async (step: string, bound: number, onProgress: OnProgress, act: () => Promise<void>) => {
    const started = performance.now();
    onProgress({ type: 'step-started', step, bound });
    await act();
    onProgress({ type: 'step-done', step, seconds: (performance.now() - started) / 1000 });
  };

  return {
    id: 'minikube',

    async create(spec, { kubeconfig, onProgress, signal }) {
      await mustBeThere(signal);
      const given = spec.providerArgs ?? [];
      const has = (flag: string) => given.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
      const defaults = Object.entries({
        '--driver': 'docker',
        '--container-runtime': 'containerd',
        '--kubernetes-version': spec.kubernetes.split('.').length === 3 ? `v${spec.kubernetes}` : 'v1.34.4',
        '--nodes': String(spec.workers + 1),
        '--interactive': 'false',
        '--wait': 'all',
        '--wait-timeout': '6m',
      }).flatMap(([flag, value]) => (has(flag) ? [] : [`${flag}=${value}`]));
      await timed(`minikube start -p ${spec.name}`, startBoundMs / 1000, onProgress, async () => {
        const result = await minikube(['start', '-p', spec.name, ...asked(spec.ownershipId), ...defaults, ...given], {
          timeoutMs: startBoundMs,
          signal,
          kubeconfig,
          onLine: (line) =>
            onProgress({ type: 'step-note', step: 'minikube', note: line.replace(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, '').trim() }),
        });
        must(result, `minikube could not make the profile ${spec.name}`);
      });
      chmodSync(kubeconfig, 0o600);
      await taintControlPlane(spec.name, kubeconfig, signal);
    },

    async delete(name, { kubeconfig, onProgress, signal }) {
      drivers.delete(name);
      await timed(`minikube delete -p ${name}`, deleteBoundMs / 1000, onProgress, async () => {
        must(
          await minikube(['delete', '-p', name], { timeoutMs: deleteBoundMs, signal, kubeconfig }),
          `minikube could not delete the profile ${name}`,
        );
      });
    },

    async status(name, signal) {
      const nodes = (await nodesOf(name, signal)) ?? [];
      const running = nodes.filter((node) => node.state === 'running').length;
      return {
        name,
        exists: nodes.length > 0,
        nodes,
        state: nodes.length === 0 ? 'absent' : running === nodes.length ? 'running' : running === 0 ? 'stopped' : 'partly',
      };
    },

    async ownershipId(name, signal) {
      const profile = await profileNamed(name, signal);
      if (!profile) return { none: `minikube has no profile named ${name}` };
      const [id, ...others] = profile.apiServerNames.flatMap((one) => idIn(one) ?? []);
      if (id === undefined) return { none: `the profile ${name} carries no mark of kubedrill` };
      if (others.length > 0) return { none: `the profile ${name} carries several marks` };
      if (profile.driver !== 'docker') return { id };
      for (const node of (await nodesOf(name, signal)) ?? []) {
        const label = await run(
          'docker',
          ['inspect', '--type', 'container', '--format', `{{index .Config.Labels "${nameLabel}"}}`, node.name],
          {
            timeoutMs: lookBoundMs,
            signal,
          },
        );
        // somebody removed it; the profile goes on bearing the mark
        if (!label.ok && /no such (object|container)/i.test(label.stderr)) continue;
        if (!label.ok || label.stdout.trim() !== node.name) return { none: `the container ${node.name} is not minikube's` };
      }
      return { id };
    },

    async serverOf(name, kubeconfig, signal) {
      const found = /^\s*server:\s*(\S+)\s*$/m.exec(readIfThere(kubeconfig) ?? '')?.[1];
      const ip = await minikube(['ip', '-p', name], { signal });
      // a driver that publishes on this machine has another address than the node's
      if (!ip.ok || !found || /127\.0\.0\.1|localhost/.test(found)) return { expected: undefined, found };
      return { expected: `https://${ip.stdout.trim()}:${new URL(found).port}`, found };
    },

    async start(name, { made, onProgress, signal }) {
      for (const node of (await nodesOf(name, signal)) ?? [])
        if (node.state === 'paused' && (await driverOf(name, signal)) === 'docker')
          await run('docker', ['unpause', node.name], { timeoutMs: lookBoundMs, signal });
      const nodes = await nodesOf(name, signal);
      if (nodes?.every((node) => node.state === 'running')) return;
      await timed(`minikube start -p ${name}`, startBoundMs / 1000, onProgress, async () => {
        must(
          // --force, --preload and others are no part of a profile; names and settings that were given by hand would replace those with ours
          await minikube(['start', '-p', name, ...asked(made.ownershipId), '--interactive=false', ...(made.providerArgs ?? [])], {
            timeoutMs: startBoundMs,
            signal,
          }),
          `minikube could not start the profile ${name}`,
        );
      });
      await taintControlPlane(name, ports.kubeconfigOf(name), signal);
    },

    labImages: async () => 'load',
    kubectl: ports.kubectl,

    exec: onNode,
    pause: (cluster, node, signal) => container(cluster, 'pause', node, signal),
    unpause: (cluster, node, signal) => container(cluster, 'unpause', node, signal),

    async loadImages(cluster, images, { onProgress, signal }) {
      if (images.length === 0) return;
      await timed(`load ${images.length} images into the profile ${cluster}`, 1200, onProgress, async () => {
        // named one by one, each image is saved, packed and unpacked for itself; in one archive they have what they share once
        const folder = mkdtempSync(join(tmpdir(), 'kubedrill-images-'));
        const archive = join(folder, 'images.tar');
        try {
          must(
            await run('docker', ['save', '--output', archive, ...images], { timeoutMs: 600_000, signal }),
            'could not save the lab images',
          );
          must(
            await minikube(['image', 'load', '-p', cluster, archive], { timeoutMs: 600_000, signal }),
            'minikube could not load the lab images',
          );
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
        await mustHaveImages(cluster, images, signal);
      });
    },

    async facts(name, signal): Promise<ProviderFacts> {
      const nodes = (await nodesOf(name, signal)) ?? [];
      const addons = enabledAddons((await minikube(['addons', 'list', '-p', name, '-o', 'json'], { signal })).stdout);
      return {
        storage: {
          className: 'standard',
          provisioner: 'k8s.io/minikube-hostpath',
          binding: 'Immediate',
          ...volumesBy['k8s.io/minikube-hostpath'],
        },
        controlPlaneTainted: nodes.length > 1,
        networkPolicy: false,
        staticPodPath: '/etc/kubernetes/manifests',
        readyzOnNode: 'https://127.0.0.1:8443/readyz',
        ingress: addons.has('ingress') ? { how: 'addon', className: 'nginx' } : { how: 'stand-in', className: 'kubedrill' },
        metrics: { how: addons.has('metrics-server') ? 'addon' : 'stand-in' },
      };
    },
  };
}
