import { type KindName, kinds } from '../grading/kinds.ts';
import type { KubeObject } from '../grading/object.ts';
import type { Mirror } from '../kube/mirror.ts';
import type { Clock } from '../system/clock.ts';
import type { Recording } from './recording.ts';

/** Leases change every few seconds and tell nothing that a recorded check asks for. */
const notRecorded = new Set<KindName>(['Lease']);

/** Writes what the mirror sees into the recording, from the objects that are there now on. */
export class Recorder {
  private readonly stopListening: () => void;
  private readonly recording: Recording;
  private readonly clock: Clock;
  private recordingNow = true;

  constructor(mirror: Mirror, kindsRead: readonly KindName[], recording: Recording, clock: Clock) {
    this.recording = recording;
    this.clock = clock;
    recording.add({ at: clock.now(), type: 'recording-started' });
    const view = mirror.view();
    this.stopListening = mirror.onObject((change, kind, object, at) => {
      if (!notRecorded.has(kind) && (object.metadata.namespace === view.namespace || !kinds[kind].namespaced))
        this.note(change, kind, object, at);
    });
    for (const kind of new Set(kindsRead)) {
      if (notRecorded.has(kind)) continue;
      for (const object of view.list(kind)) this.note('added', kind, object, clock.now());
    }
  }

  private note(change: 'added' | 'modified' | 'deleted', kind: KindName, object: KubeObject, at: number): void {
    if (this.recordingNow) this.recording.add({ at, type: 'object', change, kind, object });
  }

  stop(): void {
    if (!this.recordingNow) return;
    this.recordingNow = false;
    this.stopListening();
    this.recording.add({ at: this.clock.now(), type: 'recording-stopped' });
  }
}
