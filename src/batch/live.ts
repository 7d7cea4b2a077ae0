import { createHash } from 'node:crypto';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { GradersById } from '../grading/evaluate.ts';
import { CannotSee } from '../grading/mirror-view.ts';
import type { Probes } from '../grading/probes.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Lab } from '../lab/schema.ts';
import type { Clock } from '../system/clock.ts';
import { readsOfLab } from './grade-work.ts';
import { type Guarded, guardKubeconfig } from './kubeconfig-guard.ts';
import { ListedCluster } from './one-shot-view.ts';
import { namespaceOf, type Roster, type RosterLearner } from './roster.ts';
import type { Opened, OpenWork, Work } from './work.ts';

/** A cluster that somebody opened, and how one looks at it beyond its objects. */
export interface ReachedCluster {
  api: KubeApi;
  probes(namespace: string, facts: ClusterFacts | undefined, signal: AbortSignal): Probes;
}

export interface LiveOptions {
  roster: Roster;
  lab: Lab;
  graders: GradersById;
  /** The text of a kubeconfig that the roster names, or why it cannot be read. */
  readKubeconfig(path: string): { text: string } | { reason: string };
  /** Connects by a kubeconfig that has passed the guard, for as many learners as have their work there. */
  connect(kubeconfig: string, learners: number): Promise<ReachedCluster>;
  /** The cluster of learners without a kubeconfig. */
  home: (ReachedCluster & { key: string }) | undefined;
  /** What is known of a cluster's nodes, or why nothing is. */
  facts(api: KubeApi, signal: AbortSignal): Promise<ClusterFacts | { unknown: string }>;
  clock: Clock;
}

interface Shared {
  listed: ListedCluster;
  reached: ReachedCluster;
  facts: Promise<ClusterFacts | { unknown: string }>;
}

/** Learners' work in live clusters. Clusters are opened when they are first needed, once for all learners in them. */
export class LiveWorks {
  readonly works: Work[];
  readonly #options: LiveOptions;
  readonly #guarded = new Map<string, Guarded>();
  readonly #clusters = new Map<string, Promise<Shared>>();
  readonly #learnersOf = new Map<string, number>();
  readonly #learnersLeft: Map<string, number>;

  constructor(options: LiveOptions) {
    this.#options = options;
    const { learners } = options.roster;
    for (const learner of learners) {
      const key = this.#clusterKey(learner);
      if (key !== undefined) this.#learnersOf.set(key, (this.#learnersOf.get(key) ?? 0) + 1);
    }
    this.#learnersLeft = new Map(this.#learnersOf);
    this.works = learners.map((learner) => ({
      id: learner.id,
      name: learner.name,
      key: createHash('sha256')
        .update(JSON.stringify([this.#clusterKey(learner) ?? '', namespaceOf(learner, options.lab.id)]))
        .digest('hex'),
      submitted: undefined,
      open: (lab, signal) => this.#openOnce(learner, lab, signal),
    }));
  }

  /** Closes what is still open; the cluster at home belongs to who opened it. */
  async close(): Promise<void> {
    const { home } = this.#options;
    const opened = await Promise.allSettled([...this.#clusters].flatMap(([key, cluster]) => (key === home?.key ? [] : [cluster])));
    await Promise.allSettled(opened.map((one) => (one.status === 'fulfilled' ? one.value.listed.api.close() : undefined)));
  }

  /** Where a learner's work is, once the guard has seen the kubeconfig; `home` where the roster names none. */
  placeOf(learner: RosterLearner): Guarded | 'home' {
    return learner.kubeconfig === undefined ? 'home' : this.#guard(learner);
  }

  #guard(learner: RosterLearner): Guarded {
    const { kubeconfig = '', context } = learner;
    const place = JSON.stringify([kubeconfig, context ?? '']);
    const known = this.#guarded.get(place);
    if (known) return known;
    const read = this.#options.readKubeconfig(kubeconfig);
    const guarded: Guarded = 'reason' in read ? { ok: false, reason: read.reason } : guardKubeconfig(read.text, kubeconfig, context);
    this.#guarded.set(place, guarded);
    return guarded;
  }

  /** The same for learners of the same cluster with the same rights; `undefined` where there is none to be had. */
  #clusterKey(learner: RosterLearner): string | undefined {
    if (learner.kubeconfig === undefined) return this.#options.home?.key;
    const guarded = this.#guard(learner);
    return guarded.ok ? guarded.key : undefined;
  }

  /** A cluster is left as soon as the last learner in it is graded: a class may have hundreds. */
  async #openOnce(learner: RosterLearner, lab: Lab, signal: AbortSignal): Promise<Opened> {
    const key = this.#clusterKey(learner);
    const leave = async (): Promise<void> => {
      const left = (this.#learnersLeft.get(key ?? '') ?? 0) - 1;
      this.#learnersLeft.set(key ?? '', left);
      if (left > 0 || key === undefined || key === this.#options.home?.key) return;
      const [cluster] = await Promise.allSettled([this.#clusters.get(key)]);
      if (cluster?.status === 'fulfilled') await cluster.value?.listed.api.close();
    };
    let opened: Opened | undefined;
    try {
      opened = await this.#open(learner, lab, signal);
    } finally {
      if (opened?.outcome !== 'open') await leave();
    }
    return opened.outcome === 'open' ? { outcome: 'open', work: { ...opened.work, close: leave } } : opened;
  }

  async #open(learner: RosterLearner, lab: Lab, signal: AbortSignal): Promise<Opened> {
    const guarded = learner.kubeconfig === undefined ? undefined : this.#guard(learner);
    if (guarded?.ok === false) return { outcome: 'refused', reason: guarded.reason };
    if (!guarded && !this.#options.home) {
      return { outcome: 'refused', reason: 'the roster names no kubeconfig for this learner, and there is no cluster here' };
    }
    const { listed, reached, facts } = await this.#cluster(guarded);
    const namespace = namespaceOf(learner, lab.id);
    const state = await listed.namespaceState(namespace, signal);
    if (typeof state === 'object') return { outcome: 'refused', reason: `the cluster does not answer: ${state.away}` };
    if (state === 'absent') {
      return { outcome: 'missing', reason: `there is no namespace ${namespace} in this learner's cluster: the lab was not begun there` };
    }
    const known = await facts;
    const reads = readsOfLab(lab, this.#options.graders);
    const cannot = (reason: string) => () => {
      throw new CannotSee(reason);
    };
    const work: OpenWork = {
      namespace,
      how: 'final',
      look: (own) => listed.look(namespace, reads, own),
      probes: (own) => reached.probes(namespace, 'unknown' in known ? undefined : known, own),
      timeline: cannot('the drill was not recorded here: what it asks about had to be watched while it happened'),
      baseline: cannot('the start of the drill was not recorded here'),
      cluster: 'unknown' in known ? cannot(known.unknown) : () => known,
      notes: [],
      close: async () => undefined,
    };
    return { outcome: 'open', work };
  }

  #cluster(guarded: Extract<Guarded, { ok: true }> | undefined): Promise<Shared> {
    const { home, clock } = this.#options;
    const key = guarded?.key ?? home!.key;
    const known = this.#clusters.get(key);
    if (known) return known;
    const learners = this.#learnersOf.get(key) ?? 1;
    const reaching = guarded ? this.#options.connect(guarded.text, learners) : Promise.resolve(home!);
    const opening = reaching.then((reached): Shared => {
      const listed = new ListedCluster({ api: reached.api, learners, clock });
      // nobody's own signal: all learners of this cluster wait for the same answer, which is bounded by its requests
      return { listed, reached, facts: this.#options.facts(reached.api, new AbortController().signal) };
    });
    this.#clusters.set(key, opening);
    return opening;
  }
}
