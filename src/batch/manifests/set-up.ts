import { type EvaluationContext, evaluateCondition, type GradersById, readsOfCondition } from '../../grading/evaluate.ts';
import { kinds } from '../../grading/kinds.ts';
import { CannotSee } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { Probes } from '../../grading/probes.ts';
import { couldNotSee, type Verdict } from '../../grading/verdict.ts';
import type { KubeApi } from '../../kube/api.ts';
import { applyObjects, parseManifests } from '../../kube/apply.ts';
import type { Lab, LabSetupAction } from '../../lab/schema.ts';
import type { Clock } from '../../system/clock.ts';
import { waitUntil } from '../../system/wait.ts';
import { ListedCluster } from '../one-shot-view.ts';

const defaultWaitMs = 60_000;
const namespacedKinds = new Set(Object.values(kinds).flatMap((kind) => (kind.namespaced ? [kind.kind as string] : [])));

/** The objects of a file of the lab's start state. */
function objectsOf(lab: Lab, file: string, rendered: (text: string) => string = (text) => text): KubeObject[] {
  const text = lab.files[file] ?? lab.files[`start/${file}`] ?? lab.files[`files/${file}`] ?? '';
  return parseManifests(rendered(text), `${lab.folder}/${file}`).objects;
}

const filesOf = (action: LabSetupAction): string[] => ('apply' in action ? [action.apply].flat() : []);

/** Why a lab cannot be graded from manifests alone; `undefined` when it can. */
export function whyNotFromManifests(lab: Lab): string | undefined {
  if (lab.exclusive) return 'it needs a cluster of its own';
  if (lab.needs.ingress) return 'the host of its Ingress belongs to the whole cluster: two who claim it would get the answers of one';
  for (const action of lab.setup) {
    if ('run' in action) return `its set-up runs a command: ${action.run}`;
    if ('fault' in action) return `its set-up injects the fault ${action.fault.use}`;
  }
  const faulty = lab.steps.find((step) => step.fault);
  if (faulty) return `its step ${faulty.id} injects the fault ${faulty.fault!.use}`;
  const wide = lab.setup
    .flatMap(filesOf)
    .flatMap((file) => objectsOf(lab, file))
    .find(({ kind }) => !namespacedKinds.has(kind ?? ''));
  return wide ? `its set-up makes ${wide.kind} ${wide.metadata.name}, which belongs to the whole cluster` : undefined;
}

export interface SetUpOptions {
  api: KubeApi;
  namespace: string;
  /** Fills in the placeholders of a manifest. */
  rendered(text: string): string;
  graders: GradersById;
  probes: Probes;
  clock: Clock;
  signal: AbortSignal;
}

/** Brings a throwaway namespace to the lab's start state. Gives what went wrong, if anything: never the learner's mistake. */
export async function setUpFromManifests(lab: Lab, options: SetUpOptions): Promise<string | undefined> {
  const { api, namespace, clock, signal } = options;
  for (const action of lab.setup) {
    for (const file of filesOf(action)) {
      for (const result of await applyObjects(api, objectsOf(lab, file, options.rendered), { namespace, clock, signal })) {
        if (!result.ok) return `the lab's set-up failed: ${file}: ${result.what}: ${result.failure.message}`;
      }
    }
    if ('wait' in action) {
      const verdict = await waitFor(action.wait, options);
      if (verdict.verdict === 'pass') continue;
      const seen = verdict.verdict === 'error' ? verdict.reason : `observed ${verdict.observed}, expected ${verdict.expected}`;
      return `the lab's set-up waited in vain: ${seen}`;
    }
  }
  return undefined;
}

async function waitFor(condition: Extract<LabSetupAction, { wait: unknown }>['wait'], options: SetUpOptions): Promise<Verdict> {
  const { api, namespace, graders, probes, clock, signal } = options;
  const listed = new ListedCluster({ api, learners: 1, clock });
  const reads = readsOfCondition(condition, graders);
  const cannot = () => {
    throw new CannotSee('it is not known while the start state is made');
  };
  let verdict: Verdict = couldNotSee('it was not looked at');
  await waitUntil(
    async () => {
      const sight = await listed.look(namespace, reads, signal);
      if (!sight.seen) verdict = couldNotSee(sight.reason);
      else {
        const context: EvaluationContext = {
          mirror: sight.view,
          probes,
          timeline: cannot,
          baseline: cannot,
          cluster: cannot,
          now: clock.now(),
          signal,
        };
        verdict = await evaluateCondition(condition, context, graders);
      }
      return { done: verdict.verdict === 'pass', seen: verdict.verdict };
    },
    { boundMs: condition.within ?? defaultWaitMs, everyMs: 500, clock, signal },
  );
  return verdict;
}
