import { createServer } from 'node:net';
import type { KubeApi, KubeList } from '../kube/api.ts';
import { connect } from '../kube/connect.ts';
import { pathOf } from '../kube/path.ts';
import { LabError } from '../lab-error.ts';
import { journalPath, openJournal } from '../store/journal.ts';
import { expectWritable, readIfThere } from '../system/files.ts';
import { type Engine, lookAtEngine, whyNoNodes } from './bootstrap/engine.ts';
import { inotifyLimits, lowLimits, raiseCommand } from './bootstrap/inotify.ts';
import { machine as realMachine } from './bootstrap/machine.ts';
import { type BootstrapPorts, planBootstrap, toolsIfReady } from './bootstrap/prepare.ts';
import { verifyOwnership } from './ownership.ts';
import type { Provider } from './provider.ts';
import { kubeconfigOf, readRecord } from './records.ts';

/** One line of the examination. */
export interface Finding {
  what: string;
  state: 'ok' | 'warn' | 'fail';
  detail: string;
  /** The command that mends it. */
  mend?: string;
}

export interface DoctorPorts extends BootstrapPorts {
  signal: AbortSignal;
  /** The provider of the cluster that is looked at. */
  provider: Provider;
  /** Whether a port on the loopback address can be had. */
  freePort?: () => Promise<boolean>;
}

const gigabyte = 1e9;
/** A three-node cluster idles at 1 GB, and labs want some, too. */
const memory = { fail: 1.9 * gigabyte, warn: 3.5 * gigabyte };
const disk = { fail: 2 * gigabyte, warn: 6 * gigabyte };

const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail });
const warn = (what: string, detail: string, mend?: string): Finding => ({ what, state: 'warn', detail, mend });
const fail = (what: string, detail: string, mend?: string): Finding => ({ what, state: 'fail', detail, mend });
const inGigabytes = (bytes: number) => `${(bytes / gigabyte).toFixed(1)} GB`;

/** Looks at the machine and the cluster; changes nothing but a file of its own in the state folder, which it removes. */
export async function examine(ports: DoctorPorts, name: string): Promise<Finding[]> {
  const { run, machine = realMachine } = ports;
  const engine = await lookAtEngine(run, machine, ports.signal);
  const [ofEngine, ofMachine, ofTools, ofCluster] = await Promise.all([
    engineFindings(engine, ports),
    machineFindings(ports),
    toolFindings(ports, engine),
    clusterFindings(ports, engine, name),
  ]);
  return [...ofEngine, ...ofMachine, ...ofTools, ...ofCluster];
}

async function engineFindings(engine: Engine, { machine = realMachine }: DoctorPorts): Promise<Finding[]> {
  switch (engine.state) {
    case 'missing':
      return [fail('engine', 'Docker is not installed', 'kubedrill up')];
    case 'stopped':
      return [fail('engine', `Docker does not run: ${engine.reason}`, 'kubedrill up')];
    case 'forbidden':
      return [fail('engine', `this user may not use Docker: ${engine.reason}`, 'sudo usermod -aG docker $USER')];
    case 'running': {
      const not = await whyNoNodes(engine, machine);
      return [
        not ? fail('engine', not.why, not.mend) : ok('engine', `Docker ${engine.version}, ${engine.driver}`),
        ok('cgroup', engine.cgroup === 2 ? 'v2' : 'v1: the kubelets are told to go on with it; Kubernetes 1.35 and later do not'),
      ];
    }
  }
}

async function machineFindings(ports: DoctorPorts): Promise<Finding[]> {
  const { paths, machine = realMachine, freePort = loopbackPort } = ports;
  const findings: Finding[] = [];
  const total = machine.memoryBytes;
  const memoryState = total < memory.fail ? fail : total < memory.warn ? warn : ok;
  findings.push(
    memoryState(
      'memory',
      `${inGigabytes(total)}${total < memory.warn ? ', a three-node cluster wants 3 GB' : ''}`,
      total < memory.warn ? 'kubedrill up --workers 1' : undefined,
    ),
  );
  const free = await machine.freeBytes(paths.cache);
  const diskState = free < disk.fail ? fail : free < disk.warn ? warn : ok;
  findings.push(diskState('disk', `${inGigabytes(free)} free at ${paths.cache}`, free < disk.warn ? 'docker system prune' : undefined));
  findings.push(stateFolder(paths.state));
  const low = new Map((await lowLimits(machine)).map((limit) => [limit.name, limit]));
  for (const { name, path } of inotifyLimits) {
    const value = (await machine.read(path))?.trim();
    const limit = low.get(name);
    if (limit) findings.push(warn(name, `${value}: two clusters fill it`, raiseCommand([limit])));
    else if (value) findings.push(ok(name, value));
  }
  findings.push(
    (await freePort())
      ? ok('ports', 'the loopback address has free ports for API servers')
      : fail('ports', 'no port on 127.0.0.1 can be had', 'ss -ltn'),
  );
  return findings;
}

function stateFolder(state: string): Finding {
  try {
    expectWritable(state);
    return ok('state folder', state);
  } catch (error) {
    return fail('state folder', error instanceof Error ? error.message : String(error), 'KUBEDRILL_STATE=<folder> kubedrill doctor');
  }
}

async function toolFindings(ports: DoctorPorts, engine: Engine): Promise<Finding[]> {
  const tools = await toolsIfReady(ports).catch(() => undefined);
  if (tools) {
    return [
      ok('kind', tools.kind),
      ok('kubectl', tools.kubectl),
      ok('node image', `${tools.nodeImage}${tools.airGapped ? ', built here with all lab images' : ''}`),
    ];
  }
  if (engine.state === 'forbidden') return [];
  try {
    const missing = await planBootstrap(ports);
    return missing.map((item) => warn('to be made', `${item.what}, about ${Math.max(1, Math.ceil(item.minutes))} min`, 'kubedrill up'));
  } catch (error) {
    return [fail('tools', error instanceof Error ? error.message : String(error), error instanceof LabError ? error.hint : undefined)];
  }
}

async function clusterFindings(ports: DoctorPorts, engine: Engine, name: string): Promise<Finding[]> {
  const { paths, provider, signal, clock } = ports;
  if (engine.state !== 'running') return [];
  const up = `kubedrill up${name === 'kubedrill' ? '' : ` --name ${name}`}`;
  const record = readRecord(paths, name);
  const status = await provider.status(name, signal).catch(() => undefined);
  if (!status) return [fail('cluster', `the provider ${provider.id} does not say how "${name}" is`, 'docker ps --all')];
  if (!status.exists) return [warn('cluster', `there is no cluster "${name}"`, up)];
  const stopped = status.nodes.filter((node) => node.state !== 'running').map((node) => `${node.name} is ${node.state}`);
  const machines = stopped.length > 0 ? fail('nodes', stopped.join(', '), up) : ok('nodes', `${status.nodes.length} node machines run`);
  const kubeconfig = kubeconfigOf(paths, name);
  if (!record || readIfThere(kubeconfig) === undefined) {
    return [
      machines,
      fail('ownership', `kubedrill did not make the cluster "${name}", so it does not touch it`, 'kubedrill up --name drill'),
    ];
  }
  let api: KubeApi;
  try {
    api = await connect(kubeconfig);
  } catch (error) {
    // `minikube stop` empties the kubeconfig that it is shown
    return [machines, fail('kubeconfig', error instanceof Error ? error.message : String(error), up)];
  }
  try {
    const ownership = await verifyOwnership(record, { name, provider, kubeconfig, api, signal }).then(
      (owned) =>
        ok(
          'ownership',
          owned.api === 'answers'
            ? 'record, nodes, kubeconfig and marker agree'
            : 'record, nodes and kubeconfig agree; the marker cannot be asked',
        ),
      (error: unknown) =>
        fail('ownership', error instanceof Error ? error.message : String(error), error instanceof LabError ? error.hint : undefined),
    );
    return [machines, ...(await healthFindings(api, signal, up)), ownership, faultFindings(journalPath(paths, name), clock)];
  } finally {
    await api.close();
  }
}

async function healthFindings(api: KubeApi, signal: AbortSignal, up: string): Promise<Finding[]> {
  const ready = await api.request('GET', '/readyz', { as: 'text', signal, timeoutMs: 5000 });
  if (!ready.ok) return [fail('API server', `${api.server}: ${ready.message}`, 'kubedrill recover')];
  const nodes = await api.request<KubeList>('GET', pathOf('Node'), { signal });
  if (!nodes.ok) return [fail('API server', `${api.server}: ${nodes.message}`, 'kubedrill recover')];
  const isReady = (node: KubeList['items'][number]) =>
    ((node.status?.conditions ?? []) as { type: string; status: string }[]).some((one) => one.type === 'Ready' && one.status === 'True');
  const notReady = nodes.body.items.filter((node) => !isReady(node)).map((node) => node.metadata.name);
  const version = nodes.body.items[0]?.status?.nodeInfo?.kubeletVersion ?? '';
  return [
    ok('API server', `${api.server} is ready`),
    notReady.length > 0
      ? fail('cluster', `not Ready: ${notReady.join(', ')}`, 'kubedrill recover')
      : ok('cluster', `${nodes.body.items.length} nodes Ready, Kubernetes ${version}`),
    ...(nodes.body.items.length === 0 ? [fail('cluster', 'it has no nodes', up)] : []),
  ];
}

function faultFindings(path: string, clock: DoctorPorts['clock']): Finding {
  const journal = openJournal(path, { clock });
  const inForce = journal.open().map((entry) => entry.what);
  return inForce.length > 0 ? warn('faults', `in force: ${inForce.join('; ')}`, 'kubedrill recover') : ok('faults', 'none in force');
}

function loopbackPort(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
