import type { BaselineData } from '../../drill/baseline.ts';
import type { ClusterFacts } from '../../grading/cluster-facts.ts';
import { kinds } from '../../grading/kinds.ts';
import type { KubeObject } from '../../grading/object.ts';
import type { TimelineEntry } from '../../grading/timeline.ts';
import type { SubmissionLimits } from '../submissions/limits.ts';
import { files, formatVersion, headSchema, type Snapshot, type StoredLook, sha256 } from './format.ts';

/** What is read of an archive. Far more than a drill leaves. */
export const snapshotLimits: SubmissionLimits = {
  entries: 20,
  files: 10,
  bytesOfFile: 64 * 1024 * 1024,
  bytesInAll: 96 * 1024 * 1024,
  bytesOfArchive: 32 * 1024 * 1024,
  depth: 1,
};

const maxObjects = 10_000;
const maxLooks = 500;
const maxEntries = 100_000;

class Unreadable extends Error {}

const isMap = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);
const isObject = (value: unknown): value is KubeObject =>
  isMap(value) && isMap(value.metadata) && typeof value.metadata.name === 'string' && Object.hasOwn(kinds, String(value.kind));

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable(`${name} is not JSON`);
  }
}

function lines(name: string, text: string, most: number): unknown[] {
  const all = text.split('\n').filter(Boolean);
  if (all.length > most) throw new Unreadable(`${name} has ${all.length} lines, at most ${most} are read`);
  return all.map((line) => json(name, line));
}

/** Reads the files of an archive; what is wrong with it is said in a sentence. Nothing in it is believed that its checksums do not hold. */
export function unpackSnapshot(archive: ReadonlyMap<string, string>): { ok: true; snapshot: Snapshot } | { ok: false; reason: string } {
  try {
    return { ok: true, snapshot: unpacked(archive) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, reason: error.message };
    throw error;
  }
}

function unpacked(archive: ReadonlyMap<string, string>): Snapshot {
  const headText = archive.get(files.head);
  if (headText === undefined) throw new Unreadable(`it is no snapshot of kubedrill: there is no ${files.head} in it`);
  const headData = json(files.head, headText);
  if (isMap(headData) && headData.format !== formatVersion) {
    throw new Unreadable(`it has the format ${JSON.stringify(headData.format)}, this kubedrill reads ${formatVersion}`);
  }
  const parsed = headSchema.safeParse(headData);
  if (!parsed.success) throw new Unreadable(`${files.head}: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
  const head = parsed.data;
  for (const [name, sum] of Object.entries(head.sha256)) {
    const text = archive.get(name);
    if (text === undefined) throw new Unreadable(`${name} is missing: the archive is not whole`);
    if (sha256(text) !== sum) throw new Unreadable(`${name} is not what it was when the snapshot was taken: its checksum differs`);
  }
  const text = (name: string) => (Object.hasOwn(head.sha256, name) ? archive.get(name) : undefined);
  const looks = looksOf(text(files.looks) ?? '', text(files.events) ?? '');
  if (looks.length === 0) throw new Unreadable(`${files.looks} is empty`);
  const timeline = text(files.timeline);
  const baseline = text(files.baseline);
  const cluster = text(files.cluster);
  return {
    lab: head.lab,
    fingerprint: head.fingerprint,
    learner: head.learner ?? undefined,
    taken: Date.parse(head.taken),
    namespace: head.namespace,
    kubedrill: head.versions.kubedrill,
    kubernetes: head.versions.kubernetes ?? undefined,
    salt: head.salt,
    scopes: head.scopes,
    looks,
    timeline: timeline === undefined ? undefined : timelineOf(timeline),
    baseline: baseline === undefined ? undefined : baselineOf(json(files.baseline, baseline)),
    cluster: cluster === undefined ? undefined : (json(files.cluster, cluster) as ClusterFacts),
    costs: head.costs ?? undefined,
  };
}

function looksOf(looksText: string, eventsText: string): StoredLook[] {
  let objects = 0;
  const looks = lines(files.looks, looksText, maxLooks).map((line): StoredLook => {
    if (!isMap(line) || typeof line.at !== 'number' || !Array.isArray(line.objects) || !Array.isArray(line.gone))
      throw new Unreadable(`${files.looks} has a line that is no look`);
    objects += line.objects.length;
    if (objects > maxObjects) throw new Unreadable(`it has more than ${maxObjects} objects`);
    if (!line.objects.every(isObject)) throw new Unreadable(`${files.looks} holds something that is no object`);
    return { at: line.at, objects: line.objects, gone: line.gone.map(String) };
  });
  for (const line of lines(files.events, eventsText, maxObjects)) {
    const look = isMap(line) && typeof line.look === 'number' ? looks[line.look] : undefined;
    if (!look || !isMap(line) || !isObject(line.event)) throw new Unreadable(`${files.events} has a line that is no event`);
    look.objects.push(line.event);
  }
  return looks;
}

function timelineOf(text: string): TimelineEntry[] {
  return lines(files.timeline, text, maxEntries).map((line) => {
    const known = isMap(line) && typeof line.at === 'number' && typeof line.type === 'string';
    if (!known || (line.type === 'object' && !isObject(line.object))) throw new Unreadable(`${files.timeline} has a line that is no entry`);
    return line as unknown as TimelineEntry;
  });
}

function baselineOf(value: unknown): BaselineData {
  const entry = (one: unknown) =>
    Array.isArray(one) && one.length === 2 && Object.hasOwn(kinds, String(one[0])) && isMap(one[1]) && isMap(one[1].metadata);
  const known =
    isMap(value) &&
    typeof value.takenAt === 'number' &&
    Array.isArray(value.objects) &&
    isMap(value.manifests) &&
    value.objects.length <= maxObjects &&
    value.objects.every(entry);
  if (!known) throw new Unreadable(`${files.baseline} is no start state`);
  return value as unknown as BaselineData;
}
