import { randomBytes } from 'node:crypto';
import type { BaselineData } from '../../drill/baseline.ts';
import type { ClusterFacts } from '../../grading/cluster-facts.ts';
import type { GradersById } from '../../grading/evaluate.ts';
import { type KindName, kindNames, kinds } from '../../grading/kinds.ts';
import { CannotSee, type Read } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { TimelineEntry } from '../../grading/timeline.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import type { Clock } from '../../system/clock.ts';
import { fingerprintOfLab } from '../fingerprint-lab.ts';
import { gradeWork, readsOfLab } from '../grade-work.ts';
import type { Graded } from '../mark.ts';
import { ListedCluster } from '../one-shot-view.ts';
import { renderForWork } from '../render-for-work.ts';
import type { ScopedView } from '../scoped-view.ts';
import type { DrillCosts, OpenWork, Sight } from '../work.ts';
import { keyOf, type Scope, type Snapshot, type StoredLook } from './format.ts';
import { SecretHasher } from './secrets.ts';
import { snapshotProbes } from './stored-probes.ts';

export interface TakeOptions {
  lab: Lab;
  namespace: string;
  learner: string | undefined;
  kubedrill: string;
  api: KubeApi;
  graders: GradersById;
  /** What the drill left: its recording, its start state, what it cost. */
  timeline: TimelineEntry[] | undefined;
  baseline: BaselineData | undefined;
  cluster: ClusterFacts | undefined;
  costs: DrillCosts | undefined;
  clock: Clock;
  signal: AbortSignal;
  /** For tests; else random. */
  salt?: string;
}

/** Everything that lies in a drill's namespace, also what no check reads today; leases are noise. */
const everything: Read[] = kindNames.filter((kind) => kinds[kind].namespaced && kind !== 'Lease');

/**
 * Takes a snapshot: looks as grading does, and for as long as it would, so that what is on its way arrives and what must hold has held.
 * Values of Secrets never leave this function.
 */
export async function takeSnapshot(options: TakeOptions): Promise<{ snapshot: Snapshot; graded: Graded }> {
  const { api, clock, signal, namespace, graders } = options;
  const listed = new ListedCluster({ api, learners: 1, clock });
  const state = await listed.namespaceState(namespace, signal);
  if (typeof state === 'object')
    throw new LabError('no-cluster', `the cluster does not answer: ${state.away}`, { hint: 'See how it is: kubedrill doctor' });
  if (state === 'absent') {
    throw new LabError('could-not-grade', `there is no namespace ${namespace}: the lab is not under way`, {
      hint: `Begin it: kubedrill start ${options.lab.id}`,
    });
  }
  const taking = new Taking(options);
  const cannot = (reason: string) => {
    throw new CannotSee(reason);
  };
  let first = true;
  const work: OpenWork = {
    namespace,
    how: 'final',
    async look(own) {
      // the first look takes everything, those after it what the checks read
      const sight = await listed.look(namespace, first ? [...everything, ...taking.reads] : taking.reads, own);
      if (sight.seen) {
        taking.note(sight, first);
        first = false;
      }
      return sight;
    },
    probes: () => snapshotProbes,
    timeline: () => {
      const entries = options.timeline;
      return entries ? { since: entries[0]?.at ?? 0, entries: () => entries } : cannot('the drill was not recorded');
    },
    baseline: () => cannot('it is compared when the snapshot is graded'),
    cluster: () => options.cluster ?? cannot("the cluster's nodes are not known"),
    costs: options.costs,
    notes: [],
    close: async () => undefined,
  };
  const rendered = renderForWork(options.lab, work);
  taking.reads = readsOfLab(rendered, graders);
  const graded = await gradeWork(rendered, work, { graders, clock, signal });
  if (taking.looks.length === 0) {
    throw new LabError('no-cluster', `the cluster could not be looked at: ${graded.outcome === 'blind' ? graded.reason : ''}`, {
      hint: 'See how it is: kubedrill doctor',
    });
  }
  const version = await api.request<{ gitVersion?: string }>('GET', '/version', { signal });
  return { snapshot: taking.snapshot(version.ok ? version.body.gitVersion : undefined), graded };
}

/** Collects looks, each but the first as what changed. */
class Taking {
  readonly looks: StoredLook[] = [];
  reads: Read[] = [];
  readonly #options: TakeOptions;
  readonly #salt: string;
  readonly #hasher: SecretHasher;
  readonly #known = new Map<string, string | undefined>();
  #scopes: Scope[] = [];

  constructor(options: TakeOptions) {
    this.#options = options;
    this.#salt = options.salt ?? randomBytes(16).toString('hex');
    this.#hasher = new SecretHasher(this.#salt);
  }

  note(sight: Extract<Sight, { seen: true }>, first: boolean): void {
    const view = sight.view as ScopedView;
    const changed: KubeObject[] = [];
    const there = new Set<string>();
    const looked: { kind: KindName; namespace: string | undefined }[] = [];
    for (const scope of view.scopes()) {
      const { kind, namespace } = scope;
      if (first) this.#scopes.push({ kind, namespace: namespace ?? null, ...('unread' in scope ? { unread: scope.unread } : {}) });
      if ('unread' in scope) continue;
      looked.push({ kind, namespace });
      for (const object of scope.objects) {
        const key = keyOf(object);
        there.add(key);
        const { resourceVersion } = object.metadata;
        if (resourceVersion !== undefined && this.#known.get(key) === resourceVersion) continue;
        this.#known.set(key, resourceVersion);
        changed.push(this.#hasher.object(object));
      }
    }
    const ofLooked = (key: string) => looked.some(({ kind, namespace }) => key.startsWith(`${kind} ${namespace ?? ''}/`));
    const gone = [...this.#known.keys()].filter((key) => ofLooked(key) && !there.has(key));
    for (const key of gone) this.#known.delete(key);
    this.looks.push({ at: sight.at, objects: changed, gone });
  }

  snapshot(kubernetes: string | undefined): Snapshot {
    const { lab, namespace, learner, kubedrill, timeline, baseline, cluster, costs } = this.#options;
    return {
      lab: lab.id,
      fingerprint: fingerprintOfLab(lab),
      learner,
      taken: this.looks[0]!.at,
      namespace,
      kubedrill,
      kubernetes,
      salt: this.#salt,
      scopes: this.#scopes,
      looks: this.looks,
      timeline: timeline?.map((entry) => this.#hasher.entry(entry)),
      baseline: baseline && this.#hasher.baseline(baseline),
      cluster,
      costs,
    };
  }
}
