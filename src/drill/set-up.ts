import type { Verdict } from '../grading/verdict.ts';
import { pathOf } from '../kube/path.ts';
import type { Lab, LabSetupAction } from '../lab/schema.ts';
import { LabError, reasonOf } from '../lab-error.ts';
import type { OnProgress } from '../system/progress.ts';
import { waitUntil } from '../system/wait.ts';
import { type PerformOptions, perform } from './perform.ts';
import { startTraffic } from './traffic.ts';

export interface SetUpOptions extends PerformOptions {
  data: Lab;
  onProgress: OnProgress;
  /** Grades a wait's condition until it passes or its bound is reached. */
  settle(condition: Extract<LabSetupAction, { wait: unknown }>['wait']): Promise<Verdict>;
}

export const labLabel = 'kubedrill.io/lab';

/** Makes the lab's namespace and waits until Pods can be made in it. */
export async function makeNamespace(options: SetUpOptions): Promise<void> {
  const { cluster, namespace, clock, signal } = options;
  const made = await cluster.api.request('POST', pathOf('Namespace'), {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [labLabel]: options.lab } } },
    signal,
  });
  if (!made.ok)
    throw new LabError('set-up-failed', `could not make namespace ${namespace}: ${made.message}`, {
      hint: 'See how the cluster is: kubedrill doctor',
    });
  const usable = await waitUntil(
    async () => {
      const account = await cluster.api.request('GET', pathOf('ServiceAccount', namespace, 'default'), { signal });
      const ca = await cluster.api.request('GET', pathOf('ConfigMap', namespace, 'kube-root-ca.crt'), { signal });
      return { done: account.ok && ca.ok, seen: account.ok ? 'no kube-root-ca.crt yet' : 'no default ServiceAccount yet' };
    },
    { boundMs: 60_000, everyMs: 100, clock, signal },
  );
  if (usable.outcome !== 'done')
    throw new LabError('set-up-failed', `namespace ${namespace} was not usable within 60 s: ${usable.seen}`, {
      hint: 'Is the controller manager well? kubedrill doctor',
    });
}

/** `pods ready: ReplicaSet counter` from a grader and its parameters. */
function awaited(grader: string, params: Record<string, unknown>): string {
  const [first] = Object.values(params);
  const target = typeof first === 'object' && first !== null ? Object.values(first).join(' ') : String(first ?? '');
  return `${grader.replaceAll('-', ' ')}${target ? `: ${target}` : ''}`;
}

/** Bound of a wait that names none, in milliseconds. */
export const setUpWaitMs = 60_000;

/** Seconds after which a step of the set-up is given up. */
const boundOf = (action: LabSetupAction): number => ('wait' in action ? (action.wait.within ?? setUpWaitMs) / 1000 : 240);

const describe = (action: LabSetupAction): string => {
  if ('apply' in action) return `apply ${[action.apply].flat().join(', ')}`;
  if ('run' in action) return action.run;
  if ('wait' in action) return `wait for ${'grader' in action.wait ? awaited(action.wait.grader, action.wait.with) : action.wait.says}`;
  if ('fault' in action) return `inject ${action.fault.use}`;
  return `start traffic to ${action.traffic.target}`;
};

async function doAction(action: LabSetupAction, options: SetUpOptions): Promise<void> {
  if ('apply' in action) {
    for (const file of [action.apply].flat()) await mustRun(`kubectl apply -f ${file}`, options);
  } else if ('run' in action) {
    await mustRun(action.run, options);
  } else if ('fault' in action) {
    await options.faults.inject(action.fault, options.namespace, options.lab);
  } else if ('traffic' in action) {
    await startTraffic(action.traffic, options);
  } else {
    const verdict = await options.settle(action.wait);
    if (verdict.verdict === 'pass') return;
    const seen =
      verdict.verdict === 'error' ? verdict.reason : `${verdict.field ?? ''} is ${verdict.observed}, wanted ${verdict.expected}`.trim();
    throw new LabError('set-up-failed', `${options.lab}: set-up waited for "${describe(action)}" in vain: ${seen}`, {
      hint: verdict.look ? `Look: ${verdict.look}` : 'See how the cluster is: kubedrill doctor',
    });
  }
}

async function mustRun(command: string, options: SetUpOptions): Promise<void> {
  const result = await perform(command, options);
  if (result.exitCode !== 0 && !result.mayFail)
    throw new LabError('set-up-failed', `${options.lab}: set-up failed at: ${command}: ${result.stderr.trim()}`, {
      hint: 'See how the cluster is: kubedrill doctor',
    });
}

/** Brings the cluster to the lab's start state: namespace, guard of the nodes for exclusive labs, then each action in order. */
export async function setUp(options: SetUpOptions): Promise<void> {
  const steps: [string, () => Promise<void>, bound?: number][] = [
    [`make namespace ${options.namespace}`, () => makeNamespace(options)],
    ...options.data.setup.map((action): (typeof steps)[number] => [describe(action), () => doAction(action, options), boundOf(action)]),
  ];
  if (options.data.exclusive) steps.unshift(['note the state of the nodes', () => options.faults.guard(options.lab, options.namespace)]);
  options.workspace.bring('start');
  try {
    for (const [step, act, bound = 240] of steps) {
      if (options.signal.aborted) throw new LabError('interrupted', `${options.lab}: set-up was interrupted`);
      const started = options.clock.now();
      options.onProgress({ type: 'step-started', step, bound });
      try {
        await act();
      } catch (error) {
        options.onProgress({
          type: 'step-failed',
          step,
          seconds: (options.clock.now() - started) / 1000,
          reason: reasonOf(error),
        });
        throw error;
      }
      options.onProgress({ type: 'step-done', step, seconds: (options.clock.now() - started) / 1000 });
    }
  } finally {
    options.workspace.clear();
  }
}
