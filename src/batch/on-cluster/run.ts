import { randomBytes } from 'node:crypto';
import type { GradersById } from '../../grading/evaluate.ts';
import { type KindName, kinds } from '../../grading/kinds.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { KubeApi } from '../../kube/api.ts';
import { deleteNamespace } from '../../kube/apply.ts';
import { listAll } from '../../kube/list.ts';
import { pathOf } from '../../kube/path.ts';
import type { Lab } from '../../lab/schema.ts';
import { LabError } from '../../lab-error.ts';
import { type Gradebook, gradebookOf, type LearnerGrade } from '../../report/gradebook.ts';
import type { Clock } from '../../system/clock.ts';
import { fingerprintOfLab } from '../fingerprint-lab.ts';
import { errorRow } from '../grade-class.ts';
import { readsOfLab } from '../grade-work.ts';
import type { Guarded } from '../kubeconfig-guard.ts';
import { columnsOf } from '../mark.ts';
import { mergeRows, type ResultLine, type Results } from '../results.ts';
import type { RosterLearner } from '../roster.ts';
import { shardLines } from './collect.ts';
import {
  expiresKey,
  indexLabel,
  inputObjects,
  type JobPlan,
  jobNameOf,
  jobObject,
  labObject,
  namespaceObject,
  part,
  partLabel,
  readerObjects,
} from './objects.ts';
import { inputsOf, type Placed, unreachable } from './shards.ts';

/** A learner of the roster: who is graded, and where. `home`: in the cluster that the Job runs on, which kubedrill owns. */
export interface JobLearner {
  learner: RosterLearner;
  key: string;
  place: Guarded | 'home';
}

export interface OnClusterOptions {
  lab: Lab;
  /** Every file of the lab by its path, `lab.yaml` too. */
  labFiles: Record<string, string>;
  graders: GradersById;
  learners: readonly JobLearner[];
  results: Results;
  /** The cluster that the Job runs on. */
  api: KubeApi;
  shards: number;
  image: string;
  parallel: number;
  limitSeconds: number;
  onRow(grade: LearnerGrade, kept: boolean): void;
  say(line: string): void;
  clock: Clock;
  signal: AbortSignal;
}

const pollMs = 2000;
const maxRounds = 3;
const maxLogBytes = 32 * 1024 * 1024;

type Note = (one: JobLearner, grade: LearnerGrade, kept: boolean) => void;

/**
 * Grades a roster as an Indexed Job. Rows are read from the Pods' logs as they come and are as durable as those of a local run; a Pod that
 * is lost is replaced by Kubernetes, and what it had graded is kept. Everything that was made is removed.
 */
export async function gradeOnCluster(options: OnClusterOptions): Promise<Gradebook> {
  const { lab, learners, results, signal } = options;
  const lines: ResultLine[] = [];
  const todo: Placed[] = [];
  const homes: JobLearner[] = [];
  const note: Note = (one, grade, kept) => {
    lines.push({ type: 'learner', key: one.key, grade });
    if (!kept) results.add(one.key, grade);
    options.onRow(grade, kept);
  };
  for (const one of learners) {
    const kept = results.kept(one.learner.id, one.key);
    const refused = one.place === 'home' ? undefined : one.place.ok ? unreachable(one.place, options.api.server) : one.place.reason;
    if (kept) note(one, kept, true);
    else if (refused !== undefined) note(one, errorRow(lab, one.learner, refused), false);
    else if (one.place === 'home') homes.push(one);
    else if (one.place.ok) todo.push({ learner: one.learner, guarded: one.place });
  }
  if (todo.length + homes.length > 0) {
    const run = new JobRun(options);
    try {
      const placed = [...todo, ...(await run.prepare(homes))];
      await run.grade(placed, learners, note);
    } catch (error) {
      // what broke off because of Ctrl+C is no failure of its own
      if (!signal.aborted) throw error;
    } finally {
      await run.remove();
    }
  }
  if (signal.aborted) {
    results.close();
    throw new LabError('interrupted', `${mergeRows([lines]).size} of ${learners.length} learners are graded`, {
      hint: 'Go on with the same command.',
    });
  }
  const rows = mergeRows([lines]);
  for (const one of learners) {
    if (!rows.has(one.learner.id)) note(one, errorRow(lab, one.learner, 'no result came from its shard; see the messages above'), false);
  }
  results.done();
  results.close();
  const merged = mergeRows([lines]);
  return gradebookOf(
    lab.id,
    columnsOf(lab),
    learners.flatMap(({ learner }) => merged.get(learner.id) ?? []),
  );
}

class JobRun {
  readonly #options: OnClusterOptions;
  readonly #namespace = `kubedrill-grade-${randomBytes(4).toString('hex')}`;
  readonly #deadlineSeconds: number;
  readonly #expires: string;
  #clusterScoped: KubeObject[] = [];

  constructor(options: OnClusterOptions) {
    this.#options = options;
    const { learners, shards, parallel, limitSeconds, clock } = options;
    const each = Math.ceil(Math.ceil(learners.length / shards) / parallel);
    this.#deadlineSeconds = each * limitSeconds + 300;
    this.#expires = new Date(clock.now() + (this.#deadlineSeconds + 600) * 1000).toISOString();
  }

  #plan(placed: readonly Placed[], round: number): JobPlan {
    const { lab, labFiles, image, parallel, limitSeconds, api, shards } = this.#options;
    return {
      round,
      namespace: this.#namespace,
      lab,
      labFiles,
      inputs: inputsOf(placed, Math.max(1, Math.min(shards, placed.length)), api.server),
      image,
      parallel,
      limitSeconds,
      deadlineSeconds: this.#deadlineSeconds,
      expires: this.#expires,
    };
  }

  /** Makes the namespace and, for learners of this very cluster, somebody who may read what the lab reads. */
  async prepare(homes: readonly JobLearner[]): Promise<Placed[]> {
    const { api, lab, graders, signal } = this.#options;
    await removeExpired(this.#options);
    const plan = this.#plan([], 0);
    await this.#make(namespaceObject(plan));
    await this.#make(labObject(plan));
    if (homes.length === 0) return [];
    const reader = readerObjects(plan, readsOfLab(lab, graders));
    this.#clusterScoped = reader.filter(({ metadata }) => metadata.namespace === undefined);
    for (const object of reader) await this.#make(object);
    const token = await api.request<{ status?: { token?: string } }>('POST', pathOf('ServiceAccount', this.#namespace, 'reader', 'token'), {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: Math.max(600, this.#deadlineSeconds) },
      },
      signal,
    });
    const authority = await this.#authority();
    if (!token.ok || !token.body.status?.token)
      throw this.#failed(`could not get a token for the Job: ${token.ok ? 'it is empty' : token.message}`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'learner',
      clusters: [{ name: 'learner', cluster: { server: api.server, 'certificate-authority-data': authority } }],
      users: [{ name: 'learner', user: { token: token.body.status.token } }],
      contexts: [{ name: 'learner', context: { cluster: 'learner', user: 'learner' } }],
    };
    const guarded = { ok: true as const, server: api.server, key: 'home', text: JSON.stringify(config) };
    return homes.map(({ learner }) => ({ learner, guarded }));
  }

  /** The cluster's CA, as it gives it to every namespace. */
  async #authority(): Promise<string> {
    const { api, clock, signal } = this.#options;
    for (let tries = 0; tries < 50; tries++) {
      const found = await api.request('GET', pathOf('ConfigMap', this.#namespace, 'kube-root-ca.crt'), { signal });
      if (found.ok && typeof found.body.data?.['ca.crt'] === 'string') return Buffer.from(found.body.data['ca.crt']).toString('base64');
      await clock.sleep(200, signal);
    }
    throw this.#failed(`namespace ${this.#namespace} has no kube-root-ca.crt after 10 s`);
  }

  /**
   * Grades as often as it takes, three times at the most: a Pod whose log could not be read before it was gone has graded for nothing,
   * although its index counts as done.
   */
  async grade(placed: readonly Placed[], learners: readonly JobLearner[], note: Note): Promise<void> {
    const { say, signal } = this.#options;
    const byId = new Map(learners.map((one) => [one.learner.id, one]));
    const told = new Set<string>();
    const take = (grade: LearnerGrade) => {
      const one = byId.get(grade.id);
      // a Pod that took the place of a lost one grades everybody of its shard again: the first word stands
      if (!one || told.has(grade.id)) return;
      told.add(grade.id);
      note(one, grade, false);
    };
    let missing = placed;
    for (let round = 1; round <= maxRounds && missing.length > 0 && !signal.aborted; round++) {
      if (round > 1) say(`no result came of ${missing.length} learners: they are graded again`);
      await this.#round(this.#plan(missing, round), take);
      missing = placed.filter(({ learner }) => !told.has(learner.id));
    }
  }

  async #round(plan: JobPlan, take: (grade: LearnerGrade) => void): Promise<void> {
    const { clock, signal, say, api } = this.#options;
    for (const object of [...inputObjects(plan), jobObject(plan)]) await this.#make(object);
    const count = plan.inputs.reduce((sum, { learners }) => sum + learners.length, 0);
    say(`${count} learners in ${plan.inputs.length} shards, in namespace ${plan.namespace}`);
    const troubles = new Set<string>();
    let ended: string | undefined;
    while (!signal.aborted) {
      // asked before the Pods are: once the Job had ended, their logs are read to the end
      const job = await api.request('GET', pathOf('Job', this.#namespace, jobNameOf(plan)), { signal });
      if (!job.ok && job.kind === 'refused') throw this.#failed(`the Job is gone: ${job.message}`);
      ended = job.ok ? endOf(job.body) : undefined;
      const pods = await listAll(api, kinds.Pod, this.#namespace, { labelSelector: `job-name=${jobNameOf(plan)}`, signal });
      for (const pod of pods.ok ? pods.items : []) {
        const trouble = troubleOf(pod);
        if (trouble && !troubles.has(trouble)) say(trouble);
        if (trouble) troubles.add(trouble);
        if (pod.status?.phase !== 'Pending') await this.#read(pod, plan, take);
      }
      if (ended && pods.ok) break;
      await clock.sleep(pollMs, signal);
    }
    if (ended && ended !== 'complete') say(`the Job ended early: ${ended}`);
  }

  /** Takes the rows that a Pod has printed so far. */
  async #read(pod: KubeObject, plan: JobPlan, take: (grade: LearnerGrade) => void): Promise<void> {
    const { api, lab, signal } = this.#options;
    const path = pathOf('Pod', this.#namespace, pod.metadata.name, 'log');
    const log = await api.request<string>('GET', path, {
      query: { container: 'grade', limitBytes: maxLogBytes },
      as: 'text',
      maxBytes: maxLogBytes * 2,
      signal,
    });
    for (const line of log.ok ? shardLines(log.body) : []) {
      if (line.type === 'run' && line.fingerprint !== fingerprintOfLab(lab)) {
        throw this.#failed(
          `the image ${plan.image} (kubedrill ${line.kubedrill}) reads the lab otherwise than this kubedrill; build it anew`,
        );
      }
      if (line.type === 'learner') take(line.grade);
    }
  }

  async #make(object: KubeObject): Promise<void> {
    const { api, signal } = this.#options;
    const made = await api.request('POST', pathOf(object.kind as KindName, object.metadata.namespace), { body: object, signal });
    if (!made.ok) throw this.#failed(`could not make ${object.kind} ${object.metadata.name}: ${made.message}`);
  }

  #failed(message: string): LabError {
    return new LabError('could-not-grade', message, { hint: 'Grade on this machine instead, without --on-cluster.' });
  }

  /** Also after Ctrl+C: not with the run's own signal. */
  async remove(): Promise<void> {
    const { api, clock, say } = this.#options;
    for (const object of this.#clusterScoped) await api.request('DELETE', pathOf(object.kind as KindName, undefined, object.metadata.name));
    try {
      await deleteNamespace(api, this.#namespace, { boundMs: 60_000, clock });
    } catch (error) {
      say(`left behind: ${error instanceof Error ? error.message : String(error)}; the next run removes it`);
    }
  }
}

/** `complete`, or why it ended otherwise; `undefined` while it runs. */
function endOf(job: KubeObject): string | undefined {
  const conditions: { type: string; status: string; reason?: string; message?: string }[] = job.status?.conditions ?? [];
  if (conditions.some(({ type, status }) => type === 'Complete' && status === 'True')) return 'complete';
  const failed = conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed && `${failed.reason ?? 'failed'}: ${failed.message ?? ''}`;
}

/** What keeps a shard from grading, in a line. */
function troubleOf(pod: KubeObject): string | undefined {
  const shard = `shard ${Number(pod.metadata.labels?.[indexLabel] ?? 0) + 1}`;
  const [container] = (pod.status?.containerStatuses ?? []) as {
    state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode?: number; reason?: string } };
  }[];
  const { waiting, terminated } = container?.state ?? {};
  if (waiting?.reason && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason))
    return `${shard}: ${waiting.reason}: ${waiting.message ?? ''}`;
  if (terminated && terminated.exitCode !== 0)
    return `${shard}: its Pod ended with exit code ${terminated.exitCode} (${terminated.reason ?? 'no reason given'})`;
  const unscheduled = ((pod.status?.conditions ?? []) as { type: string; status: string; message?: string }[]).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  return unscheduled && `${shard}: ${unscheduled.message ?? 'cannot be scheduled'}`;
}

/** Removes what a run left behind that was killed. */
async function removeExpired({ api, clock, signal, say }: OnClusterOptions): Promise<void> {
  const isOver = (object: KubeObject) => Date.parse(object.metadata.annotations?.[expiresKey] ?? '') < clock.now();
  for (const kind of ['ClusterRoleBinding', 'ClusterRole', 'Namespace'] as const) {
    const listed = await listAll(api, kinds[kind], undefined, { labelSelector: `${partLabel}=${part}`, signal });
    for (const object of listed.ok ? listed.items.filter(isOver) : []) {
      await api.request('DELETE', pathOf(kind, undefined, object.metadata.name), { signal });
      say(`removed ${kind} ${object.metadata.name}, which an earlier run had left behind`);
    }
  }
}
