import { z } from 'zod';
import { defineGrader } from '../src/grading/grader.ts';
import { CannotSee, type MirrorView } from '../src/grading/mirror-view.ts';
import { notThere } from '../src/grading/not-there.ts';
import type { KubeObject } from '../src/grading/object.ts';
import { patternOf, patternText } from '../src/grading/pattern.ts';
import { podReady } from '../src/grading/pods.ts';
import { runInPod } from '../src/grading/run-in-pod.ts';
import {
  lookAtTarget,
  nameOfTarget,
  oneTarget,
  oneTargetMessage,
  ownPodsShape,
  podsOfTarget,
  readsOfTarget,
} from '../src/grading/target.ts';
import type { Timeline } from '../src/grading/timeline.ts';
import { fail, pass, waiting } from '../src/grading/verdict.ts';
import { kubectl, listing, shown } from '../src/grading/words.ts';

/** Data outlives its Pod: the claim is Bound and mounted by a Pod that is younger than the data. @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/ */
export default defineGrader({
  id: 'pvc-survives',
  says: 'Pods mount a Bound claim, and what was written before is there after the Pod was replaced.',
  params: z
    .strictObject({
      ...ownPodsShape,
      claim: z.string().min(1),
      mountPath: z.string().regex(/^\//).optional(),
      container: z.string().min(1).optional(),
      accessMode: z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']).optional(),
      claimKept: z.boolean().default(false).describe('The claim is the one of the start.'),
      replaced: z.boolean().default(true).describe('An earlier Pod used the claim before: no present Pod is the first one that used it.'),
      file: z
        .strictObject({ path: z.string().regex(/^\//), matches: patternText })
        .optional()
        .describe('What was written, as the present Pod reads it.'),
    })
    .refine(oneTarget, oneTargetMessage)
    .refine((params) => params.file || params.replaced, '`file` or `replaced` says what survives'),
  reads: (params) => [...readsOfTarget(params), 'PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'],
  looks: 'behaviour',
  example:
    '{grader: pvc-survives, with: {of: {kind: Deployment, name: counter}, claim: counter-deployment, mountPath: /app, file: {path: /app/counter.txt, matches: "[0-9]+"}}}',
  async grade({ mirror, params, probes, baseline, timeline }) {
    const { claim: name, mountPath } = params;
    const look = kubectl(['describe', 'pvc', name]);
    const claim = mirror.get('PersistentVolumeClaim', name);
    if (!claim) return notThere('PersistentVolumeClaim', name);
    const field = `PersistentVolumeClaim ${name}`;
    if (claim.status?.phase !== 'Bound')
      return fail({ observed: claim.status?.phase ?? 'nothing', expected: 'Bound', field: `${field} status.phase`, look });
    if (params.accessMode && !claim.spec?.accessModes?.includes(params.accessMode)) {
      return fail({
        observed: listing(claim.spec?.accessModes ?? []),
        expected: params.accessMode,
        field: `${field} spec.accessModes`,
        look,
      });
    }
    if (params.claimKept && baseline().get('PersistentVolumeClaim', name)?.metadata.uid !== claim.metadata.uid) {
      return fail({
        observed: `made at ${claim.metadata.creationTimestamp}`,
        expected: 'the claim of the start',
        field: `${field} metadata.uid`,
        look,
      });
    }
    const found = podsOfTarget(mirror, params);
    if ('missing' in found) return found.missing;
    const { pods } = found;
    if (pods.length === 0) return fail({ observed: 'no Pods', expected: `Pods of ${nameOfTarget(params)}`, look: lookAtTarget(params) });
    for (const pod of pods) {
      const mounted = mountsOf(pod, name);
      if (mounted.length === 0 || (mountPath !== undefined && !mounted.includes(mountPath))) {
        return fail({
          observed: mounted.length === 0 ? 'not mounted' : `mounted at ${listing(mounted)}`,
          expected: mountPath ? `claim ${name} at ${mountPath}` : `claim ${name} is mounted`,
          field: `Pod ${pod.metadata.name} spec.containers volumeMounts`,
          look: kubectl(['get', 'pod', pod.metadata.name, '-o', 'yaml']),
        });
      }
      if (!podReady(pod))
        return waiting({
          observed: `Pod ${pod.metadata.name} is not ready`,
          expected: 'ready',
          look: kubectl(['describe', 'pod', pod.metadata.name]),
        });
      const { file } = params;
      if (file) {
        const ran = await runInPod(probes, pod, ['cat', file.path], params.container);
        if ('notRunning' in ran) return ran.notRunning;
        const { exitCode, stdout } = ran.answer;
        if (exitCode !== 0 || !patternOf(file.matches).test(stdout)) {
          return fail({
            observed: exitCode === 0 ? shown(stdout) || 'an empty file' : 'no such file',
            expected: `it matches ${file.matches}`,
            field: `file ${file.path} in Pod ${pod.metadata.name}`,
            look: kubectl(['exec', pod.metadata.name, '--', 'cat', file.path]),
          });
        }
      }
      if (params.replaced && isFirst(pod, claim, { mirror, timeline })) {
        return fail({
          observed: `Pod ${pod.metadata.name} is the first one that used the claim`,
          expected: 'a Pod that came after',
          field: `Pod ${pod.metadata.name} metadata.uid`,
          look,
        });
      }
    }
    return pass(`${nameOfTarget(params)}: ${listing(pods.map((pod) => pod.metadata.name))} on claim ${name}`);
  },
});

/**
 * Whether no other Pod has used the claim before. Where volumes are bound for their first Pod, that Pod is older than its volume;
 * elsewhere the recording of the drill tells.
 */
function isFirst(pod: KubeObject, claim: KubeObject, { mirror, timeline }: { mirror: MirrorView; timeline: () => Timeline }): boolean {
  const storageClass = mirror.get('StorageClass', claim.spec?.storageClassName ?? '');
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer') {
    const volume = mirror.get('PersistentVolume', claim.spec?.volumeName ?? '');
    if (!volume) throw new CannotSee(`the volume of claim ${claim.metadata.name} is not seen`);
    return Date.parse(pod.metadata.creationTimestamp ?? '') <= Date.parse(volume.metadata.creationTimestamp ?? '');
  }
  return !timeline()
    .entries()
    .some(
      (entry) =>
        entry.type === 'object' &&
        entry.kind === 'Pod' &&
        entry.object.metadata.uid !== pod.metadata.uid &&
        mountsOf(entry.object, claim.metadata.name).length > 0,
    );
}

/** Where the containers of a Pod mount a claim. */
function mountsOf(pod: KubeObject, claim: string): string[] {
  const volumes: { name: string; persistentVolumeClaim?: { claimName?: string } }[] = pod.spec?.volumes ?? [];
  const own = new Set(volumes.filter((one) => one.persistentVolumeClaim?.claimName === claim).map((one) => one.name));
  const containers: { volumeMounts?: { name: string; mountPath: string }[] }[] = pod.spec?.containers ?? [];
  return containers.flatMap((one) =>
    (one.volumeMounts ?? []).filter((mount) => own.has(mount.name)).map((mount) => mount.mountPath.replace(/(.)\/$/, '$1')),
  );
}
