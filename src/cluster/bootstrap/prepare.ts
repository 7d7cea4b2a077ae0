import { join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Holder } from '../../store/lock.ts';
import { type Processes, processes as realProcesses } from '../../store/processes.ts';
import type { Clock } from '../../system/clock.ts';
import type { Paths } from '../../system/paths.ts';
import type { OnProgress } from '../../system/progress.ts';
import type { Run } from '../../system/run.ts';
import { loadImages } from '../images.ts';
import { openCache } from './cache.ts';
import { must } from './commands.ts';
import { debianInContainer, debianPackages } from './debian.ts';
import { setEgressGuard } from './egress-guard.ts';
import { canRunNodes, type Engine, hasSystemd, lookAtEngine, startEngine, startedByUs } from './engine.ts';
import { containerGo, type Go, hostGo, noGo } from './go.ts';
import { lowLimits } from './inotify.ts';
import { labImageArchives } from './lab-images.ts';
import { withLock } from './lock.ts';
import { type Machine, machine as realMachine } from './machine.ts';
import { finalNode, hasImage, nodeBase, removeLeftovers } from './node-image.ts';
import { type DebianPackage, installPackages, missingPackages } from './packages.ts';
import { type HostProgram, kindProgram, kubectlProgram, programsOf } from './programs.ts';
import { type Ask, registryAnswers, waysToRegistry } from './registry.ts';
import { minimalRoot } from './root-file-systems.ts';
import { carryOut, type Plan, planFor, type Step } from './steps.ts';
import { publishedNodeImage } from './versions.ts';
import type { Workshop } from './workshop.ts';

export interface BootstrapPorts {
  run: Run;
  clock: Clock;
  paths: Paths;
  env: Record<string, string | undefined>;
  /** Folder of the installed kubedrill, with images/. */
  home: string;
  machine?: Machine;
  processes?: Processes;
  /** How the registry is asked. */
  registry?: Ask[];
}

/** What clusters are made with. */
export interface Tools {
  kind: string;
  kubectl: string;
  nodeImage: string;
  /** The node image was built here, without a registry. */
  airGapped: boolean;
  cgroupV1: boolean;
  cores: number;
  /** The lab images are part of the node image. */
  labImagesBaked: boolean;
  /** Archives of the lab images, for a node image that does not have them. */
  labImages: string[];
}

/** One thing that is missing. */
export interface PlanItem {
  what: string;
  minutes: number;
  gigabytes: number;
}

/** All steps of one way to the tools, and what they give. */
interface Route {
  goals: string[];
  steps: Step[];
  tools: Omit<Tools, 'cgroupV1' | 'cores'>;
}

const buildBoundMs = 60 * 60_000;
const never = new AbortController().signal;

/** What is missing on this machine; nothing is done. Empty when all is there. */
export async function planBootstrap(ports: BootstrapPorts): Promise<PlanItem[]> {
  const route = await chooseRoute(ports);
  return itemsOf(await planFor(route.goals, route.steps));
}

/** What a cluster needs whose nodes come from elsewhere. */
const besideNodes = ['kubectl', 'lab-images'];

/** What is missing where nodes come from elsewhere. */
export async function planLabImages(ports: BootstrapPorts): Promise<PlanItem[]> {
  const route = await chooseRoute(ports);
  return itemsOf(await planFor(besideNodes, route.steps));
}

const itemsOf = (plan: Plan): PlanItem[] =>
  plan.steps.map((step) => ({ what: step.title, minutes: step.seconds / 60, gigabytes: step.megabytes / 1000 }));

/** Brings what is missing. It goes on where an interrupted one stopped; of two at once the second waits. */
export async function prepare(ports: BootstrapPorts, onProgress: OnProgress, signal: AbortSignal): Promise<Tools> {
  const ready = await toolsIfReady(ports);
  if (ready) {
    await keepGuard(ports, signal);
    return ready;
  }
  return alone(ports, onProgress, signal, async () => {
    const route = await chooseRoute(ports);
    await carryOutPlan(await planFor(route.goals, route.steps), ports, onProgress, signal);
    const tools = await toolsIfReady(ports);
    if (!tools) throw new LabError('build-failed', 'something is still missing after the build', { hint: 'See what: kubedrill doctor' });
    return tools;
  });
}

/** Brings the archives of all lab images, and kubectl where there is none, and gives the paths of the archives. */
export async function buildLabImages(ports: BootstrapPorts, onProgress: OnProgress, signal: AbortSignal): Promise<string[]> {
  const route = await chooseRoute(ports);
  if ((await planFor(besideNodes, route.steps)).steps.length > 0) {
    await alone(ports, onProgress, signal, async () => carryOutPlan(await planFor(besideNodes, route.steps), ports, onProgress, signal));
  }
  return route.tools.labImages;
}

async function carryOutPlan(plan: Plan, ports: BootstrapPorts, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
  await enoughRoom(ports, plan);
  await openCache(ports.paths).sweep(ports.clock.now());
  await removeLeftovers(ports.run, signal);
  await carryOut(plan, { onProgress, clock: ports.clock, signal });
}

/** One build at a time on this cache. */
function alone<T>(ports: BootstrapPorts, onProgress: OnProgress, signal: AbortSignal, build: () => Promise<T>): Promise<T> {
  const { clock, paths, processes = realProcesses } = ports;
  const onWait = ({ command, pid }: Holder) =>
    onProgress({ type: 'step-note', step: 'wait', note: `"${command}" (process ${pid}) builds already: waiting for it` });
  const path = join(paths.cache, 'build.lock');
  return withLock({ path, what: 'the build', command: commandLine(), boundMs: buildBoundMs, clock, processes, signal, onWait }, build);
}

const commandLine = () => `kubedrill ${process.argv.slice(2).join(' ')}`.trim();

/** A kubectl that fits, when there is one, whether or not all else is there. */
export async function kubectlIfReady(ports: BootstrapPorts): Promise<string | undefined> {
  const { run, machine = realMachine } = ports;
  const engine = await lookAtEngine(run, machine);
  for (const route of [await airGapped(ports, engine), await withRegistry(ports, engine)]) {
    if ((await planFor(['kubectl'], route.steps)).steps.length === 0) return route.tools.kubectl;
  }
  return undefined;
}

/** The tools when all is there, without any work and without the network. */
export async function toolsIfReady(ports: BootstrapPorts): Promise<Tools | undefined> {
  const { run, machine = realMachine } = ports;
  const engine = await lookAtEngine(run, machine);
  if (!(await canRunNodes(engine, machine)) || engine.state !== 'running') return undefined;
  for (const route of [await airGapped(ports, engine), await withRegistry(ports, engine)]) {
    const plan = await planFor(route.goals, route.steps);
    if (plan.steps.length === 0) return { ...route.tools, cgroupV1: engine.cgroup === 1, cores: machine.cores };
  }
  return undefined;
}

/** What is there already decides; only then the registry is asked. */
async function chooseRoute(ports: BootstrapPorts): Promise<Route> {
  const { run, machine = realMachine } = ports;
  const engine = await lookAtEngine(run, machine);
  if (engine.state === 'forbidden') {
    throw new LabError('missing-program', `this user may not use the Docker engine: ${engine.reason}`, {
      hint: 'Let it: sudo usermod -aG docker $USER, then log in again.',
    });
  }
  const own = await airGapped(ports, engine);
  if (engine.state === 'running') {
    if (await hasImage(run, own.tools.nodeImage)) return own;
    if (await hasImage(run, publishedNodeImage.reference)) return withRegistry(ports, engine);
  }
  const reached = await registryAnswers(ports.registry ?? waysToRegistry(run), never);
  if (reached) return withRegistry(ports, engine);
  if (machine.platform !== 'linux') {
    throw new LabError('not-possible-here', 'no container registry answers, and a node image can be built on Linux only', {
      hint: 'Connect to the internet and run the same command again.',
    });
  }
  return own;
}

function workshop(ports: BootstrapPorts, engine: Engine, way: 'packages' | 'containers'): Workshop {
  const { run, clock, paths, home, machine = realMachine } = ports;
  let go: Promise<Go> | undefined;
  return {
    run,
    clock,
    paths,
    machine,
    cache: openCache(paths),
    home,
    go: () => {
      go ??= hostGo(run).then((found) => {
        if (!('none' in found)) return found;
        if (way === 'containers') return containerGo(run, paths.cache);
        throw noGo(found.none);
      });
      return go;
    },
    debian: way === 'packages' ? debianPackages(run) : debianInContainer(run),
    node: { os: 'linux', architecture: engine.state === 'running' ? engine.architecture : machine.architecture },
  };
}

/** Everything from Go modules and Debian packages. */
async function airGapped(ports: BootstrapPorts, engine: Engine): Promise<Route> {
  const shop = workshop(ports, engine, 'packages');
  const system = systemSteps(ports, engine, ['mmdebstrap']);
  const programs = await programsOf(shop);
  const kind = await kindProgram(shop);
  const kubectl = await kubectlProgram(shop, 'kubernetes');
  const minimal = minimalRoot(shop, ['packages']);
  const base = await nodeBase(shop, programs, minimal);
  const labs = await labImageArchives(shop, loadImages(ports.home), minimal);
  const node = finalNode(shop, base, labs);
  return {
    goals: ['engine', 'limits', 'kind', 'kubectl', 'node-image'],
    steps: [...system, ...programs.steps, kind.step, kubectl.step, minimal.step, ...base.steps, ...labs.steps, node.step],
    tools: {
      kind: kind.path,
      kubectl: kubectl.path,
      nodeImage: node.reference,
      airGapped: true,
      labImagesBaked: true,
      labImages: labs.archives(),
    },
  };
}

/** kind's own node image from the registry; only the lab images are built here, with the machine's tools or in containers. */
async function withRegistry(ports: BootstrapPorts, engine: Engine): Promise<Route> {
  const { run } = ports;
  const shop = workshop(ports, engine, 'containers');
  const system = systemSteps(ports, engine, []);
  const afterEngine = ({ step }: HostProgram): Step => ({ ...step, needs: [...step.needs, 'engine'] });
  const kind = await kindProgram(shop);
  const kubectl = await kubectlProgram(shop, undefined);
  const minimal = minimalRoot(shop, ['engine']);
  const labs = await labImageArchives(shop, loadImages(ports.home), minimal);
  const { reference, kubernetes } = publishedNodeImage;
  const node: Step = {
    id: 'node-image',
    title: `kind's node image of Kubernetes ${kubernetes}, from its registry`,
    needs: ['engine'],
    lane: 'engine',
    seconds: 90,
    megabytes: 1000,
    ready: () => hasImage(run, reference),
    make: async (_, signal) => {
      await must(run, 'docker', ['pull', '--quiet', reference], { timeoutMs: 20 * 60_000, signal, fact: `could not pull ${reference}` });
    },
  };
  return {
    goals: ['engine', 'limits', 'kind', 'kubectl', 'node-image', 'lab-images'],
    steps: [...system, afterEngine(kind), afterEngine(kubectl), minimal.step, ...labs.steps, node],
    tools: {
      kind: kind.path,
      kubectl: kubectl.path,
      nodeImage: reference,
      airGapped: false,
      labImagesBaked: false,
      labImages: labs.archives(),
    },
  };
}

/** The machine itself: packages, the engine, limits of the kernel. */
function systemSteps(ports: BootstrapPorts, engine: Engine, tools: DebianPackage[]): Step[] {
  const { run, clock, paths, machine = realMachine } = ports;
  const wanted: DebianPackage[] = [
    ...(engine.state === 'missing' ? (['docker.io'] as const) : []),
    ...(engine.state === 'running' ? [] : (['iptables'] as const)),
    ...tools,
  ];
  const packages = machine.platform === 'linux' ? missingPackages(wanted, machine) : [];
  const how = hasSystemd(machine) ? 'start the Docker engine' : 'start the Docker engine; close its way into private networks';
  return [
    {
      id: 'packages',
      title: `install Debian packages: ${packages.join(', ')}`,
      needs: [],
      lane: 'system',
      seconds: 25,
      megabytes: 350,
      ready: async () => packages.length === 0,
      make: (_, signal) => installPackages(packages, { run, machine, signal }),
    },
    {
      id: 'engine',
      title: how,
      needs: ['packages'],
      lane: 'system',
      seconds: 5,
      megabytes: 0,
      ready: async () => canRunNodes(await lookAtEngine(run, machine), machine),
      make: (_, signal) => startEngine({ run, machine, paths, clock, signal }),
    },
    {
      id: 'limits',
      title: 'raise the limits of fs.inotify until the next start of this machine',
      needs: [],
      lane: 'system',
      seconds: 1,
      megabytes: 0,
      // only root may; doctor says so to everybody else
      ready: async () => !machine.root || (await lowLimits(machine)).length === 0,
      make: async () => {
        for (const limit of await lowLimits(machine)) machine.set(limit.path, String(limit.raiseTo));
      },
    },
  ];
}

/** An engine that kubedrill started keeps its guard, also when the network was set up anew since. */
async function keepGuard(ports: BootstrapPorts, signal: AbortSignal): Promise<void> {
  const { run, paths, machine = realMachine } = ports;
  if (await startedByUs(machine, paths)) await setEgressGuard(run, machine, signal);
}

async function enoughRoom({ paths, machine = realMachine }: BootstrapPorts, plan: Plan): Promise<void> {
  const free = await machine.freeBytes(paths.cache);
  const needed = plan.megabytes * 1e6;
  if (free >= needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new LabError(
    'build-failed',
    `the build takes about ${gigabytes(needed)} GB, the disk of ${paths.cache} has ${gigabytes(free)} GB free`,
    {
      hint: 'Free some room, or put the cache on another disk: KUBEDRILL_CACHE=<folder>',
    },
  );
}
