import { createHash, randomBytes } from 'node:crypto';
import { valuesOf } from '../../drill/placeholder-values.ts';
import { renderLab } from '../../drill/render-lab.ts';
import type { ClusterFacts } from '../../grading/cluster-facts.ts';
import type { GradersById } from '../../grading/evaluate.ts';
import { CannotSee } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { Probes } from '../../grading/probes.ts';
import type { KubeApi } from '../../kube/api.ts';
import { parseManifests } from '../../kube/apply.ts';
import { formatProblem } from '../../lab/diagnostics.ts';
import { render } from '../../lab/placeholders.ts';
import type { Lab } from '../../lab/schema.ts';
import type { Clock } from '../../system/clock.ts';
import { boundedList, listBounds } from '../bounded-list.ts';
import { readsOfLab } from '../grade-work.ts';
import { ListedCluster } from '../one-shot-view.ts';
import type { Found } from '../submissions/layout.ts';
import { isManifest, manifestLimits, type ReadSubmission } from '../submissions/limits.ts';
import { readFolder } from '../submissions/read-folder.ts';
import { readZip } from '../submissions/read-zip.ts';
import type { Opened, OpenWork, Work } from '../work.ts';
import { guardManifests, throwawayName } from './guard.ts';
import { setUpFromManifests } from './set-up.ts';
import { guardRails, submit } from './submit.ts';
import { isOwn, makeThrowaway, removeThrowaway } from './throwaway.ts';
import { withoutDefaults } from './without-defaults.ts';

export interface ManifestOptions {
  lab: Lab;
  found: readonly Found[];
  /** The cluster that grading owns. */
  cluster: { api: KubeApi; facts: ClusterFacts; probes(namespace: string, signal: AbortSignal): Probes };
  graders: GradersById;
  maxObjects: number;
  /** Milliseconds after which a throwaway namespace may be removed by the next grading, whatever became of this one. */
  lifeMs: number;
  /** A throwaway namespace could not be removed. */
  onLeft(message: string): void;
  clock: Clock;
}

/** Endings of a file that is one learner's whole work. */
export const manifestEndings = ['.zip', '.yaml', '.yml', '.json'];

const readSubmission = (path: string): Promise<ReadSubmission> | ReadSubmission =>
  path.toLowerCase().endsWith('.zip') ? readZip(path, isManifest, manifestLimits) : readFolder(path, isManifest, manifestLimits);

function keyOf(read: ReadSubmission | undefined): string {
  const content = read === undefined ? 'missing' : read.ok ? [...read.files] : read.reason;
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Learners' work as manifests: each is applied into a namespace of its own, graded, and removed. */
export async function manifestWorks(options: ManifestOptions): Promise<Work[]> {
  const works: Work[] = [];
  for (const found of options.found) {
    const { path } = found;
    // read once for its key, and again when its turn comes: a class is not kept in memory
    const key = keyOf(path === undefined ? undefined : await readSubmission(path));
    works.push({ id: found.id, name: found.name, submitted: found.submitted, key, open: (_, signal) => open(found, options, signal) });
  }
  return works;
}

/** The objects of a submission as they were written. */
async function objectsOf(found: Found): Promise<{ ok: true; objects: KubeObject[] } | Exclude<Opened, { outcome: 'open' }>> {
  if (found.path === undefined) return { outcome: 'missing', reason: 'nothing was handed in' };
  const read = await readSubmission(found.path);
  if (!read.ok) return { outcome: 'refused', reason: `the submission is refused: ${read.reason}` };
  if (read.files.size === 0) return { outcome: 'missing', reason: 'the submission holds no manifests (.yaml, .yml, .json)' };
  const objects: KubeObject[] = [];
  for (const [path, text] of read.files) {
    const parsed = parseManifests(text, path);
    const [first] = parsed.problems;
    if (first) {
      const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : '';
      return { outcome: 'refused', reason: `the submission cannot be read: ${formatProblem(first)}${more}` };
    }
    objects.push(...parsed.objects);
  }
  return { ok: true, objects };
}

async function open(found: Found, options: ManifestOptions, signal: AbortSignal): Promise<Opened> {
  const { lab, cluster, graders, clock } = options;
  const { api } = cluster;
  const written = await objectsOf(found);
  if ('outcome' in written) return written;
  const namespace = throwawayName(found.id, randomBytes(3).toString('hex'));
  const guarded = guardManifests(written.objects, { namespace, known: [`drill-${lab.id}`], maxObjects: options.maxObjects });
  if (!guarded.ok) return { outcome: 'refused', reason: guarded.reason };

  const close = async (): Promise<void> => {
    const left = await removeThrowaway(namespace, { api, clock });
    if (left !== undefined) options.onLeft(left);
  };
  const refuse = async (reason: string): Promise<Opened> => {
    await close();
    return { outcome: 'refused', reason };
  };
  const values = valuesOf(cluster.facts, namespace);
  const rendered = (text: string) => render(text, values);
  const here = renderLab(lab, rendered);
  const probes = cluster.probes(namespace, signal);
  try {
    const trouble =
      (await makeThrowaway(namespace, lab.id, options.lifeMs, { api, clock }, signal)) ??
      (await setUpFromManifests(here, { api, namespace, rendered, graders, probes, clock, signal }));
    if (trouble !== undefined) return await refuse(trouble);
    const submitted = await submit(api, guarded.objects, { namespace, clock, signal });
    if (submitted.outcome !== 'applied') return await refuse(submitted.reason);
    const listed = new ListedCluster({ api, learners: 1, clock, adapt });
    const reads = readsOfLab(here, graders);
    const work: OpenWork = {
      namespace,
      how: 'converging',
      look: (own) => listed.look(namespace, reads, own),
      probes: () => probes,
      timeline: () => {
        throw new CannotSee('manifests have no history: what it asks about has to be watched while it happens');
      },
      baseline: () => {
        throw new CannotSee('manifests have no history: the start of the drill was not recorded');
      },
      cluster: () => cluster.facts,
      notes: [...guarded.notes, ...submitted.refused],
      doubt: (own) => railed(api, namespace, own),
      close,
    };
    return { outcome: 'open', work };
  } catch (error) {
    await close();
    throw error;
  }
}

const adapt = (object: KubeObject): KubeObject | undefined =>
  isOwn(object) ? undefined : object.kind === 'Pod' ? withoutDefaults(object) : object;

/** Pods that a controller wanted to make and the guard rails refused: then a fail may be grading's, not the learner's. */
async function railed(api: KubeApi, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const events = await boundedList(api, 'Event', namespace, listBounds, signal);
  if (!events.ok) return undefined;
  const refusal = events.items.find((event) => event.reason === 'FailedCreate' && guardRails.test(String(event.note ?? '')));
  return refusal && `the guard rails of grading refused a Pod: ${String(refusal.note).slice(0, 300)}`;
}
