import { files, formatVersion, type Head, type Snapshot, sha256 } from './format.ts';
import type { ZipFile } from './write-zip.ts';

const jsonLines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** The files of an archive; the same snapshot gives the same bytes. */
export function packSnapshot(snapshot: Snapshot): ZipFile[] {
  const isEvent = (object: { kind?: string }) => object.kind === 'Event';
  const content: ZipFile[] = [
    {
      path: files.looks,
      text: jsonLines(snapshot.looks.map((look) => ({ ...look, objects: look.objects.filter((object) => !isEvent(object)) }))),
    },
    // events in a file of their own, for a person to read; each says in which look it first was there
    {
      path: files.events,
      text: jsonLines(snapshot.looks.flatMap((look, index) => look.objects.filter(isEvent).map((event) => ({ look: index, event })))),
    },
    ...(snapshot.timeline ? [{ path: files.timeline, text: jsonLines(snapshot.timeline) }] : []),
    ...(snapshot.baseline ? [{ path: files.baseline, text: `${JSON.stringify(snapshot.baseline)}\n` }] : []),
    ...(snapshot.cluster ? [{ path: files.cluster, text: `${JSON.stringify(snapshot.cluster, null, 1)}\n` }] : []),
  ];
  const head: Head = {
    format: formatVersion,
    lab: snapshot.lab,
    fingerprint: snapshot.fingerprint,
    learner: snapshot.learner ?? null,
    taken: new Date(snapshot.taken).toISOString(),
    namespace: snapshot.namespace,
    versions: { kubedrill: snapshot.kubedrill, kubernetes: snapshot.kubernetes ?? null },
    salt: snapshot.salt,
    scopes: snapshot.scopes,
    costs: snapshot.costs ?? null,
    sha256: Object.fromEntries(content.map(({ path, text }) => [path, sha256(text)])),
  };
  return [{ path: files.head, text: `${JSON.stringify(head, null, 1)}\n` }, ...content];
}
