import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { baselineView } from '../../drill/baseline.ts';
import type { GradersById } from '../../grading/evaluate.ts';
import { CannotSee } from '../../grading/mirror-view.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { Timeline } from '../../grading/timeline.ts';
import type { Lab } from '../../lab/schema.ts';
import { fingerprintOfLab } from '../fingerprint-lab.ts';
import { ScopedView } from '../scoped-view.ts';
import type { Found } from '../submissions/layout.ts';
import type { ReadSubmission } from '../submissions/limits.ts';
import { readFolder } from '../submissions/read-folder.ts';
import { readZip } from '../submissions/read-zip.ts';
import type { Opened, OpenWork, Sight, Work } from '../work.ts';
import { files, keyOf, type Snapshot } from './format.ts';
import { candidatesOf, guises, inGuise, knownValues, looksIntoSecrets, openValuesIn } from './guises.ts';
import { SecretHasher } from './secrets.ts';
import { snapshotProbes } from './stored-probes.ts';
import { snapshotLimits, unpackSnapshot } from './unpack.ts';

export interface SnapshotOptions {
  lab: Lab;
  found: readonly Found[];
  graders: GradersById;
}

/** How the file of a snapshot ends; what comes before is whose it is. */
export const snapshotEndings = (lab: string): string[] => [`.${lab}.snapshot.zip`, '.snapshot.zip', '.zip'];

const ownFiles = new Set<string>(Object.values(files));
const isOwnFile = (name: string) => ownFiles.has(name);

/** A snapshot's archive, the one archive in a learner's folder, or the files of one that was unpacked there. */
async function readSnapshot(path: string): Promise<ReadSubmission> {
  if (path.toLowerCase().endsWith('.zip')) return readZip(path, isOwnFile, snapshotLimits);
  const folder = readFolder(path, isOwnFile, { ...snapshotLimits, entries: 200, depth: 4 });
  if (!folder.ok || folder.files.size > 0) return folder;
  const archives = readdirSync(path).filter((name) => name.toLowerCase().endsWith('.zip'));
  if (archives.length > 1) return { ok: false, reason: `it holds ${archives.length} archives, and only one can be the snapshot` };
  return archives[0] === undefined ? folder : readZip(join(path, archives[0]), isOwnFile, snapshotLimits);
}

/** Learners' work as snapshots. Each is read once for its key and time, and again when its turn comes: a class is not kept in memory. */
export async function snapshotWorks(options: SnapshotOptions): Promise<Work[]> {
  const works: Work[] = [];
  for (const found of options.found) {
    const read = found.path === undefined ? undefined : await readSnapshot(found.path);
    const content = read === undefined ? 'missing' : read.ok ? [...read.files] : read.reason;
    const unpacked = read?.ok && read.files.size > 0 ? unpackSnapshot(read.files) : undefined;
    works.push({
      id: found.id,
      name: found.name,
      key: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
      submitted: found.submitted ?? (unpacked?.ok ? unpacked.snapshot.taken : undefined),
      open: () => open(found, options),
    });
  }
  return works;
}

async function open(found: Found, { lab, graders }: SnapshotOptions): Promise<Opened> {
  if (found.path === undefined) return { outcome: 'missing', reason: 'nothing was handed in' };
  const read = await readSnapshot(found.path);
  if (!read.ok) return { outcome: 'refused', reason: `the snapshot is refused: ${read.reason}` };
  if (read.files.size === 0) return { outcome: 'missing', reason: 'there is no snapshot in it' };
  const unpacked = unpackSnapshot(read.files);
  if (!unpacked.ok) return { outcome: 'refused', reason: `the snapshot cannot be read: ${unpacked.reason}` };
  const { snapshot } = unpacked;
  if (snapshot.lab !== lab.id) return { outcome: 'refused', reason: `it is a snapshot of the lab ${snapshot.lab}` };
  const notes: string[] = [];
  if (snapshot.fingerprint !== fingerprintOfLab(lab)) notes.push('it was taken with another version of the lab');
  if (snapshot.learner !== undefined && snapshot.learner.toLowerCase() !== found.id.toLowerCase())
    notes.push(`it says that it is of ${snapshot.learner}`);
  const secrets = snapshot.looks.some(({ objects }) => objects.some(({ kind, data }) => kind === 'Secret' && data));
  const candidates = secrets ? [...candidatesOf(lab), ...openValuesIn(snapshot.looks.flatMap(({ objects }) => objects))] : [];
  const known = knownValues(candidates, new SecretHasher(snapshot.salt));
  let hidden = false;
  const [work, ...twins] = guises.map((guise, index) =>
    storedWork(snapshot, index === 0 ? notes : [], (object) => inGuise(object, known, guise, () => (hidden = true))),
  );
  return {
    outcome: 'open',
    work: hidden ? { ...work!, hidden: { twins, looksInto: (check) => looksIntoSecrets(check, graders) } } : work!,
  };
}

/** The stored looks of a snapshot, with each object as `shown`. */
function storedWork(snapshot: Snapshot, notes: string[], shown: (object: KubeObject) => KubeObject): OpenWork {
  const { namespace, timeline, baseline, cluster } = snapshot;
  const cannot = (reason: string) => {
    throw new CannotSee(reason);
  };
  const sights = sightsOf(snapshot, shown);
  const entries = timeline?.map((entry) =>
    entry.type === 'object' ? { ...entry, object: shown({ ...entry.object, kind: entry.kind }) } : entry,
  );
  const recorded: Timeline | undefined = entries?.some(({ type }) => type === 'recording-started')
    ? { since: entries[0]!.at, entries: () => entries }
    : undefined;
  const start =
    baseline &&
    baselineView({ ...baseline, objects: baseline.objects.map(([kind, object]) => [kind, shown({ ...object, kind })]) }, namespace);
  let next = 0;
  return {
    namespace,
    how: 'stored',
    look: async () => sights[next++],
    probes: () => snapshotProbes,
    timeline: () => recorded ?? cannot('the drill was not recorded'),
    baseline: () => start ?? cannot('the start of the drill is not in the snapshot'),
    cluster: () => cluster ?? cannot("the cluster's nodes are not in the snapshot"),
    costs: snapshot.costs,
    notes,
    close: async () => undefined,
  };
}

function sightsOf(snapshot: Snapshot, shown: (object: KubeObject) => KubeObject): Sight[] {
  const objects = new Map<string, KubeObject>();
  return snapshot.looks.map((look): Sight => {
    for (const key of look.gone) objects.delete(key);
    for (const object of look.objects) objects.set(keyOf(object), shown(object));
    const view = new ScopedView(snapshot.namespace);
    for (const { kind, namespace, unread } of snapshot.scopes) {
      const home = namespace ?? undefined;
      if (unread !== undefined) view.unread(kind, home, `not in the snapshot: ${unread}`);
      else
        view.read(
          kind,
          home,
          [...objects.values()].filter((object) => object.kind === kind && object.metadata.namespace === home),
        );
    }
    return { seen: true, at: look.at, view };
  });
}
