import { GradeLoop } from '../../drill/grade-loop.ts';
import type { ClusterFacts } from '../../grading/cluster-facts.ts';
import type { GradersById } from '../../grading/evaluate.ts';
import { CannotSee } from '../../grading/mirror-view.ts';
import type { KubeApi } from '../../kube/api.ts';
import { type Mirror, openMirror } from '../../kube/mirror.ts';
import type { Lab } from '../../lab/schema.ts';
import type { Clock } from '../../system/clock.ts';
import { readsOfLab } from '../grade-work.ts';
import type { Guarded } from '../kubeconfig-guard.ts';
import type { ReachedCluster } from '../live.ts';
import { ListedCluster } from '../one-shot-view.ts';
import { renderForWork } from '../render-for-work.ts';
import { namespaceOf, type RosterLearner } from '../roster.ts';
import type { ClassEvent, ClassLearner, ClassState } from './state.ts';

export interface WatchClassOptions {
  lab: Lab;
  learners: readonly { learner: RosterLearner; place: Guarded | 'home' }[];
  graders: GradersById;
  connect(kubeconfig: string): Promise<ReachedCluster>;
  home: ReachedCluster | undefined;
  facts(api: KubeApi, signal: AbortSignal): Promise<ClusterFacts | { unknown: string }>;
  onEvent(event: ClassEvent): void;
  clock: Clock;
  signal: AbortSignal;
}

/** How often a cluster that cannot be seen, or a namespace that is not there yet, is looked for again. */
const againMs = 10_000;
const readyMs = 15_000;

/** A class of which nothing is known yet. */
export function firstClassState(lab: Lab, learners: readonly RosterLearner[], now: number): ClassState {
  const checks = lab.steps.flatMap((step) =>
    step.checks.map(({ id, title, guard, points }) => ({
      id,
      step: step.id,
      title,
      guard,
      points: guard ? 0 : points,
      verdict: undefined,
    })),
  );
  return {
    lab: lab.id,
    title: lab.title,
    steps: lab.steps.map(({ id, title }) => ({ id, title })),
    learners: learners.map(
      ({ id, name }): ClassLearner => ({ id, name, sight: 'connecting', why: '', checks, since: now, last: undefined }),
    ),
  };
}

/** Watches every learner of a class until the signal aborts; each for themselves, so that one cluster's trouble is nobody else's. */
export async function watchClass(options: WatchClassOptions): Promise<void> {
  const clusters = new Clusters(options);
  try {
    await Promise.all(options.learners.map((one) => watchOne(one, clusters, options)));
  } finally {
    await clusters.close();
  }
}

/** Connections, one for each cluster and user. */
class Clusters {
  readonly #options: WatchClassOptions;
  readonly #open = new Map<string, Promise<ReachedCluster>>();

  constructor(options: WatchClassOptions) {
    this.#options = options;
  }

  of(place: Extract<Guarded, { ok: true }> | 'home'): Promise<ReachedCluster> {
    if (place === 'home') return Promise.resolve(this.#options.home!);
    const known = this.#open.get(place.key) ?? this.#options.connect(place.text);
    this.#open.set(place.key, known);
    return known;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    await Promise.allSettled(opened.map((one) => (one.status === 'fulfilled' ? one.value.api.close() : undefined)));
  }
}

async function watchOne(
  { learner, place }: WatchClassOptions['learners'][number],
  clusters: Clusters,
  options: WatchClassOptions,
): Promise<void> {
  const { clock, signal, onEvent, lab, home } = options;
  const sight = (to: 'connecting' | 'live' | 'away' | 'missing' | 'refused', why: string) =>
    onEvent({ type: 'sight', learner: learner.id, sight: to, why, at: clock.now() });
  if (place === 'home' && !home) return sight('refused', 'the roster names no kubeconfig for this learner, and there is no cluster here');
  if (place !== 'home' && !place.ok) return sight('refused', place.reason);
  const namespace = namespaceOf(learner, lab.id);
  while (!signal.aborted) {
    try {
      const reached = await clusters.of(place);
      const listed = new ListedCluster({ api: reached.api, learners: 1, clock });
      const state = await listed.namespaceState(namespace, signal);
      if (typeof state === 'object') sight('away', state.away);
      else if (state === 'absent') sight('missing', `there is no namespace ${namespace} yet`);
      else await follow(learner, namespace, reached, options, sight);
    } catch (error) {
      if (!signal.aborted) sight('away', error instanceof Error ? error.message : String(error));
    }
    await clock.sleep(againMs, signal);
  }
}

/** Follows one learner until the namespace is gone, or the class is over. */
async function follow(
  learner: RosterLearner,
  namespace: string,
  reached: ReachedCluster,
  options: WatchClassOptions,
  sight: (to: 'live' | 'away', why: string) => void,
): Promise<void> {
  const { clock, graders, onEvent } = options;
  const over = new AbortController();
  const end = () => over.abort();
  if (options.signal.aborted) end();
  options.signal.addEventListener('abort', end, { once: true });
  const { signal } = over;
  const facts = await options.facts(reached.api, signal);
  const cannot = (reason: string) => (): never => {
    throw new CannotSee(reason);
  };
  const cluster = () => ('unknown' in facts ? cannot(facts.unknown)() : facts);
  const lab = renderForWork(options.lab, { namespace, cluster });
  let mirror: Mirror | undefined;
  try {
    mirror = openMirror({ api: reached.api, reads: [...readsOfLab(lab, graders), 'ServiceAccount'], namespace, clock, signal });
    const ready = await mirror.ready(readyMs);
    if (!ready.ready) return sight('away', ready.seen);
    sight('live', '');
    mirror.onConnection((state, seen) => (state === 'live' ? sight('live', '') : sight('away', seen)));
    const seeing = mirror;
    // every namespace has this account; without it the namespace is being taken away
    seeing.onObject((change, kind, object) => {
      if (change === 'deleted' && kind === 'ServiceAccount' && object.metadata.name === 'default') end();
    });
    const loop = new GradeLoop({
      checks: lab.steps.flatMap((step) => step.checks.map((check) => ({ check, step: step.id }))),
      gradersById: graders,
      view: () => seeing.view(),
      onMirrorChange: (listener) => seeing.onChange(listener),
      probes: reached.probes(namespace, 'unknown' in facts ? undefined : facts, signal),
      timeline: cannot("the drill is recorded on the learner's machine"),
      baseline: cannot("the start of the drill is recorded on the learner's machine"),
      get facts() {
        return cluster();
      },
      clock,
      signal,
      apiTakenAway: async () => false,
      latched: new Set(),
      onCheck: ({ id, verdict }) => {
        if (verdict && !signal.aborted) onEvent({ type: 'check', learner: learner.id, check: id, verdict, at: clock.now() });
      },
    });
    const ids = lab.steps.flatMap((step) => step.checks.map(({ id }) => id));
    await loop.watch(() => ids);
  } finally {
    over.abort();
    options.signal.removeEventListener('abort', end);
    await mirror?.close();
  }
}
