import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../lab-error.ts';
import type { Clock } from '../../system/clock.ts';
import type { Paths } from '../../system/paths.ts';
import type { Run } from '../../system/run.ts';
import { waitUntil } from '../../system/wait.ts';
import { must } from './commands.ts';
import { setEgressGuard } from './egress-guard.ts';
import type { Machine } from './machine.ts';

/** The container engine of this machine. */
export type Engine =
  | {
      state: 'running';
      version: string;
      cgroup: 1 | 2;
      architecture: string;
      driver: string;
      runtime: string;
      runtimePath?: string;
      running: number;
    }
  /** No client or no daemon is installed. */
  | { state: 'missing' }
  | { state: 'stopped'; reason: string }
  /** It runs, but not for this user. */
  | { state: 'forbidden'; reason: string };

interface DockerInfo {
  ServerVersion?: string;
  CgroupVersion?: string;
  Architecture?: string;
  Driver?: string;
  DefaultRuntime?: string;
  Runtimes?: Record<string, { path?: string }>;
  ContainersRunning?: number;
  ServerErrors?: string[];
}

export async function lookAtEngine(run: Run, machine: Machine, signal?: AbortSignal): Promise<Engine> {
  const answer = await run('docker', ['info', '--format', '{{json .}}'], { timeoutMs: 20_000, signal });
  if (answer.outcome === 'missing') return { state: 'missing' };
  let info: DockerInfo = {};
  try {
    info = JSON.parse(answer.stdout) as DockerInfo;
  } catch {
    // without a daemon some clients print no document
  }
  if (answer.ok && info.ServerVersion) {
    const runtime = info.DefaultRuntime ?? 'runc';
    const runtimePath = info.Runtimes?.[runtime]?.path;
    return {
      state: 'running',
      version: info.ServerVersion,
      cgroup: info.CgroupVersion === '2' ? 2 : 1,
      architecture: { x86_64: 'amd64', aarch64: 'arm64' }[info.Architecture ?? ''] ?? machine.architecture,
      driver: info.Driver ?? 'unknown',
      runtime,
      ...(runtimePath ? { runtimePath } : {}),
      running: info.ContainersRunning ?? 0,
    };
  }
  const reason = (info.ServerErrors?.join('; ') || answer.stderr.trim().split('\n').at(-1) || answer.outcome).replace(/\s+/g, ' ');
  if (/permission denied/i.test(reason)) return { state: 'forbidden', reason };
  return machine.platform === 'linux' && !daemonPath(machine) ? { state: 'missing' } : { state: 'stopped', reason };
}

const daemonPath = (machine: Machine) =>
  ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'].find((path) => machine.exists(path));
const runcPath = (machine: Machine) =>
  ['/usr/sbin/runc', '/usr/bin/runc', '/usr/local/sbin/runc', '/usr/local/bin/runc'].find((path) => machine.exists(path));
export const hasSystemd = (machine: Machine): boolean => machine.exists('/run/systemd/system');

interface EnginePorts {
  run: Run;
  machine: Machine;
  paths: Paths;
  clock: Clock;
  signal: AbortSignal;
}

const engineFolder = (paths: Paths) => join(paths.state, 'engine');
/** What an engine that we start calls the wrapper of runc. */
const ourRuntime = 'kubedrill';
const startBoundMs = 60_000;

/** Starts the engine: by systemd where that runs, else by ourselves, and then closes what an engine of ours must not open. */
export async function startEngine(ports: EnginePorts): Promise<void> {
  const { run, machine, paths, signal } = ports;
  if (machine.platform !== 'linux') {
    throw new LabError('missing-program', 'the Docker engine does not run', {
      hint: 'Start Docker Desktop (or another Docker engine) and run the same command again.',
    });
  }
  const hint = 'Start it as root: sudo systemctl start docker';
  if (hasSystemd(machine)) {
    await must(run, 'systemctl', ['start', 'docker'], { timeoutMs: startBoundMs, signal, hint, fact: 'could not start the Docker engine' });
    await engineAnswers(ports, hint);
    return;
  }
  if (!machine.root)
    throw new LabError('missing-program', 'the Docker engine does not run, and starting it takes root', {
      hint: 'Start it as root: sudo dockerd',
    });
  const lost = lostWrapper(await lookAtEngine(run, machine, signal), machine);
  if (lost) return await writeWrapper(lost, machine);
  const folder = engineFolder(paths);
  const log = join(folder, 'dockerd.log');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await makeWay(ports);
  await must(
    run,
    'start-stop-daemon',
    [
      '--start',
      '--background',
      '--make-pidfile',
      '--pidfile',
      join(folder, 'dockerd.pid'),
      '--output',
      log,
      '--exec',
      daemonPath(machine) ?? '/usr/sbin/dockerd',
      '--',
      ...(await daemonFlags(ports)),
    ],
    { timeoutMs: 20_000, signal, fact: 'could not start the Docker engine', hint: `Its log: ${log}` },
  );
  await engineAnswers(ports, `Its log: tail ${log}`);
  await setEgressGuard(run, machine, signal);
}

/** The wrapper that the engine which runs starts containers through, when somebody deleted it. */
const lostWrapper = (engine: Engine, machine: Machine): string | undefined =>
  engine.state === 'running' && engine.runtime === ourRuntime && engine.runtimePath && !machine.exists(engine.runtimePath)
    ? engine.runtimePath
    : undefined;

/**
 * Why the engine that runs cannot run nodes, and the command that mends it: on a machine without CAP_SYS_RESOURCE plain runc
 * cannot start a privileged container, and nothing can without the wrapper that it was given.
 */
export async function whyNoNodes(engine: Engine, machine: Machine): Promise<{ why: string; mend: string } | undefined> {
  if (engine.state !== 'running') return undefined;
  const lost = lostWrapper(engine, machine);
  if (lost) return { why: `it cannot start containers: its runtime ${lost} was deleted`, mend: 'kubedrill up' };
  if (engine.runtime === 'runc' && (await lacksSysResource(machine)))
    return { why: 'it cannot start nodes: this machine lacks CAP_SYS_RESOURCE', mend: 'service docker stop && kubedrill up' };
  return undefined;
}

export const canRunNodes = async (engine: Engine, machine: Machine): Promise<boolean> =>
  engine.state === 'running' && (await whyNoNodes(engine, machine)) === undefined;

/** An engine that cannot run nodes, e.g. one that its package has just started, gives way; but never one that is in use. */
async function makeWay({ run, machine, signal }: EnginePorts): Promise<void> {
  const engine = await lookAtEngine(run, machine, signal);
  if (engine.state !== 'running') return;
  const fact = 'the Docker engine that runs cannot start nodes: this machine lacks CAP_SYS_RESOURCE';
  const hint = 'Stop it (service docker stop) and run the same command again: kubedrill then starts it the right way.';
  if (engine.running > 0) throw new LabError('not-possible-here', fact, { hint });
  await must(run, 'service', ['docker', 'stop'], { timeoutMs: startBoundMs, signal, fact, hint });
}

async function engineAnswers({ run, machine, clock, signal }: EnginePorts, hint: string): Promise<void> {
  const waited = await waitUntil(
    async () => {
      const engine = await lookAtEngine(run, machine, signal);
      return { done: engine.state === 'running', seen: 'reason' in engine ? engine.reason : engine.state };
    },
    { boundMs: startBoundMs, everyMs: 500, clock, signal },
  );
  if (waited.outcome === 'cancelled') throw new LabError('interrupted', 'interrupted while the Docker engine starts');
  if (waited.outcome === 'bound') {
    throw new LabError('missing-program', `the Docker engine did not start within ${startBoundMs / 1000} s: ${waited.seen}`, { hint });
  }
}

/** Whether the engine that runs now is the one that kubedrill started. */
export async function startedByUs(machine: Machine, paths: Paths): Promise<boolean> {
  const ours = (await machine.read(join(engineFolder(paths), 'dockerd.pid')))?.trim();
  const running = (await machine.read('/var/run/docker.pid'))?.trim();
  return ours !== undefined && ours !== '' && ours === running;
}

/** CAP_SYS_RESOURCE, bit 24 of the bounding set. @see https://man7.org/linux/man-pages/man7/capabilities.7.html */
export async function lacksSysResource(machine: Machine): Promise<boolean> {
  const bounding = /^CapBnd:\s*([0-9a-f]+)/m.exec((await machine.read('/proc/self/status')) ?? '')?.[1];
  return bounding !== undefined && ((BigInt(`0x${bounding}`) >> 24n) & 1n) === 0n;
}

/**
 * Where this machine does not have CAP_SYS_RESOURCE no container can have it, but the engine asks for it for every privileged one:
 * then containers start through a wrapper that takes it out of what the engine hands to runc.
 */
async function daemonFlags({ machine, paths }: EnginePorts): Promise<string[]> {
  if (!(await lacksSysResource(machine))) return [];
  const config = JSON.parse((await machine.read('/etc/docker/daemon.json')) ?? '{}') as Record<string, unknown>;
  if (config['default-runtime']) return [];
  const folder = engineFolder(paths);
  const wrapper = join(folder, 'runc');
  await writeWrapper(wrapper, machine);
  const file = join(folder, 'daemon.json');
  const runtimes = { ...(config.runtimes as object | undefined), [ourRuntime]: { path: wrapper } };
  await writeFile(file, `${JSON.stringify({ ...config, runtimes, 'default-runtime': ourRuntime }, null, 2)}\n`);
  return ['--config-file', file];
}

async function writeWrapper(path: string, machine: Machine): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, runcWrapper(runcPath(machine) ?? '/usr/sbin/runc'));
  await chmod(path, 0o755);
}

/** A container is described by config.json of its bundle, what is run in it later by the file of `--process`. */
export const runcWrapper = (runc: string): string => `#!/bin/sh
# Starts runc without the capability that this machine does not have. Written by kubedrill.
bundle=. process= before=
for word in "$@"; do
  case "$before" in --bundle | -b) bundle=$word ;; --process | -p) process=$word ;; esac
  case "$word" in --bundle=*) bundle=\${word#--bundle=} ;; --process=*) process=\${word#--process=} ;; esac
  before=$word
done
for file in "$bundle/config.json" "$process"; do
  [ -f "$file" ] && sed -i -E 's/"CAP_SYS_RESOURCE"[[:space:]]*,//g; s/,?[[:space:]]*"CAP_SYS_RESOURCE"//g' "$file"
done
exec ${runc} "$@"
`;
