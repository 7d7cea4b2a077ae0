import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Probes } from '../grading/probes.ts';
import type { KubeList } from '../kube/api.ts';
import { pathOf } from '../kube/path.ts';
import { type Command, filesOf, parseCommand } from '../lab/command.ts';
import { workloadsIn } from '../lab/placeholders.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { readIfThere } from '../system/files.ts';
import type { Run } from '../system/run.ts';
import { waitUntil } from '../system/wait.ts';
import type { DrillCluster } from './cluster.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { Workspace } from './workspace.ts';

export interface Performed {
  argv: string[];
  exitCode: number;
  stdout: string;
  stderr: string;
  ms: number;
  /** Its failure is no failure of the solution (`@may-fail`). */
  mayFail: boolean;
}

export interface PerformOptions {
  cluster: DrillCluster;
  workspace: Workspace;
  namespace: string;
  lab: string;
  faults: FaultDesk;
  probes: Probes;
  run: Run;
  clock: Clock;
  signal: AbortSignal;
  /** Told what is run, just before. */
  onStart?(argv: string[]): void;
  /** Resolves when the check passes, or was latched; throws at its bound. */
  waitForCheck(id: string): Promise<string>;
  /** Renders placeholders, the live ones included. */
  render(text: string): Promise<string>;
}

const kubectlBoundMs = 240_000;

/** Runs one command of a solution, a wrong fix or a set-up: kubectl with the drill's kubeconfig and namespace, or an act. */
export async function perform(text: string, options: PerformOptions): Promise<Performed> {
  const rendered = await options.render(text);
  const parsed = parseCommand(rendered);
  if ('problem' in parsed) throw new LabError('lab-invalid', `${rendered}: ${parsed.problem}`);
  options.onStart?.(parsed.type === 'kubectl' ? ['kubectl', ...parsed.argv] : rendered.split(' '));
  const started = options.clock.now();
  const done = (stdout: string): Performed => ({
    argv: rendered.split(' '),
    exitCode: 0,
    stdout,
    stderr: '',
    ms: options.clock.now() - started,
    mayFail: false,
  });
  return parsed.type === 'kubectl' ? kubectl(parsed, options) : done(await act(parsed, options));
}

/** Fills in where a Pod runs now (`{{nodeOf ...}}`) in the files of a command, which were laid out before anybody knew. */
async function fillFiles(command: Command, options: PerformOptions): Promise<void> {
  for (const file of filesOf(command)) {
    // the loader knows a given file as files/x.yaml; it lies in the folder without that
    const path = join(options.workspace.cwd, file.replace(/^files\//, ''));
    const text = readIfThere(path);
    if (text !== undefined && workloadsIn(text).length > 0) writeFileSync(path, await options.render(text));
  }
}

async function kubectl(command: Extract<Command, { type: 'kubectl' }>, options: PerformOptions): Promise<Performed> {
  await fillFiles(command, options);
  const result = await options.run(options.cluster.kubectl, command.argv, {
    cwd: options.workspace.cwd,
    env: { KUBECONFIG: options.workspace.env.KUBECONFIG },
    timeoutMs: kubectlBoundMs,
    signal: options.signal,
  });
  if (result.outcome === 'missing')
    throw new LabError('missing-program', `${options.cluster.kubectl} is not there`, { hint: 'Bring it back: kubedrill up' });
  if (result.outcome === 'cancelled') throw new LabError('interrupted', `interrupted: ${result.command}`);
  return {
    argv: ['kubectl', ...command.argv],
    exitCode: result.exitCode ?? 1,
    stdout: result.stdout,
    stderr: result.outcome === 'timed-out' ? `${result.stderr}\ngiven up after ${kubectlBoundMs / 1000} s` : result.stderr,
    ms: result.ms,
    mayFail: command.mayFail,
  };
}

async function act(command: Exclude<Command, { type: 'kubectl' }>, options: PerformOptions): Promise<string> {
  const { faults } = options;
  switch (command.type) {
    case 'wait':
      return options.waitForCheck(command.check);
    case 'delete-pod':
      return deletePod(command.selector, command.which, options);
    case 'node-write': {
      const text = readFileSync(join(options.workspace.cwd, command.file), 'utf8');
      return onNode(options, command.node, ['tee', command.path], text);
    }
    case 'node-remove':
      return onNode(options, command.node, ['rm', '-f', command.path]);
    case 'component':
      return command.what === 'stop'
        ? inject(options, 'stop-component', { component: command.name })
        : undo(options, 'stop-component', (params) => params.component === command.name, `${command.name} runs again`);
    case 'kubelet':
      return command.what === 'stop'
        ? inject(options, 'stop-kubelet', { node: command.node })
        : undo(options, 'stop-kubelet', (params) => params.node === command.node, `the kubelet of ${command.node} runs again`);
    case 'pause':
      return inject(options, 'pause-node', { node: command.node });
    case 'unpause':
      if (await faults.undo((fault, params) => fault === 'pause-node' && params.node === command.node)) return `${command.node} runs again`;
      throw new LabError('set-up-failed', `${command.node} is not paused`);
    case 'http': {
      const answer = await options.probes.http({ url: command.url, count: command.count });
      if (!answer.ok)
        throw new LabError('could-not-grade', `could not ask ${command.url}: ${answer.reason}`, {
          hint: 'See how the cluster is: kubedrill doctor',
        });
      return `${answer.value.filter((one) => one.status === 200).length} of ${answer.value.length} requests answered 200`;
    }
  }
}

async function onNode(options: PerformOptions, node: string, argv: string[], input?: string): Promise<string> {
  const result = await options.cluster.nodes.exec(node, argv, input === undefined ? {} : { input });
  if (!result.ok) throw new LabError('command-failed', `${argv.join(' ')} on ${node} failed: ${result.stderr.trim()}`);
  return '';
}

async function inject(options: PerformOptions, use: string, params: Record<string, unknown>): Promise<string> {
  await options.faults.inject({ use, with: params }, options.namespace, options.lab);
  return `${use} ${Object.values(params).join(' ')}: in force`;
}

async function undo(
  options: PerformOptions,
  use: string,
  matches: (params: Record<string, unknown>) => boolean,
  said: string,
): Promise<string> {
  if (await options.faults.undo((fault, params) => fault === use && matches(params))) return said;
  throw new LabError('set-up-failed', `no ${use} is in force that could be undone`);
}

async function deletePod(selector: string, which: 'oldest' | 'newest' | 'notready', options: PerformOptions): Promise<string> {
  const { cluster, namespace, clock, signal } = options;
  const list = async () => {
    const answer = await cluster.api.request<KubeList>('GET', pathOf('Pod', namespace), { query: { labelSelector: selector }, signal });
    if (!answer.ok) throw new LabError('could-not-grade', `could not list Pods with ${selector}: ${answer.message}`);
    return answer.body.items.filter((pod) => !pod.metadata.deletionTimestamp);
  };
  const isReady = (pod: Awaited<ReturnType<typeof list>>[number]) =>
    (pod.status?.conditions ?? []).some(
      (condition: { type: string; status: string }) => condition.type === 'Ready' && condition.status === 'True',
    );
  const before = (await list()).sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
  const victim = which === 'oldest' ? before[0] : which === 'newest' ? before.at(-1) : before.find((pod) => !isReady(pod));
  if (!victim) throw new LabError('command-failed', `no Pod with ${selector} to delete (${which})`);
  const readyBefore = before.filter(isReady).length;
  const path = pathOf('Pod', namespace, victim.metadata.name);
  const deleted = await cluster.api.request('DELETE', path, { signal });
  if (!deleted.ok && deleted.reason !== 'NotFound')
    throw new LabError('command-failed', `could not delete Pod ${victim.metadata.name}: ${deleted.message}`);
  const owned = (victim.metadata.ownerReferences ?? []).length > 0;
  const replaced = await waitUntil(
    async () => {
      const now = await cluster.api.request('GET', path, { signal });
      const gone = (!now.ok && now.reason === 'NotFound') || (now.ok && now.body.metadata.uid !== victim.metadata.uid);
      const pods = await list();
      const ready = pods.filter(isReady).length;
      return {
        done: gone && (!owned || (pods.length >= before.length && ready >= readyBefore)),
        seen: `${gone ? 'gone' : 'still there'}, ${ready} of ${readyBefore} ready`,
      };
    },
    { boundMs: 90_000, clock, signal },
  );
  if (replaced.outcome !== 'done')
    throw new LabError('timed-out', `Pod ${victim.metadata.name} was not replaced within 90 s: ${replaced.seen}`);
  return `pod "${victim.metadata.name}" deleted${owned ? ' and replaced' : ''}`;
}
