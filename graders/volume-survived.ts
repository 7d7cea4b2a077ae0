import { z } from 'zod';
import { atStart } from '../src/grading/against-start.ts';
import { defineGrader } from '../src/grading/grader.ts';
import { notThere } from '../src/grading/not-there.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl } from '../src/grading/words.ts';

/** A PersistentVolume outlives its claim and is bound to the next one. @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#retain */
export default defineGrader({
  id: 'volume-survived',
  says: 'The very PersistentVolume of the start is Bound to this claim, with the reclaim policy that it must have.',
  params: z.strictObject({
    volume: z.string().min(1),
    claim: z.string().min(1).describe("A claim of the drill's namespace."),
    reclaimPolicy: z.enum(['Retain', 'Delete']).default('Retain'),
  }),
  reads: ['PersistentVolume', 'PersistentVolumeClaim'],
  looks: 'state',
  example: '{grader: volume-survived, with: {volume: shelf, claim: task-pv-claim-2}}',
  grade({ mirror, params, baseline }) {
    const { volume: name, claim: claimName, reclaimPolicy } = params;
    const before = atStart(baseline(), 'PersistentVolume', name);
    const look = kubectl(['get', 'pv', name]);
    const field = `PersistentVolume ${name}`;
    const volume = mirror.get('PersistentVolume', name);
    if (!volume) return notThere('PersistentVolume', name);
    if (volume.metadata.uid !== before.metadata.uid) {
      return fail({
        observed: `made anew at ${volume.metadata.creationTimestamp}`,
        expected: 'the one of the start',
        field: `${field} metadata.uid`,
        look,
      });
    }
    if (volume.spec?.persistentVolumeReclaimPolicy !== reclaimPolicy) {
      return fail({
        observed: volume.spec?.persistentVolumeReclaimPolicy ?? 'nothing',
        expected: reclaimPolicy,
        field: `${field} spec.persistentVolumeReclaimPolicy`,
        look,
      });
    }
    const claim = mirror.get('PersistentVolumeClaim', claimName);
    if (!claim) return notThere('PersistentVolumeClaim', claimName);
    const reference = volume.spec?.claimRef ?? {};
    const owner = reference.name ? `${reference.namespace}/${reference.name}` : 'no claim';
    const expected = `claim ${mirror.namespace}/${claimName}`;
    const ours = reference.name === claimName && reference.namespace === mirror.namespace;
    if (ours && reference.uid !== undefined && reference.uid !== claim.metadata.uid) {
      return fail({ observed: 'an earlier claim of that name', expected, field: `${field} spec.claimRef.uid`, look });
    }
    if (!ours || volume.status?.phase !== 'Bound' || claim.status?.phase !== 'Bound' || claim.spec?.volumeName !== name) {
      const seen = {
        observed: `${volume.status?.phase}, ${owner}; the claim is ${claim.status?.phase ?? 'Pending'}`,
        expected: `Bound, ${expected}`,
        field: `${field} status.phase`,
        look,
      };
      return ours || (volume.status?.phase === 'Available' && claim.status?.phase === 'Pending') ? waiting(seen) : fail(seen);
    }
    return pass(`PersistentVolume ${name}: Bound to ${claimName}, policy ${reclaimPolicy}, as made at the start`);
  },
});
