import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ClusterFacts } from '../grading/cluster-facts.ts';
import type { GradersById } from '../grading/evaluate.ts';
import type { Probes } from '../grading/probes.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Lab } from '../lab/schema.ts';
import { LabError } from '../lab-error.ts';
import type { Clock } from '../system/clock.ts';
import { expectedOf } from './expected.ts';
import { factsOfCluster } from './facts.ts';
import { LiveWorks } from './live.ts';
import { liveProbes } from './live-probes.ts';
import { whyNotFromManifests } from './manifests/set-up.ts';
import { removeLeftBehind } from './manifests/throwaway.ts';
import { manifestEndings, manifestWorks } from './manifests/works.ts';
import { connectPrivately } from './private-connect.ts';
import { readKubeconfig } from './read-kubeconfig.ts';
import { mustParseRoster, namespaceOf, type Roster, sharedPlaces } from './roster.ts';
import { snapshotEndings, snapshotWorks } from './snapshots/works.ts';
import { findSubmissions } from './submissions/layout.ts';
import type { Work } from './work.ts';

/** The cluster that kubedrill owns here, opened when a source needs it. */
export interface HomeCluster {
  key: string;
  api: KubeApi;
  facts: ClusterFacts;
  probes(namespace: string, signal: AbortSignal): Probes;
}

export interface SourceOptions {
  lab: Lab;
  graders: GradersById;
  /** Opens the owned cluster; a `LabError` when there is none. */
  home(): Promise<HomeCluster>;
  clock: Clock;
  signal: AbortSignal;
  say(line: string): void;
}

/** Where the work of a class comes from. */
export interface Source {
  /** What it is, for the results: another source is another grading. */
  name: string;
  works: readonly Work[];
  due?: number;
  close(): Promise<void>;
}

/** Connections to the cluster of a single learner. */
const connectionsForOne = 2;

export function readRoster(path: string): Roster {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LabError('usage', `the roster ${path} cannot be read`, { hint: 'Name a file: --roster roster.yaml', cause });
  }
  return mustParseRoster(text, path);
}

export interface RosterOptions extends SourceOptions {
  /** A probe Pod may be made in learners' clusters. */
  mayProbe: boolean;
  /** Narrows the roster down. */
  shard?: (learners: Roster['learners']) => Roster['learners'];
  /** The cluster of learners without a kubeconfig is not this machine's business: a Job grades there. */
  homeElsewhere?: boolean;
}

/** Live clusters of a roster. */
export async function rosterSource(path: string, options: RosterOptions): Promise<Source & { live: LiveWorks; roster: Roster }> {
  const { lab, graders, clock } = options;
  const whole = readRoster(path);
  for (const ids of sharedPlaces(whole, lab.id)) {
    const namespace = namespaceOf(whole.learners.find(({ id }) => id === ids[0])!, lab.id);
    throw new LabError('usage', `${path}: ${ids.join(', ')} would be graded in one and the same namespace (${namespace})`, {
      hint: 'Give each a kubeconfig or a namespace of their own: namespace: "drill-{{lab}}-{{id}}"',
    });
  }
  const roster = { ...whole, learners: options.shard?.(whole.learners) ?? whole.learners };
  const folder = dirname(resolve(path));
  const needsHome = !options.homeElsewhere && roster.learners.some(({ kubeconfig }) => kubeconfig === undefined);
  const home = needsHome ? await options.home() : undefined;
  const live = new LiveWorks({
    roster,
    lab,
    graders,
    readKubeconfig: (file) => readKubeconfig(resolve(folder, file)),
    connect: async (text, learners) => {
      // each connection costs both ends a handshake, which is most of what a small look takes
      const api = await connectPrivately(text, learners === 1 ? connectionsForOne : undefined);
      return { api, probes: liveProbes({ api, clock, mayMakePod: options.mayProbe }) };
    },
    home: home && { key: home.key, api: home.api, probes: (namespace, _, signal) => home.probes(namespace, signal) },
    facts: (api, signal) => (api === home?.api ? Promise.resolve(home.facts) : factsOfCluster(api, signal)),
    clock,
  });
  return { name: `roster ${resolve(path)}`, works: live.works, due: roster.due, live, roster, close: () => live.close() };
}

export interface FolderOptions extends SourceOptions {
  assignment: string | undefined;
  roster: Roster | undefined;
}

/** Manifests that were handed in, graded in throwaway namespaces of the owned cluster. */
export async function manifestsSource(root: string, options: FolderOptions & { maxObjects: number; limitMs: number }): Promise<Source> {
  const { lab, graders, clock, signal, say } = options;
  const whyNot = whyNotFromManifests(lab);
  if (whyNot !== undefined) {
    throw new LabError('not-possible-here', `${lab.id} cannot be graded from manifests: ${whyNot}`, {
      hint: 'Grade live clusters (--roster) or snapshots (--snapshots) instead.',
    });
  }
  const { found, layout } = findSubmissions({ root, lab: lab.id, assignment: options.assignment, endings: manifestEndings });
  const cluster = await options.home();
  const swept = await removeLeftBehind({ api: cluster.api, clock }, signal);
  if ('removed' in swept) for (const name of swept.removed) say(`removed ${name}, which an earlier grading had left behind`);
  const expected = expectedOf(found, options.roster);
  say(`${expected.length} submissions (${layout} layout)`);
  const onLeft = (message: string) => say(`left behind: ${message}; the next grading removes it`);
  // a submission has its time limit, its removal two minutes
  const lifeMs = options.limitMs + 180_000;
  const works = await manifestWorks({ lab, found: expected, cluster, graders, maxObjects: options.maxObjects, lifeMs, onLeft, clock });
  return { name: `manifests ${resolve(root)}`, works, close: async () => undefined };
}

/** Snapshots that learners took. */
export async function snapshotsSource(root: string, options: FolderOptions): Promise<Source> {
  const { lab, graders, say } = options;
  const { found, layout } = findSubmissions({ root, lab: lab.id, assignment: options.assignment, endings: snapshotEndings(lab.id) });
  const expected = expectedOf(found, options.roster);
  say(`${expected.length} snapshots (${layout} layout)`);
  return {
    name: `snapshots ${resolve(root)}`,
    works: await snapshotWorks({ lab, found: expected, graders }),
    close: async () => undefined,
  };
}
